"""The values of the golden rows. A value here never changes; new ones go to the next release's folder.

A pair of `Read` is what is pushed and what is pulled, where a reader brings it up to date.
"""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import ipaddress
import pathlib
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from enum import Enum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from airflow_xcom_toolkit import Versioned
from airflow_xcom_toolkit.testing.golden.values import frame_of_all_kinds
from tests.wire import declared

KEY = "Z29sZGVuLWtleS1vZi10aGUtd2lyZS1mb3JtYXQtIDE="
"""A Fernet key that protects nothing: it is here for all to see."""


class Color(Enum):
    RED = 1


class Pair(NamedTuple):
    left: Any
    right: Any


def _utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.timezone.utc)  # type: ignore[arg-type,misc]


RELEASE_0_1_0: dict[str, Any] = {
    "json": {"a": [1, 2.5, None, True, "ü"], "b": {}},
    "json that a row loses": [-0.0, 1e300, "a\x00b", "\ud800", 2**63, {"__classname__": "x"}],
    "numbers": [float("nan"), float("inf"), -float("inf"), 2**200, -(2**70), 1 - 2j],
    "tuples and sets": [(1, (2,)), {3}, frozenset({4}), deque([1, 2], maxlen=5), range(1, 9, 2), slice(1, None, 2)],
    "mappings": [{1: "a", (2, 3): "b", None: "c"}, OrderedDict(b=1, a=2), Counter("aab"), {"~": "x"}],
    "defaultdict": defaultdict(list, {"a": [1]}),
    "bytes": [b"\x00\xff", bytearray(b"abc"), b"long" * 1000],
    "exact numbers": [decimal.Decimal("1.10"), fractions.Fraction(1, 3)],
    "identifiers": [uuid.UUID(int=7), ipaddress.ip_address("127.0.0.1"), pathlib.PurePosixPath("/a/b")],
    "times": [
        dt.date(2026, 1, 2),
        dt.time(3, 4, 5),
        dt.timedelta(days=-1, microseconds=1),
        dt.datetime(2026, 1, 2, 3, 4, 5, 6),
        _utc(2026, 1, 2),
        dt.datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Paris")),
        dt.datetime(2026, 7, 1, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30), "X")),
    ],
    "classes": [Color.RED, Pair(1, (2,))],
    "deep": [[[[[[[[[[[[(1,)]]]]]]]]]]]],
    "array": np.arange(6, dtype="float32").reshape(2, 3),
    "arrays": {
        "fortran": np.asfortranarray(np.arange(6).reshape(2, 3)),
        "structured": np.array([(1, b"x")], dtype=[("a", "<i4"), ("b", "S3")]),
        "strings": np.array(["a", "üb"]),
        "dates": np.array(["2026-01-01", "NaT"], dtype="datetime64[D]"),
        "objects": np.array([1, "x", (2,)], dtype=object),
        "masked": np.ma.array([1, 2, 3], mask=[False, True, False]),
        "scalars": [np.float32(1.5), np.int8(-1), np.datetime64("2026-01-01", "s"), np.bool_(True)],
        "empty": np.empty((0, 3)),
        "zero-dimensional": np.array(5),
    },
    "frame": frame_of_all_kinds(),
    "series": pd.Series([1.5, 2.5], name="s", index=pd.Index(["x", "y"], dtype=object)),
    "indexes": [
        pd.RangeIndex(1, 9, 2, name="r"),
        pd.MultiIndex.from_arrays([[1, 2], pd.Index(["a", "b"], dtype=object)], names=["n", "s"]),
        pd.date_range("2026-01-01", periods=3, freq="D", unit="ns"),
        pd.interval_range(0, 3),
        pd.period_range("2026-01", periods=2, freq="M"),
    ],
    "pandas scalars": [
        pd.Timestamp("2026-01-01", tz="UTC").as_unit("ns"),
        pd.Timedelta("1D").as_unit("ns"),
        pd.Period("2026-01", "M"),
        pd.Interval(0, 1, closed="left"),
        pd.NaT,
        pd.NA,
    ],
    "arrow": [pa.table({"a": [1, None], "b": ["x", "y"]}), pa.array([1, 2], pa.int16())],
    "polars": [pl.DataFrame({"a": [1, None], "b": ["x", "y"]}), pl.Series("s", [1.5])],
    "many leaves": {f"part {i}": np.full(3, i, dtype="int64") for i in range(100)},
}


class Read(NamedTuple):
    """What is pushed, and what a reader with newer schemas makes of it."""

    pushed: Any
    pulled: Any


_LINES = [declared.Line(name="nut", quantity=3), declared.Line(name="bolt")]

RELEASE_0_2_0: dict[str, Any] = {
    "instance": declared.Orders("A-1", _LINES, declared.State.CLOSED, (1, b"x")),
    "older instance": Read(
        declared.OldOrders(id=7, lines=_LINES, state=declared.State.CLOSED, more=(1,)),
        declared.Orders("A-7", [_LINES[0], declared.Line(name="bolt", quantity=1)], declared.State.CLOSED, (1,)),
    ),
    "instances": [declared.Defined(1, "c"), {"k": declared.Named(declared.Pair(1, "x"))}],
    "generic": declared.Box[int](item=1),
    "versioned": Read(Versioned({"a": (1, 2)}, "wire.frame", 3), {"a": (1, 2)}),
    "versioned frame": Read(Versioned(frame_of_all_kinds(), "wire.frame", 3), frame_of_all_kinds()),
}

RELEASES: dict[str, dict[str, Any]] = {"0.1.0": RELEASE_0_1_0, "0.2.0": RELEASE_0_2_0}


def pushed(value: Any) -> Any:
    return value.pushed if isinstance(value, Read) else value


def pulled(value: Any) -> Any:
    return value.pulled if isinstance(value, Read) else value
