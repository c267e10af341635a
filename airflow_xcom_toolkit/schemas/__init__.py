"""Schemas with versions: declared beside the code, stamped on push, brought up to date on pull."""

from .catalogue import GROUP, Catalogue
from .checking import MODES, Incompatibility, check
from .declarations import DECLARATIONS, Declarations, Declared, Versioned, frame_schema, upcaster, xcom_schema
from .handlers import schema_handlers
from .locking import LOCK_FILE, Locked, lock, unlocked
from .stamping import NoSchema, Rule, Stamps

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
