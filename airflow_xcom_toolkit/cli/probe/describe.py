"""What a value is, in the words of a person who looks at it: ``DataFrame 336,776 × 19``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def describe(value: Any) -> str:
    """Type and shape, and for a dict those of its entries, one a line; no data."""
    if isinstance(value, dict) and any(hasattr(entry, "shape") for entry in value.values()):
        return "\n".join([_one(value), *_entries(value)])
    return _one(value)


def _entries(value: dict[str, Any]) -> Iterator[str]:
    for name, entry in value.items():
        yield f"  {name}: {_one(entry)}"


def _one(value: Any) -> str:
    name = type(value).__name__
    if shape := getattr(value, "shape", None):
        return f"{name} {' × '.join(f'{n:,}' for n in shape)}"
    return f"{name} of {len(value):,}" if isinstance(value, (dict, list, tuple)) else name
