"""XCom backends for Apache Airflow 3 that keep real data: exact, offloaded, encrypted, versioned.

Set one by its name, for instance ``AIRFLOW__CORE__XCOM_BACKEND=airflow_xcom_toolkit.ToolkitXComBackend``. Names load
when first used; importing this package loads neither Airflow nor numpy, pandas or pyarrow.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .backends import (
        FernetXComBackend,
        SerdeXComBackend,
        ThresholdXComBackend,
        ToolkitXComBackend,
        VersionedXComBackend,
    )
    from .helpers.keys import adelete, alist_keys, delete, list_keys
    from .helpers.mapped import afetch_ahead, aiter_mapped, fetch_ahead, iter_mapped
    from .helpers.paths import apull_path, pull_path
    from .helpers.queue import XComQueue
    from .helpers.reference import XComReference, areference, reference
    from .helpers.upstream import apull_upstream, pull_upstream
    from .rollback import Envelope
    from .schemas import Versioned, frame_schema, upcaster, xcom_schema

__version__ = "0.7.0"
__all__ = [
    "Envelope",
    "FernetXComBackend",
    "SerdeXComBackend",
    "ThresholdXComBackend",
    "ToolkitXComBackend",
    "Versioned",
    "VersionedXComBackend",
    "XComQueue",
    "XComReference",
    "adelete",
    "afetch_ahead",
    "aiter_mapped",
    "alist_keys",
    "apull_path",
    "apull_upstream",
    "areference",
    "delete",
    "fetch_ahead",
    "frame_schema",
    "iter_mapped",
    "list_keys",
    "pull_path",
    "pull_upstream",
    "reference",
    "upcaster",
    "xcom_schema",
]

_MODULES = {
    "Envelope": ".rollback",
    **dict.fromkeys((name for name in __all__ if name.endswith("XComBackend")), ".backends"),
    **dict.fromkeys(("Versioned", "frame_schema", "upcaster", "xcom_schema"), ".schemas"),
    **dict.fromkeys(("adelete", "alist_keys", "delete", "list_keys"), ".helpers.keys"),
    **dict.fromkeys(("afetch_ahead", "aiter_mapped", "fetch_ahead", "iter_mapped"), ".helpers.mapped"),
    **dict.fromkeys(("apull_path", "pull_path"), ".helpers.paths"),
    **dict.fromkeys(("XComReference", "areference", "reference"), ".helpers.reference"),
    **dict.fromkeys(("apull_upstream", "pull_upstream"), ".helpers.upstream"),
    "XComQueue": ".helpers.queue",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if _MODULES[name] != ".schemas":  # Modules that declare schemas need no Airflow.
        import_module("airflow")  # It imports the configured backend as it starts; let that end before ours begins.
    return getattr(import_module(_MODULES[name], __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
