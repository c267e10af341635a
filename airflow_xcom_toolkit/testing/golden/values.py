"""The values of the golden rows, made anew. What has a name here never changes; new ones get names of their own."""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import ipaddress
import pathlib
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from zoneinfo import ZoneInfo

from ..classes import Color, Point, Record


@dataclass(frozen=True)
class Golden:
    """A value: what makes it, and the libraries it needs."""

    make: Callable[[], Any]
    needs: tuple[str, ...] = ()

    @property
    def missing(self) -> str:
        """The libraries that are not installed here."""
        return ", ".join(name for name in self.needs if find_spec(name) is None)


def _utc(year: int, month: int, day: int) -> dt.datetime:
    return dt.datetime(year, month, day, tzinfo=dt.timezone.utc)


def _json_that_a_row_loses() -> Any:
    return [-0.0, 1e300, "a\x00b", "\ud800", 2**63, {"__classname__": "x"}]


def _numbers() -> Any:
    return [float("nan"), float("inf"), -float("inf"), 2**200, -(2**70), 1 - 2j]


def _tuples_and_sets() -> Any:
    return [(1, (2,)), {3}, frozenset({4}), deque([1, 2], maxlen=5), range(1, 9, 2), slice(1, None, 2)]


def _mappings() -> Any:
    return [{1: "a", (2, 3): "b", None: "c"}, OrderedDict(b=1, a=2), Counter("aab"), {"~": "x"}]


def _identifiers() -> Any:
    return [uuid.UUID(int=7), ipaddress.ip_address("127.0.0.1"), pathlib.PurePosixPath("/a/b")]


def _times() -> Any:
    return [
        dt.date(2026, 1, 2),
        dt.time(3, 4, 5),
        dt.timedelta(days=-1, microseconds=1),
        dt.datetime(2026, 1, 2, 3, 4, 5, 6),
        _utc(2026, 1, 2),
        dt.datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Paris")),
        dt.datetime(2026, 7, 1, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30), "X")),
    ]


def _array() -> Any:
    import numpy as np

    return np.arange(6, dtype="float32").reshape(2, 3)


def _arrays() -> Any:
    import numpy as np

    return {
        "fortran": np.asfortranarray(np.arange(6).reshape(2, 3)),
        "structured": np.array([(1, b"x")], dtype=[("a", "<i4"), ("b", "S3")]),
        "strings": np.array(["a", "üb"]),
        "dates": np.array(["2026-01-01", "NaT"], dtype="datetime64[D]"),
        "objects": np.array([1, "x", (2,)], dtype=object),
        "masked": np.ma.array([1, 2, 3], mask=[False, True, False]),
        "scalars": [np.float32(1.5), np.int8(-1), np.datetime64("2026-01-01", "s"), np.bool_(True)],
        "empty": np.empty((0, 3)),
        "zero-dimensional": np.array(5),
    }


def _many_leaves() -> Any:
    import numpy as np

    return {f"part {i}": np.full(3, i, dtype="int64") for i in range(100)}


def frame_of_all_kinds() -> Any:
    """A DataFrame with a column of each kind, an index, and attrs."""
    import numpy as np
    import pandas as pd

    frame = pd.DataFrame(
        {
            "number": np.array([1, 2, 3], dtype="int64"),
            "real": [0.5, float("nan"), -0.0],
            "flag": [True, False, True],
            "when": np.array(["2026-01-01", "NaT", "2026-03-01"], dtype="datetime64[ns]"),
            "zoned": pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01"]).as_unit("ns").tz_localize("UTC"),
            "kind": pd.Categorical(["a", "b", "a"], categories=pd.Index(["b", "a"], dtype=object), ordered=True),
            "maybe": pd.array([1, None, 3], dtype="Int64"),
            "any": np.array([1, "x", None], dtype=object),
            "long": pd.array(["x", None, "z"], dtype=pd.StringDtype("pyarrow")),
        },
        index=pd.Index([10, 20, 30], name="id"),
    )
    frame.columns = frame.columns.astype(object)  # The default differs between versions of pandas.
    frame.attrs["source"] = ("wire", 1)
    return frame


def _series() -> Any:
    import pandas as pd

    return pd.Series([1.5, 2.5], name="s", index=pd.Index(["x", "y"], dtype=object))


def _indexes() -> Any:
    import pandas as pd

    return [
        pd.RangeIndex(1, 9, 2, name="r"),
        pd.MultiIndex.from_arrays([[1, 2], pd.Index(["a", "b"], dtype=object)], names=["n", "s"]),
        pd.date_range("2026-01-01", periods=3, freq="D", unit="ns"),
        pd.interval_range(0, 3),
        pd.period_range("2026-01", periods=2, freq="M"),
    ]


def _pandas_scalars() -> Any:
    import pandas as pd

    return [
        pd.Timestamp("2026-01-01", tz="UTC").as_unit("ns"),
        pd.Timedelta("1D").as_unit("ns"),
        pd.Period("2026-01", "M"),
        pd.Interval(0, 1, closed="left"),
        pd.NaT,
        pd.NA,
    ]


def _arrow() -> Any:
    import pyarrow as pa

    return [pa.table({"a": [1, None], "b": ["x", "y"]}), pa.array([1, 2], pa.int16())]


def _polars() -> Any:
    import polars as pl

    return [pl.DataFrame({"a": [1, None], "b": ["x", "y"]}), pl.Series("s", [1.5])]


_PANDAS = ("numpy", "pandas", "pyarrow")

TOOLKIT: Mapping[str, Mapping[str, Golden]] = {
    "0.1.0": {
        "json": Golden(lambda: {"a": [1, 2.5, None, True, "ü"], "b": {}}),
        "json that a row loses": Golden(_json_that_a_row_loses),
        "numbers": Golden(_numbers),
        "tuples and sets": Golden(_tuples_and_sets),
        "mappings": Golden(_mappings),
        "defaultdict": Golden(lambda: defaultdict(list, {"a": [1]})),
        "bytes": Golden(lambda: [b"\x00\xff", bytearray(b"abc"), b"long" * 1000]),
        "exact numbers": Golden(lambda: [decimal.Decimal("1.10"), fractions.Fraction(1, 3)]),
        "identifiers": Golden(_identifiers),
        "times": Golden(_times),
        "deep": Golden(lambda: [[[[[[[[[[[[(1,)]]]]]]]]]]]]),
        "array": Golden(_array, ("numpy",)),
        "arrays": Golden(_arrays, ("numpy",)),
        "frame": Golden(frame_of_all_kinds, _PANDAS),
        "series": Golden(_series, _PANDAS),
        "indexes": Golden(_indexes, _PANDAS),
        "pandas scalars": Golden(_pandas_scalars, _PANDAS),
        "arrow": Golden(_arrow, ("pyarrow",)),
        "polars": Golden(_polars, ("polars", "pyarrow")),
        "many leaves": Golden(_many_leaves, ("numpy",)),
    },
    "0.2.0": {
        "versioned": Golden(lambda: {"a": (1, 2)}),
        "versioned frame": Golden(frame_of_all_kinds, _PANDAS),
    },
}
"""Release of the toolkit → what is pulled from its rows, but for those whose classes are the toolkit's own tests'."""

VALUES: Mapping[str, Golden] = {
    **TOOLKIT["0.1.0"],
    "classes": Golden(lambda: [Color.RED, Color.GREEN, Point(1, (2,)), Record("n", [b"x"])]),
}
"""What golden rows are written of for a backend."""
