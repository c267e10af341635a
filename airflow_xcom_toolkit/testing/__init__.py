"""The contract that every XCom backend must keep, as tests: yours derive one class, and run it with pytest.

::

    from airflow_xcom_toolkit.testing import XComBackendContract
    from acme.xcom import AcmeXCom

    class TestAcmeXCom(XComBackendContract):
        backend = AcmeXCom

``pip install "airflow-xcom-toolkit[testing]"`` brings what it needs. Nothing of this is imported when tasks run.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import strategies
    from .capabilities import no
    from .contract import XComBackendContract, xcom_backend_contract
    from .faults import FaultyFileSystem, faulty_store
    from .same import assert_same
    from .setup import Setup
    from .xcoms import XComs

__all__ = [
    "FaultyFileSystem",
    "Setup",
    "XComBackendContract",
    "XComs",
    "assert_same",
    "faulty_store",
    "no",
    "strategies",
    "xcom_backend_contract",
]

_MODULES = {
    "FaultyFileSystem": ".faults",
    "Setup": ".setup",
    "XComBackendContract": ".contract",
    "XComs": ".xcoms",
    "assert_same": ".same",
    "faulty_store": ".faults",
    "no": ".capabilities",
    "xcom_backend_contract": ".contract",
}


def __getattr__(name: str) -> Any:
    if name == "strategies":
        return import_module(".strategies", __name__)
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import_module("airflow")  # It imports the configured backend as it starts; let that end before ours begins.
    return getattr(_imported(_MODULES[name]), name)


def _imported(module: str) -> Any:
    try:
        return import_module(module, __name__)
    except ModuleNotFoundError as e:
        if e.name not in ("pytest", "hypothesis"):
            raise
        from ..errors import MissingExtraError

        raise MissingExtraError("airflow_xcom_toolkit.testing", e.name, "testing") from e
