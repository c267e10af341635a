"""The beginning of a value, whatever it is and however large."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from rich.pretty import pretty_repr

from ...abc import Coordinate, Json, Part
from ...errors import PartialLoadError
from .plain import bounded

ROWS = 10
"""So many of a frame or an array are loaded and shown."""
COLUMNS = 12


def loaded(backend: Any, row: Json, at: Coordinate | None, summary: Mapping[str, Json]) -> Any:
    """The value, or its first rows where values of its type are loaded in part: then no more of it is held."""
    if "rows" in summary or "shape" in summary:
        with suppress(PartialLoadError):
            return backend.load_row(row, at, Part(rows=(0, ROWS)))
    return backend.load_row(row, at)


def preview(value: Any) -> str:
    """The beginning of a value as text of a bounded length."""
    return bounded(_text(value))


def _text(value: Any) -> str:
    if _is_a(value, "pandas", "DataFrame"):
        return str(value.head(ROWS).to_string(max_cols=COLUMNS, max_colwidth=40))
    if _is_a(value, "pandas", "Series"):
        return str(value.head(ROWS).to_string())
    if _is_a(value, "polars", "DataFrame", "Series"):
        return str(value.head(ROWS))
    if _is_a(value, "pyarrow", "Table"):
        return str(value.slice(0, ROWS).to_string(show_metadata=False, preview_cols=COLUMNS))
    if _is_a(value, "numpy", "ndarray"):
        return f"{value.dtype} {value.shape}\n{sys.modules['numpy'].array2string(value, threshold=100, edgeitems=3)}"
    return pretty_repr(value, max_width=100, max_length=20, max_string=400, max_depth=8)


def _is_a(value: Any, module: str, *names: str) -> bool:
    """Whether ``value`` is of one of these classes. A library that is not loaded has no values."""
    loaded = sys.modules.get(module)
    classes = tuple(cls for name in names if isinstance(cls := getattr(loaded, name, None), type))
    return isinstance(value, classes)
