"""Placement: in the row, or in one object of a named store."""

from .cache import ReadCache
from .objects import DEFAULT_STORE, ObjectPlacement

__all__ = ["DEFAULT_STORE", "ObjectPlacement", "ReadCache"]
