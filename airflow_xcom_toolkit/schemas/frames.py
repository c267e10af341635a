"""Columns and dtypes of pandas, polars and Arrow frames, told by what they have, so that no library is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .building import Misfit


def columns_of(frame: Any) -> dict[str, str] | None:
    """Name to dtype; ``None`` for what is not a frame."""
    root = type(frame).__module__.partition(".")[0]
    if root == "pandas" and hasattr(frame, "columns"):
        return {str(label): str(dtype) for label, dtype in zip(frame.columns, frame.dtypes)}
    if root == "polars" and hasattr(frame, "collect_schema"):
        return {name: str(dtype) for name, dtype in frame.collect_schema().items()}
    if root == "pyarrow" and hasattr(frame, "column_names"):
        return {field.name: str(field.type) for field in frame.schema}
    return None


def check(frame: Any, columns: Mapping[str, str]) -> None:
    """Raises `Misfit` unless ``frame`` has exactly those columns, in any order."""
    found = columns_of(frame)
    if found is None:
        raise Misfit((), f"a {type(frame).__name__}, where the schema declares columns")
    for name, dtype in columns.items():
        if name not in found:
            raise Misfit((f"[{name!r}]",), "the column is missing")
        if found[name] != dtype:
            raise Misfit((f"[{name!r}]",), f"the column is {found[name]}, not {dtype}")
    if unknown := [name for name in found if name not in columns]:
        raise Misfit((f"[{unknown[0]!r}]",), "the schema declares no such column")


def without_unknown(frame: Any, columns: Mapping[str, str]) -> Any:
    """``frame`` with the declared columns alone, where it has them."""
    found = columns_of(frame)
    if found is None or found.keys() <= columns.keys():
        return frame
    kept = [name for name in found if name in columns]
    return frame.select(kept) if hasattr(frame, "select") else frame[kept]
