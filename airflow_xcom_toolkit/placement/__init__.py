"""Placement: in the row, or in one object of a named store."""

from .objects import ObjectPlacement

__all__ = ["ObjectPlacement"]
