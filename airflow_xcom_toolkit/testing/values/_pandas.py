"""pandas: frames and series with every index, dtype, name, ``attrs``, ``freq`` and flag."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ._example import Library, Make, family
from ._pandas_columns import COLUMNS, objects

np: Any = Library("numpy")
pd: Any = Library("pandas")


def mixed(rows: int) -> Any:
    """A frame of many dtypes, with an index of its own."""
    made = pd.DataFrame(
        {
            "number": np.linspace(0, 1, rows),
            "count": np.arange(rows) * 2**40,
            "gap": pd.array([None if n % 3 == 0 else n for n in range(rows)], dtype="Int64"),
            "name": [f"row {n} é \N{SNOWMAN}" for n in range(rows)],
            "when": pd.date_range("2013-01-01", periods=rows, freq="h", tz="America/New_York"),
            "kind": pd.Categorical(["a", "b", None, "d"] * (rows // 4) + ["a"] * (rows % 4), ordered=True),
        },
        index=pd.Index(range(5, 5 + rows), name="id"),
    )
    made.attrs["source"] = {"lines": rows}
    return made


def _with_attrs() -> Any:
    made = pd.DataFrame({"a": [1]})
    made.attrs = {"units": {"a": "m"}, ("k", 1): np.arange(3), "other": pd.DataFrame({"b": [1]}), "nan": np.nan}
    return made


def _without_duplicates() -> Any:
    return pd.DataFrame({"a": [1]}).set_flags(allows_duplicate_labels=False)


def _multi() -> Any:
    return pd.MultiIndex.from_tuples([("a", 1), ("b", 1), ("a", 2)], names=["x", None])


def _multi_with_unused() -> Any:
    return pd.MultiIndex.from_product([["z", "b", "a"], [1.5, np.nan]])[[0, 2, 4]]


_FRAMES: dict[str, Make] = {
    "a DataFrame": lambda: mixed(60),
    "a DataFrame with attrs": _with_attrs,
    "a DataFrame that allows no duplicates": _without_duplicates,
    "an empty DataFrame": lambda: pd.DataFrame(),
    "a DataFrame without rows": lambda: mixed(4).iloc[:0],
    "a DataFrame without columns": lambda: pd.DataFrame(index=["a", "b"]),
    "a DataFrame with duplicate labels": lambda: pd.DataFrame([[1, 2.5, "x"]], columns=["a", "a", "b"]),
    "a DataFrame with labels of many types": lambda: pd.DataFrame([[1, 2, 3]], columns=[0, "a", None]),
    "a DataFrame with odd labels": lambda: pd.DataFrame([[1, 2, 3]], columns=["", "a\0b", "__index_level_0__"]),
    "a DataFrame with a name for its labels": lambda: pd.DataFrame([[1]], columns=pd.Index(["a"], name=("n", 1))),
    "a DataFrame with labels in levels": lambda: pd.DataFrame([[1, 2, 3]], columns=_multi()),
    "a DataFrame with dates for labels": lambda: pd.DataFrame([[1, 2]], columns=pd.date_range("2024", periods=2)),
    "a DataFrame of one block": lambda: pd.DataFrame(np.arange(12.0).reshape(3, 4), columns=list("abcd")),
    "a DataFrame in column order": lambda: pd.DataFrame(np.asfortranarray(np.arange(12.0).reshape(3, 4))),
    "a DataFrame with arrays and dicts in it": lambda: pd.DataFrame({"a": objects([1, [2]], {"a": (1,)}, b"x")}),
    "a DataFrame of 4 MB": lambda: mixed(50_000),
    "a DataFrame in a DataFrame": lambda: pd.DataFrame({"a": objects(pd.DataFrame({"b": [1]}), None)}),
}

_SERIES: dict[str, Make] = {
    "a Series": lambda: pd.Series([1.5, None, -0.0], index=["x", "y", "z"], name="s"),
    "Series with names of many types": lambda: [
        pd.Series([1], name=name) for name in (None, "", ("a", 1), 5, np.int8(5), 1.5, pd.Timestamp("2020"))
    ],
    "an empty Series": lambda: pd.Series([], dtype="int16"),
}

_INDEXES: dict[str, Callable[[], Any]] = {
    "a range": lambda: pd.RangeIndex(10, 4, -2, name="r"),
    "ints": lambda: pd.Index([3, 1, 1], name="i"),
    "small ints": lambda: pd.Index([3, 1, 1], dtype="int8"),
    "floats": lambda: pd.Index([0.5, np.nan, -0.0]),
    "complex numbers": lambda: pd.Index([1j, 2, 3]),
    "truths": lambda: pd.Index([True, False, True]),
    "nullable ints": lambda: pd.Index([1, None, 2], dtype="Int64"),
    "text": lambda: pd.Index(["a", "b", "c"], name="s"),
    "objects": lambda: pd.Index([1, "a", None], dtype=object),
    "tuples": lambda: pd.Index([(1, 2), (3,), None], dtype=object, tupleize_cols=False),
    "days": lambda: pd.date_range("2020", periods=3, name="d"),
    "business days": lambda: pd.date_range("2020", periods=3, freq="B"),
    "month ends": lambda: pd.date_range("2020", periods=3, freq=pd.offsets.MonthEnd(2)),
    "months from any day": lambda: pd.date_range("2020-01-31", periods=3, freq=pd.DateOffset(months=1)),
    "days backwards": lambda: pd.date_range("2020", periods=3)[::-1],
    "instants without freq": lambda: pd.DatetimeIndex(["2020", None, "2019"]),
    "seconds": lambda: pd.DatetimeIndex(["2020", "2021", "2022"]).as_unit("s"),
    "days of a time zone": lambda: pd.date_range("2020-10-24", periods=3, tz=ZoneInfo("Europe/Paris")),
    "durations": lambda: pd.timedelta_range("1h", periods=3, freq="90min"),
    "durations without freq": lambda: pd.TimedeltaIndex([1, None, 2]),
    "periods": lambda: pd.period_range("2020", periods=3, freq="Q-JAN"),
    "intervals": lambda: pd.interval_range(0, 3, name="v"),
    "categories": lambda: pd.CategoricalIndex(["a", None, "b"], ordered=True),
    "levels": _multi,
    "levels that are not used": _multi_with_unused,
    "levels with gaps": lambda: pd.MultiIndex.from_arrays([["a", None, "b"], [np.nan, 1, 2]]),
    "levels of days": lambda: pd.MultiIndex.from_product([pd.date_range("2020", periods=3), ["a"]]),
    "Arrow ints": lambda: pd.Index([1, None, 3], dtype="int8[pyarrow]"),
}


def _indexed(make: Callable[[], Any]) -> Make:
    return lambda: pd.DataFrame({"x": [1, 2, 3]}, index=make())


def _column(make: Callable[[], Any]) -> Make:
    """Beside others, that stay in their places."""

    def made() -> Any:
        column = make()
        return pd.DataFrame({"before": [1.5, 2, 3], "x": pd.Series(column, dtype=column.dtype), "after": list("abc")})

    return made


_SCALARS: dict[str, Make] = {
    "NaT and NA": lambda: [pd.NaT, {"k": pd.NA}],
    "Timestamps of every unit": lambda: [pd.Timestamp("1900-01-01").as_unit(unit) for unit in ("s", "ms", "us", "ns")],
    "Timestamps of time zones": lambda: [
        pd.Timestamp("2020-10-25 01:30", tz="UTC").tz_convert(ZoneInfo("Europe/Paris")),
        pd.Timestamp("2020-07-01 12:00:00.000000001", tz=dt.timezone.utc),
        pd.Timestamp("2020", tz=dt.timezone(dt.timedelta(hours=1), "X")),
    ],
    "Timedeltas": lambda: [pd.Timedelta(-5, unit="D").as_unit(unit) for unit in ("s", "ms", "us", "ns")],
    "Periods": lambda: [pd.Period("2020-01", "M"), pd.Period("2020-01-01 10:15", "15min"), pd.Period("2020", "Q-NOV")],
    "Intervals": lambda: [
        pd.Interval(0, 1.5, closed="neither"),
        pd.Interval(pd.Timestamp("2020"), pd.Timestamp("2021"), closed="left"),
    ],
    "date offsets": lambda: [
        *(pd.offsets.Day(3), pd.offsets.MonthEnd(normalize=True), pd.offsets.DateOffset(months=1, day=3)),
        pd.offsets.CustomBusinessDay(holidays=["2020-01-01"], weekmask="Mon Tue"),
    ],
    "Timestamps as keys": lambda: {pd.Timestamp("2020"): pd.Timedelta(1, unit="D")},
    "extension arrays": lambda: [pd.array([1, None], dtype="Int8"), pd.Categorical(["a", None])],
    "extension dtypes": lambda: [pd.CategoricalDtype(["b", "a"], ordered=True), pd.SparseDtype("f4"), pd.Int8Dtype()],
    "Decimals and dates in objects": lambda: pd.Series(objects(Decimal("1.00"), dt.date.max, None)),
}

PANDAS = family(
    "pandas",
    {
        **_FRAMES,
        **{f"a DataFrame with a column of {name}": _column(make) for name, make in COLUMNS.items()},
        **{f"a DataFrame with an index of {name}": _indexed(make) for name, make in _INDEXES.items()},
        **_SERIES,
        "every Index": lambda: {name: make() for name, make in _INDEXES.items()},
        **_SCALARS,
    },
    "pandas",
)
