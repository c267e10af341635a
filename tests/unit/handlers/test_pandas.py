"""Every frame, series, index, array, dtype and scalar of pandas comes back as it was."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from airflow_xcom_toolkit.errors import UnsupportedTypeError
from airflow_xcom_toolkit.testing.same import assert_same
from tests.roundtrip import dumped, loaded, through

PARIS = ZoneInfo("Europe/Paris")
FORMATS = pytest.mark.parametrize("fmt", ["arrow", "parquet"])


def _objects(*values: Any) -> np.ndarray[Any, Any]:
    found = np.empty(len(values), object)
    for i, value in enumerate(values):
        found[i] = value
    return found


def _ticks(*values: int | None, dtype: str) -> np.ndarray[Any, Any]:
    return np.array([np.iinfo("i8").min if value is None else value for value in values], "i8").view(dtype)


DICTIONARY = pa.array(["a", None, "b"]).dictionary_encode()
COLUMNS: dict[str, Any] = {
    **{f"numpy {name}": np.array([0, 1, 1], name) for name in ("bool", "i1", "i2", "i4", "i8", "u1", "u2", "u4")},
    **{f"numpy {name}": np.array([-0.0, np.nan, np.inf], name) for name in ("f2", "f4", "f8", "c8", "c16")},
    "numpy u8": np.array([0, 2**64 - 1, 2**63], "u8"),
    "long double": np.array([1, 2, 3], "g"),
    "big-endian": np.array([1, 2, 3], ">i4"),
    "strided": np.arange(6.0)[::2],
    "nan bits": np.array([0x7FF8000000000001, 0xFFF8000000000000, 0], "u8").view("f8"),
    **{f"instants {u}": _ticks(0, None, -(2**62), dtype=f"M8[{u}]") for u in ("s", "ms", "us", "ns")},
    **{f"spans {u}": _ticks(0, None, 2**62, dtype=f"m8[{u}]") for u in ("s", "ms", "us", "ns")},
    "strings in objects": _objects("a", "", "é\x00"),
    "strings and None": _objects("a", None, "b"),
    "strings and NaN": _objects("a", np.nan, "b"),
    "strings and another NaN": _objects("a", -np.nan, "b"),
    "strings and NA": _objects("a", pd.NA, "b"),
    "strings and NaT": _objects("a", pd.NaT, "b"),
    "strings and two kinds of missing": _objects("a", None, np.nan),
    "lone surrogates": _objects("a", "\ud800", "\udfff"),
    "joining surrogates": _objects("\ud83d", "\ude00", "é"),
    "bytes": _objects(b"", b"\x00\xff", None),
    "python ints": _objects(1, -(2**63), 2**63 - 1),
    "large python ints": _objects(1, 2**63, -(2**70)),
    "python ints and NA": _objects(1, pd.NA, 2),
    "python ints and NaN": _objects(1, np.nan, 2),
    "python floats and None": _objects(1.0, np.nan, None),
    "python floats and NA": _objects(1.0, np.nan, pd.NA),
    "python bools": _objects(True, None, False),
    "dates": _objects(datetime.date(1, 1, 1), datetime.date.max, pd.NaT),
    "mixed": _objects(1, "a", 2.5),
    "True beside 1": _objects(True, 1, 1.0),
    "numpy scalars": _objects(np.float32(1), np.int8(1), np.str_("a")),
    "containers": _objects([1, [2]], {"a": (1,)}, np.array([1, 2])),
    "decimals": _objects(Decimal("1.0"), Decimal("1.00"), Decimal("NaN")),
    "all None": _objects(None, None, None),
    "all NaN": _objects(np.nan, np.nan, np.nan),
    "all NA": _objects(pd.NA, pd.NA, pd.NA),
    "all NaT": _objects(pd.NaT, pd.NaT, pd.NaT),
    "timestamps": _objects(pd.Timestamp("2020"), pd.NaT, None),
    **{
        f"string {storage} {missing}": pd.array(["a", None, "é\x00"], dtype=pd.StringDtype(storage, na_value=missing))
        for storage in ("python", "pyarrow")
        for missing in (pd.NA, np.nan)
    },
    "string with a lone surrogate": pd.array(["a", None, "\ud800"], dtype=pd.StringDtype("python")),
    **{
        f"masked {name}": pd.array([1, None, 0], dtype=name)
        for name in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "boolean")
    },
    **{
        f"masked {cls.__name__} {name}": cls(np.array([1, np.nan, 3], name), np.array([False, False, True]))
        for cls in (pd.arrays.FloatingArray,)
        for name in ("f4", "f8")
    },
    "zoned": pd.array(_ticks(0, None, 2**60, dtype="M8[ns]")).tz_localize(PARIS),
    "zoned s": pd.array(_ticks(0, None, 2**30, dtype="M8[s]")).tz_localize("UTC"),
    "zoned fixed": pd.array(_ticks(0, None, 1, dtype="M8[us]")).tz_localize(
        datetime.timezone(datetime.timedelta(hours=-3, minutes=-30))
    ),
    "zoned utc": pd.array(_ticks(0, None, 1, dtype="M8[us]")).tz_localize(datetime.timezone.utc),
    "periods": pd.array(["2020-01", None, "1066-10"], dtype="period[M]"),
    "periods of weeks": pd.array(["2020-01-01", None, "1066-10-14"], dtype="period[W-WED]"),
    "categories": pd.Categorical(["b", None, "a"], categories=["c", "b", "a"], ordered=True),
    "categories of ints": pd.Categorical([3, 1, 3]),
    "categories of floats": pd.Categorical([0.5, np.inf, np.nan]),
    "categories of bools": pd.Categorical([True, False, None]),
    "categories of instants": pd.Categorical(pd.to_datetime(["2020", "2021", None])),
    "categories of intervals": pd.cut([1, 5, 9], 3),
    "categories of a mix": pd.Categorical([1, "a", None]),
    "categories with a name": pd.Categorical(["a"] * 3, categories=pd.Index(["a", "b"], name="n")),
    "categories with a freq": pd.Categorical.from_codes([0, 1, -1], pd.date_range("2020", periods=2)),
    "categories from a range": pd.Categorical.from_codes([0, 1, -1], pd.RangeIndex(300)),
    "no categories": pd.Categorical([None, None, None]),
    "intervals": pd.arrays.IntervalArray.from_breaks([0, 1, 2, 3], closed="left"),
    "intervals of instants": pd.arrays.IntervalArray.from_breaks(pd.date_range("2020", periods=4, tz=PARIS)),
    "intervals with nothing": pd.array([pd.Interval(0.5, 1), None, pd.Interval(2, 3)], dtype="interval"),
    "sparse": pd.arrays.SparseArray([0, 1, 0], fill_value=0),
    "sparse blocks": pd.arrays.SparseArray([np.nan, 1, 2], kind="block"),
    "sparse bools": pd.arrays.SparseArray([True, False, True], fill_value=False),
    "arrow ints": pd.array([1, None, 3], dtype=pd.ArrowDtype(pa.int32())),
    "arrow strings": pd.array(["a", None, "b"], dtype=pd.ArrowDtype(pa.string())),
    "arrow decimals": pd.array([Decimal("1.20"), None, Decimal("3.45")], dtype=pd.ArrowDtype(pa.decimal128(5, 2))),
    "arrow lists": pd.array([[1], None, [2, 3]], dtype=pd.ArrowDtype(pa.list_(pa.int8()))),
    "arrow structs": pd.array([{"a": 1}, None, {"a": 2}], dtype=pd.ArrowDtype(pa.struct([("a", pa.int8())]))),
    "arrow months": pd.arrays.ArrowExtensionArray(
        pa.chunked_array([pa.array([(1, 2, 3), None, (0, 0, 1)], pa.month_day_nano_interval())])
    ),
    "arrow times": pd.array([datetime.time(1), None, datetime.time(2)], dtype=pd.ArrowDtype(pa.time32("s"))),
    "arrow zoned": pd.array([datetime.datetime(2020, 1, 1), None, None], dtype=pd.ArrowDtype(pa.timestamp("s", "UTC"))),
    "arrow dictionary": pd.arrays.ArrowExtensionArray(
        pa.chunked_array([pa.array(["a", None, "b"]).dictionary_encode()])
    ),
    "arrow chunks": pd.arrays.ArrowExtensionArray(pa.chunked_array([[1], [], [2, 3]])),
}
COLUMN = pytest.mark.parametrize("column", [pytest.param(value, id=name) for name, value in COLUMNS.items()])

INDEXES: dict[str, pd.Index] = {
    "range": pd.RangeIndex(3),
    "range with a step": pd.RangeIndex(10, 4, -2, name="r"),
    "ints": pd.Index([3, 1, 1], name="i"),
    "int8": pd.Index([3, 1, 1], dtype="int8"),
    "floats": pd.Index([0.5, np.nan, -0.0]),
    "complex": pd.Index([1j, 2, 3]),
    "bools": pd.Index([True, False, True]),
    "masked": pd.Index([1, None, 2], dtype="Int64"),
    "strings": pd.Index(["a", "b", "c"], name="s"),
    "strings as objects": pd.Index(["a", None, "c"], dtype=object),
    "string[python]": pd.Index(["a", None, "c"], dtype="string[python]"),
    "string[pyarrow]": pd.Index(["a", None, "c"], dtype="string[pyarrow]"),
    "mixed": pd.Index([1, "a", None], dtype=object),
    "tuples": pd.Index([(1, 2), (3,), None], dtype=object, tupleize_cols=False),
    "days": pd.date_range("2020", periods=3, name="d"),
    "business days": pd.date_range("2020", periods=3, freq="B"),
    "month ends": pd.date_range("2020", periods=3, freq=pd.offsets.MonthEnd(2)),
    "date offset": pd.date_range("2020-01-31", periods=3, freq=pd.DateOffset(months=1)),
    "days backwards": pd.date_range("2020", periods=3)[::-1],
    "instants": pd.DatetimeIndex(["2020", None, "2019"]),
    "zoned days": pd.date_range("2020-10-24", periods=3, tz=PARIS),
    "seconds": pd.DatetimeIndex(["2020", "2021", "2022"]).as_unit("s"),
    "spans": pd.timedelta_range("1h", periods=3, freq="90min"),
    "spans without freq": pd.TimedeltaIndex([1, None, 2]),
    "periods": pd.period_range("2020", periods=3, freq="Q-JAN"),
    "intervals": pd.interval_range(0, 3, name="v"),
    "categories": pd.CategoricalIndex(["a", None, "b"], ordered=True),
    "levels": pd.MultiIndex.from_tuples([("a", 1), ("b", 1), ("a", 2)], names=["x", None]),
    "level of days": pd.MultiIndex.from_product([pd.date_range("2020", periods=3), ["a"]]),
    "levels unused": pd.MultiIndex.from_product([["z", "b", "a"], [1.5, np.nan]])[[0, 2, 4]],
    "levels missing": pd.MultiIndex.from_arrays([["a", None, "b"], [np.nan, 1, 2]]),
    "tuple name": pd.Index([1, 2, 3], name=("a", 1)),
    "numpy name": pd.Index([1, 2, 3], name=np.int64(5)),
    "arrow": pd.Index([1, None, 3], dtype=pd.ArrowDtype(pa.int8())),
}
INDEX = pytest.mark.parametrize("index", [pytest.param(value, id=name) for name, value in INDEXES.items()])


def _repeat(values: Any, times: int) -> Any:
    return values.take(np.tile(np.arange(len(values)), times))


@FORMATS
@COLUMN
def test_a_column_comes_back_as_it_was(column: Any, fmt: str) -> None:
    frame = pd.DataFrame({"before": [1.5, 2, 3], "x": pd.Series(column, dtype=column.dtype), "after": ["a", "b", "c"]})
    assert_same(through(frame, dataframe_format=fmt), frame)


@COLUMN
def test_a_series_comes_back_as_it_was(column: Any) -> None:
    series = pd.Series(column, dtype=column.dtype, name="x")
    assert_same(through(series), series)


@COLUMN
def test_an_array_comes_back_as_it_was(column: Any) -> None:
    array = pd.Series(column, dtype=column.dtype).array
    assert_same(through(array), array)


@COLUMN
def test_an_empty_column_comes_back_as_it_was(column: Any) -> None:
    frame = pd.DataFrame({"x": pd.Series(column, dtype=column.dtype)}).iloc[:0]
    assert_same(through(frame), frame)


@COLUMN
def test_an_extension_dtype_comes_back_as_it_was(column: Any) -> None:
    dtype = pd.Series(column, dtype=column.dtype).dtype
    assert_same(through(dtype), dtype)


@INDEX
def test_an_index_comes_back_as_it_was(index: pd.Index) -> None:
    assert_same(through(index), index)


@INDEX
def test_a_long_index_comes_back_as_it_was(index: pd.Index) -> None:
    index = _repeat(index, 100)
    assert_same(through(index), index)


@FORMATS
@INDEX
def test_a_frame_keeps_its_index(index: pd.Index, fmt: str) -> None:
    frame = pd.DataFrame({"x": [1, 2, 3]}, index=index)
    assert_same(through(frame, dataframe_format=fmt), frame)


@INDEX
def test_a_series_keeps_its_index(index: pd.Index) -> None:
    series = pd.Series([1, 2, 3], index=index)
    assert_same(through(series), series)


@INDEX
def test_a_frame_keeps_its_labels(index: pd.Index) -> None:
    frame = pd.DataFrame(np.arange(6).reshape(2, 3), columns=index)
    assert_same(through(frame), frame)


FRAMES: dict[str, pd.DataFrame] = {
    "nothing": pd.DataFrame(),
    "no columns": pd.DataFrame(index=["a", "b"]),
    "no columns, a range": pd.DataFrame(index=range(5)),
    "no rows": pd.DataFrame(columns=["a", "b"]),
    "duplicate labels": pd.DataFrame([[1, 2.5, "x"]], columns=["a", "a", "b"]),
    "labels of the file's own": pd.DataFrame([[1, 2]], columns=["__index_level_0__", "0"], index=["r"]),
    "empty label": pd.DataFrame([[1, 2]], columns=["", " "]),
    "label with NUL": pd.DataFrame([[1, 2]], columns=["a\x00b", "a"]),
    "label with a surrogate": pd.DataFrame([[1, 2]], columns=pd.Index(["\ud800", "a"], dtype=object)),
    "children between": pd.DataFrame({"a": [1], "b": [1j], "c": ["x"], "d": [[1]], "e": [2j]}),
    "labels with a name": pd.DataFrame([[1]], columns=pd.Index(["a"], name="n")),
    "labels with a tuple's name": pd.DataFrame([[1]], columns=pd.Index(["a"], name=("n", 1))),
    "blocks": pd.DataFrame(np.arange(12.0).reshape(3, 4), columns=list("abcd")),
    "column-major": pd.DataFrame(np.asfortranarray(np.arange(12.0).reshape(3, 4)), columns=list("abcd")),
}
FRAME = pytest.mark.parametrize("frame", [pytest.param(value, id=name) for name, value in FRAMES.items()])


@FORMATS
@FRAME
def test_a_frame_comes_back_as_it_was(frame: pd.DataFrame, fmt: str) -> None:
    assert_same(through(frame, dataframe_format=fmt), frame)


PAIR = "\ud83d\ude00"
"""Two characters, which JSON readers take for one."""


@pytest.mark.parametrize(
    "value",
    [
        pd.Series([1], name=PAIR),
        pd.Series([1], index=pd.Index([1], name=PAIR)),
        pd.DataFrame([[1]], columns=pd.Index(["a"], name=PAIR)),
        pd.DataFrame([[1]], index=pd.MultiIndex.from_tuples([(1, 2)], names=[PAIR, None])),
    ],
    ids=["series", "index", "columns", "levels"],
)
def test_a_name_that_json_would_change_comes_back(value: Any) -> None:
    assert_same(through(value), value)


def test_labels_that_look_the_same_to_pandas_keep_their_own_columns() -> None:
    """As the same float, which they become where a level has a missing label."""
    frame = pd.DataFrame([[1, 2, 3]])
    frame.columns = pd.MultiIndex([[2**53 + 1, 2**53, 5], ["a"]], [[0, -1, 1], [0, 0, 0]])
    assert_same(through(frame), frame)


def test_attrs_of_any_kind_come_back() -> None:
    frame = pd.DataFrame({"a": [1]})
    frame.attrs = {"units": {"a": "m"}, ("k", 1): np.arange(3), "other": pd.DataFrame({"b": [1]}), "nan": np.nan}
    series = frame["a"]
    series.attrs = {"x": (1, 2)}
    assert_same(through([frame, series]), [frame, series])


def test_the_flag_for_unique_labels_comes_back() -> None:
    frame = pd.DataFrame({"a": [1]}).set_flags(allows_duplicate_labels=False)
    assert_same(through([frame, frame["a"]]), [frame, frame["a"]])


@pytest.mark.parametrize("name", [None, "x", "", ("a", 1), 5, np.int8(5), 1.5, pd.Timestamp("2020"), "\x00"], ids=repr)
def test_the_name_of_a_series_comes_back(name: Any) -> None:
    series = pd.Series([1], name=name)
    assert_same(through(series), series)


SCALARS: list[Any] = [
    pd.NaT,
    pd.NA,
    pd.Timestamp("2020-01-01"),
    pd.Timestamp(0, unit="s"),
    *(pd.Timestamp("1900-01-01").as_unit(unit) for unit in ("s", "ms", "us", "ns")),
    pd.Timestamp("9999-12-31").as_unit("s"),
    pd.Timestamp("2020-07-01 12:00:00.000000001", tz=PARIS),
    pd.Timestamp("2020-10-25 00:30", tz="UTC").tz_convert(PARIS),
    pd.Timestamp("2020-10-25 01:30", tz="UTC").tz_convert(PARIS),
    pd.Timestamp("2020", tz=datetime.timezone.utc),
    pd.Timestamp("2020", tz="UTC"),
    pd.Timestamp("2020", tz=datetime.timezone(datetime.timedelta(hours=1), "X")),
    pd.Timestamp("2020", tz="US/Pacific"),
    *(pd.Timedelta(-5, unit="D").as_unit(unit) for unit in ("s", "ms", "us", "ns")),
    pd.Period("2020-01", "M"),
    pd.Period("2020-01-01 10:15", "15min"),
    pd.Period("2020", "Q-NOV"),
    pd.Interval(0, 1.5, closed="neither"),
    pd.Interval(pd.Timestamp("2020"), pd.Timestamp("2021"), closed="left"),
    pd.offsets.Day(3),
    pd.offsets.Hour(-2),
    pd.offsets.Minute(150),
    pd.offsets.MonthEnd(normalize=True),
    pd.offsets.Week(weekday=2),
    pd.offsets.Week(),
    pd.offsets.QuarterEnd(startingMonth=2),
    pd.offsets.DateOffset(months=1, day=3),
    pd.offsets.DateOffset(),
    pd.offsets.CustomBusinessDay(holidays=["2020-01-01"], weekmask="Mon Tue"),
    pd.offsets.BusinessHour(start="10:00", end="16:00"),
    pd.offsets.LastWeekOfMonth(weekday=3),
    pd.offsets.FY5253(weekday=4, startingMonth=1, variation="last"),
    pd.offsets.Easter(),
]


@pytest.mark.parametrize("scalar", SCALARS, ids=repr)
def test_a_scalar_comes_back_as_it_was(scalar: Any) -> None:
    assert_same(through([scalar, {"k": scalar}]), [scalar, {"k": scalar}])


DTYPES = [
    pd.CategoricalDtype(),
    pd.CategoricalDtype(["b", "a"], ordered=True),
    pd.IntervalDtype(),
    pd.SparseDtype("f4"),
]


@pytest.mark.parametrize("dtype", [*DTYPES, pd.ArrowDtype(pa.list_(pa.timestamp("s", "UTC")))], ids=str)
def test_a_dtype_comes_back_as_it_was(dtype: Any) -> None:
    assert_same(through(dtype), dtype)


def test_a_time_zone_of_pytz_stays_one() -> None:
    pytz = pytest.importorskip("pytz")
    for zone in (pytz.timezone("Europe/Paris"), pytz.UTC, pytz.FixedOffset(90)):
        index = pd.date_range("2020", periods=3, tz=zone)
        assert_same(through([index, index[0], index.dtype]), [index, index[0], index.dtype])


@pytest.mark.parametrize("periods", [0, 1])
def test_the_freq_of_a_short_index_comes_back(periods: int) -> None:
    for index in (pd.date_range("2020", periods=periods), pd.timedelta_range("1h", periods=periods, freq="h")):
        assert_same(through(index), index)


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint64"])
def test_integer_labels_are_names_in_the_file(dtype: str) -> None:
    frame = pd.DataFrame(np.zeros((1, 3)), columns=pd.Index([7, 0, 5], dtype=dtype, name="n"))
    text, body = dumped(frame)
    assert pa.ipc.open_file(body).schema.names == ["7", "0", "5"]
    assert_same(loaded(text, body), frame)


class _StrangeIndex(pd.Index):
    pass


def test_a_subclass_of_an_index_is_refused() -> None:
    index = pd.Index([1])
    frame = pd.DataFrame({"x": [1]}, index=index)
    frame.index.__class__ = _StrangeIndex
    assert type(frame.index) is _StrangeIndex
    with pytest.raises(UnsupportedTypeError, match="index"):
        dumped(frame)


def test_a_subclass_of_a_frame_is_refused() -> None:
    class Special(pd.DataFrame):
        pass

    with pytest.raises(UnsupportedTypeError, match="value"):
        dumped([Special({"a": [1]})])


class _Foreign(pd.arrays.IntegerArray):
    pass


def test_a_foreign_array_is_refused_by_the_name_of_its_column() -> None:
    frame = pd.DataFrame({"a": [1], "shape": pd.Series(_Foreign(np.array([1]), np.array([False])), copy=False)})
    assert type(frame["shape"].array) is _Foreign
    with pytest.raises(UnsupportedTypeError, match=r"value\['shape'\]"):
        dumped(frame)


def test_a_type_that_arrow_files_lose_is_refused() -> None:
    nested = pa.array([{"a": "x"}], pa.struct([("a", pa.dictionary(pa.int8(), pa.string()))]))
    series = pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([nested])))
    with pytest.raises(UnsupportedTypeError, match=r"value\['x'\].*cast"):
        dumped(pd.DataFrame({"a": [1], "x": series}))


class _Zone(datetime.tzinfo):
    def utcoffset(self, when: Any) -> datetime.timedelta:
        return datetime.timedelta(hours=1)

    def dst(self, when: Any) -> datetime.timedelta:
        return datetime.timedelta()


def test_a_time_zone_without_a_name_is_refused() -> None:
    index = pd.DatetimeIndex(["2020"]).tz_localize("UTC").tz_convert(_Zone())
    for value in (index, index[0], index.dtype, pd.Series(1, index=index)):
        with pytest.raises(UnsupportedTypeError, match="time zone"):
            dumped(value)


@pytest.mark.parametrize("char", ["q", "Q", "l", "L"])
def test_integers_of_one_size_keep_their_c_type(char: str) -> None:
    assert through(pd.Series(np.array([1], dtype=char))).dtype.char == pd.Series(np.array([1], dtype=char)).dtype.char


@pytest.mark.parametrize(
    "array",
    [
        pa.array([[1, 2], None], pa.list_(pa.int8(), 2)),
        pa.array([b"", None], pa.binary(0)),
        pa.array([[10**17], None], pa.list_(pa.timestamp("s"))),
    ],
    ids=lambda array: str(array.type),
)
def test_what_parquet_loses_is_kept_all_the_same(array: pa.Array) -> None:
    value = pd.DataFrame({"a": pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([array])))})
    assert_same(through(value, dataframe_format="parquet"), value)
