"""Columns of pandas of every dtype, three rows long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ._example import Library

np: Any = Library("numpy")
pa: Any = Library("pyarrow")
pd: Any = Library("pandas")

_UNITS = ("s", "ms", "us", "ns")


def objects(*values: Any) -> Any:
    """An array of these very objects."""
    found = np.empty(len(values), object)
    for i, value in enumerate(values):
        found[i] = value
    return found


def _ticks(*values: int | None, dtype: str) -> Any:
    return np.array([np.iinfo("i8").min if value is None else value for value in values], "i8").view(dtype)


def _zoned(zone: Any) -> Any:
    return pd.array(_ticks(0, None, 2**50, dtype="M8[us]")).tz_localize("UTC").tz_convert(zone)


def _arrow(array: Any) -> Any:
    return pd.arrays.ArrowExtensionArray(pa.chunked_array([array]))


def _number(name: str) -> Callable[[], Any]:
    return lambda: np.array([0, 1, 1], name)


def _ticking(kind: str, unit: str) -> Callable[[], Any]:
    return lambda: _ticks(0, None, -(2**62), dtype=f"{kind}[{unit}]")


def _nullable(name: str) -> Callable[[], Any]:
    return lambda: pd.array([1, None, 0], dtype=name)


_NUMPY: dict[str, Callable[[], Any]] = {
    **{name: _number(name) for name in ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32")},
    **{name: _number(name) for name in ("uint64", "float16", "float32", "complex64", "complex128", "longdouble")},
    "float64": lambda: np.array([-0.0, np.nan, np.inf]),
    "NaNs of many bits": lambda: np.array([0x7FF8000000000001, 0xFFF8000000000000, 0], "u8").view("f8"),
    "big-endian ints": lambda: np.array([1, 2, 3], ">i4"),
    "a strided array": lambda: np.arange(6.0)[::2],
    **{f"instants in {unit}": _ticking("M8", unit) for unit in _UNITS},
    **{f"durations in {unit}": _ticking("m8", unit) for unit in _UNITS},
}

_OBJECTS: dict[str, Callable[[], Any]] = {
    "text in objects": lambda: objects("a", "", "é\x00"),
    "text and None": lambda: objects("a", None, "b"),
    "text and NaN": lambda: objects("a", np.nan, "b"),
    "text and NA": lambda: objects("a", pd.NA, "b"),
    "text and two kinds of missing": lambda: objects("a", None, np.nan),
    "lone surrogates": lambda: objects("a", "\ud800", "\udfff"),
    "bytes": lambda: objects(b"", b"\x00\xff", None),
    "large ints": lambda: objects(1, 2**63, -(2**70)),
    "ints and NA": lambda: objects(1, pd.NA, 2),
    "bools and None": lambda: objects(True, None, False),
    "dates and NaT": lambda: objects(dt.date(1, 1, 1), dt.date.max, pd.NaT),
    "True beside 1": lambda: objects(True, 1, 1.0),
    "numpy scalars": lambda: objects(np.float32(1), np.int8(1), np.str_("a")),
    "lists and arrays": lambda: objects([1, [2]], {"a": (1,)}, np.array([1, 2])),
    "Decimals": lambda: objects(Decimal("1.0"), Decimal("1.00"), Decimal("NaN")),
    "None alone": lambda: objects(None, None, None),
    "NaT alone": lambda: objects(pd.NaT, pd.NaT, pd.NaT),
}

_EXTENSIONS: dict[str, Callable[[], Any]] = {
    "text": lambda: pd.Series(["a", "b", "é\x00"]).array,
    "string[python]": lambda: pd.array(["a", None, "é\x00"], dtype="string[python]"),
    "string[pyarrow]": lambda: pd.array(["a", None, "é\x00"], dtype="string[pyarrow]"),
    **{name: _nullable(name) for name in ("Int8", "Int64", "UInt16", "UInt64", "boolean", "Float32")},
    "Float64 with NaN and NA": lambda: pd.arrays.FloatingArray(
        np.array([1, np.nan, 3]), np.array([False, False, True])
    ),
    "instants of a time zone": lambda: _zoned(ZoneInfo("Europe/Paris")),
    "instants of an offset": lambda: _zoned(dt.timezone(dt.timedelta(hours=-3, minutes=-30))),
    "periods": lambda: pd.array(["2020-01-01", None, "1066-10-14"], dtype="period[W-WED]"),
    "ordered categories": lambda: pd.Categorical(["b", None, "a"], categories=["c", "b", "a"], ordered=True),
    "categories of ints": lambda: pd.Categorical([3, 1, 3]),
    "categories of intervals": lambda: pd.cut([1, 5, 9], 3),
    "categories of a mix": lambda: pd.Categorical([1, "a", None]),
    "categories with a name": lambda: pd.Categorical(["a"] * 3, categories=pd.Index(["a", "b"], name="n")),
    "categories with a freq": lambda: pd.Categorical.from_codes([0, 1, -1], pd.date_range("2020", periods=2)),
    "no categories": lambda: pd.Categorical([None, None, None]),
    "intervals": lambda: pd.arrays.IntervalArray.from_breaks([0, 1, 2, 3], closed="left"),
    "intervals of instants": lambda: pd.arrays.IntervalArray.from_breaks(pd.date_range("2020", periods=4, tz="UTC")),
    "sparse ints": lambda: pd.arrays.SparseArray([0, 1, 0], fill_value=0),
    "sparse floats in blocks": lambda: pd.arrays.SparseArray([np.nan, 1, 2], kind="block"),
    "Arrow strings": lambda: _arrow(pa.array(["a", None, "b"])),
    "Arrow decimals": lambda: _arrow(pa.array([Decimal("1.20"), None, Decimal("3.45")], pa.decimal128(5, 2))),
    "Arrow lists": lambda: _arrow(pa.array([[1], None, [2, 3]], pa.list_(pa.int8()))),
    "Arrow structs": lambda: _arrow(pa.array([{"a": 1}, None, {"a": 2}])),
    "Arrow times": lambda: _arrow(pa.array([dt.time(1), None, dt.time(2)], pa.time32("s"))),
    "an Arrow dictionary": lambda: _arrow(pa.array(["a", None, "b"]).dictionary_encode()),
    "Arrow chunks": lambda: pd.arrays.ArrowExtensionArray(pa.chunked_array([[1], [], [2, 3]])),
}

COLUMNS: dict[str, Callable[[], Any]] = {**_NUMPY, **_OBJECTS, **_EXTENSIONS}
