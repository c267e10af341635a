"""Schemas with versions: declared beside the code, stamped on push, brought up to date on pull."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .catalogue import GROUP, Catalogue
from .declarations import DECLARATIONS, Declarations, Declared, Versioned, frame_schema, upcaster, xcom_schema
from .handlers import schema_handlers
from .stamping import NoSchema, Rule, Stamps

if TYPE_CHECKING:
    from .checking import MODES, Incompatibility, check
    from .locking import LOCK_FILE, Locked, lock, unlocked

__all__ = [
    "DECLARATIONS",
    "GROUP",
    "LOCK_FILE",
    "MODES",
    "Catalogue",
    "Declarations",
    "Declared",
    "Incompatibility",
    "Locked",
    "NoSchema",
    "Rule",
    "Stamps",
    "Versioned",
    "check",
    "frame_schema",
    "lock",
    "schema_handlers",
    "unlocked",
    "upcaster",
    "xcom_schema",
]

_LAZY = {
    **dict.fromkeys(("MODES", "Incompatibility", "check"), ".checking"),
    **dict.fromkeys(("LOCK_FILE", "Locked", "lock", "unlocked"), ".locking"),
}
"""No task needs these."""


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name], __name__), name)
