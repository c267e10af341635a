"""Columns and dtypes of pandas, polars and Arrow frames, told by what they have, so that no library is loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .building import key_step
from .making import Misfit

Columns = list[tuple[str, str]]


def columns_of(frame: Any) -> Columns | None:
    """Name and dtype of each; ``None`` for what is not a frame."""
    root = type(frame).__module__.partition(".")[0]
    if root == "pandas" and hasattr(frame, "columns"):
        return [(str(label), str(dtype)) for label, dtype in zip(frame.columns, frame.dtypes)]
    if root == "polars" and hasattr(frame, "collect_schema"):
        return [(name, str(dtype)) for name, dtype in frame.collect_schema().items()]
    if root == "pyarrow" and hasattr(frame, "column_names"):
        return [(field.name, str(field.type)) for field in frame.schema]
    return None


def check(frame: Any, columns: Mapping[str, str]) -> None:
    """Raises `Misfit` unless ``frame`` has exactly those columns, in any order."""
    found = columns_of(frame)
    if found is None:
        raise Misfit((), f"a {type(frame).__name__}, where the schema declares columns")
    dtypes = dict(found)
    for name, dtype in columns.items():
        if name not in dtypes:
            raise Misfit((key_step(name),), "the column is missing")
        if dtypes[name] != dtype:
            raise Misfit((key_step(name),), f"the column is {dtypes[name]}, not {dtype}")
    for name, count in Counter(name for name, _ in found).items():
        if name not in columns or count > 1:
            problem = (
                "the schema declares no such column" if name not in columns else f"the column is there {count} times"
            )
            raise Misfit((key_step(name),), problem)


def without_unknown(frame: Any, columns: Mapping[str, str]) -> Any:
    """``frame`` with the declared columns alone, where it has them."""
    found = columns_of(frame)
    if found is None:
        return frame
    kept = [i for i, (name, _) in enumerate(found) if name in columns]
    if len(kept) == len(found):
        return frame
    if hasattr(frame, "iloc"):
        return frame.iloc[:, kept]
    return frame.select(
        kept if hasattr(frame, "schema") and not hasattr(frame, "lazy") else [found[i][0] for i in kept]
    )
