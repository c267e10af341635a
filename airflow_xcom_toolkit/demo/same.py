"""Whether a value came back as it was: equal, of the same types, with the same metadata."""

from __future__ import annotations

from typing import Any


def same(one: Any, other: Any) -> bool:
    """Equal in value and in type, all the way down."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if type(one).__name__ == "DataFrame":
        return _same_frames(one, other)
    if type(one).__name__ == "ndarray":
        return bool(one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes())
    return bool(one == other)


def _same_frames(one: Any, other: Any) -> bool:
    return (
        one.equals(other)
        and one.columns.identical(other.columns)
        and one.index.identical(other.index)
        and type(one.index) is type(other.index)
        and list(one.dtypes) == list(other.dtypes)
        and same(one.attrs, other.attrs)
    )
