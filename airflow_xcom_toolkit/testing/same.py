"""Strict equality, for tests."""

from __future__ import annotations

from typing import Any

from ..comparison import difference, is_same

__all__ = ["assert_same", "is_same"]


def assert_same(actual: Any, expected: Any, path: str = "value", *, key_order: bool = True) -> None:
    """Raises `AssertionError` where there is a `difference`: with its place, below ``path``, and both sides."""
    found = difference(actual, expected, path, key_order=key_order)
    if found is not None:
        raise AssertionError(str(found))
