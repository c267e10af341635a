"""polars: every family of dtypes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from ._example import Library, Make, family

pl: Any = Library("polars")


def _frame() -> Any:
    return pl.DataFrame(
        {
            "number": [1, None, 3],
            "text": ["x\0é", None, ""],
            "when": [dt.datetime(2024, 1, 1), None, dt.datetime(1066, 10, 14)],
            "list": [[1], None, []],
        }
    )


_SERIES: dict[str, Make] = {
    "polars series of numbers": lambda: [
        *(pl.Series("a", [1, None, 0], getattr(pl, name)) for name in ("Int8", "UInt64", "Int128")),
        *(pl.Series("a", [1.5, float("nan"), -0.0, None], kind) for kind in (pl.Float32, pl.Float64)),
    ],
    "polars series of text and bytes": lambda: [pl.Series("a", ["x", None]), pl.Series([b"\xff", None])],
    "polars series of categories": lambda: [
        pl.Series("a", ["x", None, "y", "x"], pl.Categorical),
        pl.Series("a", ["x", None, "y"], pl.Enum(["y", "x", "z"])),
    ],
    "polars series of decimals": lambda: pl.Series("a", [Decimal("-1.5"), None], pl.Decimal(38, 5)),
    "polars series of dates and times": lambda: [
        pl.Series("a", [dt.date(2020, 1, 1), None]),
        pl.Series("a", [dt.time(1, 2, 3, 4), None]),
        *(pl.Series("a", [1, None], pl.Duration(unit)) for unit in ("ms", "us", "ns")),
        pl.Series("a", [1, None], pl.Datetime("us", "Europe/Paris")),
    ],
    "polars series of lists and structs": lambda: [
        pl.Series("a", [[1.5, -0.0], None, []]),
        pl.Series("a", [[1, 2], None], pl.Array(pl.Int8, 2)),
        pl.Series("a", [{"x": 1, "y": ["a"]}, None, {"x": 2, "y": None}]),
    ],
    "polars series of truths and nulls": lambda: [pl.Series("a", [True, None]), pl.Series("a", [None, None])],
    "a polars series of objects": lambda: pl.Series("a", [1, None, [1], {"a": (1,)}], dtype=pl.Object),
    "a polars series without rows": lambda: pl.Series("a", [], pl.Int8),
}

_FRAMES: dict[str, Make] = {
    "a polars frame": _frame,
    "a polars frame in chunks": lambda: pl.concat([_frame(), _frame()], rechunk=False),
    "a slice of a polars frame": lambda: _frame().slice(1, 1),
    "a polars frame without rows": lambda: _frame().clear(),
    "a polars frame without columns": lambda: pl.DataFrame(),
    "a polars frame with odd names": lambda: pl.DataFrame({"": [1], "^.*$": [2], "é\0": [3]}),
    "a polars frame of 3 MB": lambda: pl.DataFrame({"a": range(200_000), "b": [f"row {n}" for n in range(200_000)]}),
}

POLARS = family("polars", {**_SERIES, **_FRAMES}, "polars")
