"""Placement: in the row, or in one object of a named store."""

from .objects import DEFAULT_STORE, ObjectPlacement

__all__ = ["DEFAULT_STORE", "ObjectPlacement"]
