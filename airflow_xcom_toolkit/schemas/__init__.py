"""Schemas with versions: declared beside the code, stamped on push, brought up to date on pull."""

from .catalogue import GROUP, Catalogue
from .declarations import DECLARATIONS, Declarations, Declared, Versioned, frame_schema, upcaster, xcom_schema
from .handlers import schema_handlers
from .stamping import NoSchema, Rule, Stamps

__all__ = [
    "DECLARATIONS",
    "GROUP",
    "Catalogue",
    "Declarations",
    "Declared",
    "NoSchema",
    "Rule",
    "Stamps",
    "Versioned",
    "frame_schema",
    "schema_handlers",
    "upcaster",
    "xcom_schema",
]
