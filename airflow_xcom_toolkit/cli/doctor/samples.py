"""A value of each type that is kept: small, and made anew at each call."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

Values = dict[str, Any]


def families() -> dict[str, Callable[[], Values]]:
    """The values by the library that they are of; those that are installed."""
    found = {"python": _python, "dates": _dates, "classes": _classes}
    libraries = {"numpy": _numpy, "pandas": _pandas, "pyarrow": _arrow, "polars": _polars}
    needs = {"pandas": ("pandas", "pyarrow"), "polars": ("polars", "pyarrow")}
    return found | {
        name: make for name, make in libraries.items() if all(find_spec(need) for need in needs.get(name, (name,)))
    }


def _python() -> Values:
    import ipaddress
    from collections import ChainMap, Counter, OrderedDict, defaultdict, deque
    from decimal import Decimal
    from fractions import Fraction
    from pathlib import PurePosixPath
    from uuid import UUID

    return {
        "JSON": {"a": [1, 2.5, "text", None, True]},
        "float": float("nan"),
        "complex": 1.5 - 2j,
        "int": 2**80,
        "str": "a\x00b\ud800",
        "surrogates": "a\ud83d\ude00",
        "bytes": bytes(range(256)),
        "bytearray": bytearray(b"\x00\xff"),
        "ellipsis": ...,
        "Decimal": Decimal("1.10"),
        "Fraction": Fraction(-1, 7),
        "UUID": UUID(int=5),
        "path": PurePosixPath("a/b.txt"),
        "IP address": ipaddress.ip_address("10.0.0.1"),
        "tuple": (1, ("two", [None])),
        "set": {1, 2, 3},
        "frozenset": frozenset({1}),
        "deque": deque([1, (2,)], maxlen=3),
        "range": range(1, 10, 3),
        "slice": slice(1, None, -1),
        "dict": {1: "a", None: "b", ("c", 2): "d"},
        "OrderedDict": OrderedDict(z=1, a=2),
        "Counter": Counter({"a": 3}),
        "defaultdict": defaultdict(list, {"a": [1]}),
        "ChainMap": ChainMap({"a": 1}, {"b": 2}),
    }


def _dates() -> Values:
    import datetime as dt

    import pendulum

    moment = pendulum.datetime(2024, 2, 29, 12, tz="Europe/Oslo")
    return {
        "date": dt.date(2024, 2, 29),
        "time": dt.time(1, 2, 3, 4),
        "datetime": dt.datetime(2024, 2, 29, 1, tzinfo=dt.timezone.utc),
        "timedelta": dt.timedelta(days=-1, microseconds=1),
        "timezone": dt.timezone(dt.timedelta(hours=2)),
        "pendulum.Date": pendulum.date(2024, 2, 29),
        "pendulum.Time": pendulum.time(1, 2),
        "pendulum.DateTime": moment,
        "pendulum.Duration": pendulum.duration(months=1, days=2),
        "pendulum.Interval": pendulum.interval(moment, moment.add(days=3)),
    }


def _classes() -> Values:
    """Airflow's own, which are on its allow list by default."""
    from airflow.sdk import Asset
    from airflow.utils.state import TaskInstanceState

    return {"enum": TaskInstanceState.SUCCESS, "attrs class": Asset(name="doctor", uri="s3://bucket/doctor")}


def _numpy() -> Values:
    import numpy as np

    has_strings = hasattr(np, "dtypes") and hasattr(np.dtypes, "StringDType")  # numpy 2
    return {
        "array": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "object array": np.array([1, "a", None], object),
        "structured array": np.array([(1, "a")], [("x", "i4"), ("y", "O")]),
        "array of text": np.array(["a", "bc"]),
        "array of strings": np.array(["a", "bc"], np.dtypes.StringDType() if has_strings else object),
        "masked array": np.ma.MaskedArray([1, 2], [False, True]),
        "masked": np.ma.masked,
        "scalar": np.float32(1.5),
        "text": np.str_("a"),
        "record": np.array([(1, 2.5)], "i4,f8")[0],
        "dtype": np.dtype(">i4"),
        "recarray": np.array([(1, 2.5)], "i4,f8").view(np.recarray),
        "matrix": np.asmatrix([[1, 2]]),  # NumPy has it still, and so have values of old code.
    }


def _pandas() -> Values:
    import pandas as pd

    frame = pd.DataFrame({"n": [1, 2], "when": pd.date_range("2024", periods=2, tz="UTC")}, index=["a", "b"])
    return {
        "DataFrame": frame,
        "Series": pd.Series(["x", None], name="s", dtype="category"),
        "dtype": pd.CategoricalDtype(["x", "y"], ordered=True),
        "offset": pd.offsets.MonthEnd(2),
        "array": pd.array([1, None], dtype="Int64"),
        "Timestamp": pd.Timestamp("2024-02-29", tz="UTC"),
        "Timedelta": pd.Timedelta("1ns"),
        "Period": pd.Period("2024-02", "M"),
        "Interval": pd.Interval(0, 1),
        "NaT": pd.NaT,
        "NA": pd.NA,
        "Index": pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["x", None]),
    }


def _arrow() -> Values:
    import pyarrow as pa

    table = pa.table({"n": [1, None], "t": ["a", "b"]}, metadata={"k": "v"})
    return {
        "Table": table,
        "RecordBatch": table.to_batches()[0],
        "Array": pa.array([[1], None]),
        "ChunkedArray": pa.chunked_array([[1], [2, 3]]),
        "Scalar": pa.scalar(5, pa.int8()),
        "Schema": table.schema,
        "Field": pa.field("n", pa.int8(), nullable=False),
        "DataType": pa.list_(pa.string()),
    }


def _polars() -> Values:
    import polars as pl

    frame = pl.DataFrame({"n": [1, None], "t": ["a", "b"]})
    return {"DataFrame": frame, "Series": pl.Series("s", [1.5, None])}
