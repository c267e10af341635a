"""XCom backends for Apache Airflow 3 that keep real data: exact, offloaded, encrypted.

Set one by its name, for instance ``AIRFLOW__CORE__XCOM_BACKEND=airflow_xcom_toolkit.ToolkitXComBackend``. Names load
when first used; importing this package loads neither Airflow nor numpy, pandas or pyarrow.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .backends import FernetXComBackend, SerdeXComBackend, ThresholdXComBackend, ToolkitXComBackend
    from .rollback import Envelope

__version__ = "0.1.0"
__all__ = [
    "Envelope",
    "FernetXComBackend",
    "SerdeXComBackend",
    "ThresholdXComBackend",
    "ToolkitXComBackend",
]

_MODULES = {name: ".rollback" if name == "Envelope" else ".backends" for name in __all__}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import_module("airflow")  # It imports the configured backend as it starts; let that end before ours begins.
    return getattr(import_module(_MODULES[name], __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
