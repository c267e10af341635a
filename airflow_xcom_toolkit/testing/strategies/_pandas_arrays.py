"""Columns of pandas: arrays of every dtype, numpy's and extensions."""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import cache
from importlib.util import find_spec
from inspect import signature
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from ._numpy import vectors
from ._python import Values, floats, json_texts, leaves

Draw = st.DrawFn

_NUMBERS = ("?", "b", "h", "i", "l", "q", "B", "H", "I", "L", "f", "d", "F", "D")
_NOT_OF_AN_INDEX = ("e", "g", ">i4", ">f8")
"""Of these pandas makes no index, or none that it can use."""

_UNITS = ("s", "ms", "us", "ns")
_MASKED = ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "boolean")
_ZONES = ("UTC", ZoneInfo("Europe/Paris"), datetime.timezone.utc, datetime.timezone(datetime.timedelta(hours=-3)))
_PERIODS = ("Y", "Q-NOV", "M", "W-WED", "D", "h", "15min", "s", "ns")
_TEXTS = st.text(st.characters(codec="utf-8"), max_size=9)
_MISSING = (None, float("nan"), pd.NA, pd.NaT)


def _many(size: int, *elements: Values) -> Any:
    return st.lists(st.one_of(*elements), min_size=size, max_size=size)


def instants() -> st.SearchStrategy[int]:
    """Seconds from 1900 to 2100."""
    return st.integers(-(2**31), 2**32)


def _numbers(size: int, *more: str) -> Values:
    return st.sampled_from((*_NUMBERS, *more)).flatmap(lambda name: vectors(np.dtype(name), size))


@st.composite
def _ticks(draw: Draw, size: int, kind: str) -> Any:
    unit = draw(st.sampled_from(_UNITS))
    limit = 2**31 * 10 ** (3 * _UNITS.index(unit))
    ticks = draw(_many(size, st.integers(-limit, limit), st.just(-(2**63))))
    return np.array(ticks, "i8").view(f"{kind}8[{unit}]")


@st.composite
def _objects(draw: Draw, size: int, *, index: bool = False) -> Any:
    """Of one kind and missing values of one kind or several; or of anything."""
    texts = st.text(st.characters(), max_size=9)
    numbers = st.integers(-(2**70), 2**70)
    kinds = (texts, json_texts(), st.binary(max_size=5), numbers, floats(), st.booleans(), st.dates())
    money = st.decimals(allow_nan=False, allow_infinity=False, places=2).map(Decimal)
    tuples = st.tuples(numbers, texts)
    anything = st.one_of(kinds) if index else st.one_of(leaves(), st.lists(leaves(), max_size=2))
    chosen = draw(st.sampled_from((*kinds, money, tuples, anything)))
    missing = draw(st.sampled_from((*([value] for value in _MISSING), _MISSING)))
    found = np.empty(size, object)
    found[:] = np.fromiter(draw(_many(size, chosen, st.sampled_from(missing))), object, size)
    return found


def _string_dtypes() -> list[Any]:
    storages = ("python", "pyarrow") if find_spec("pyarrow") else ("python",)
    if "na_value" in signature(pd.StringDtype).parameters:
        return [pd.StringDtype(storage, na_value=na) for storage in storages for na in (pd.NA, np.nan)]
    return [pd.StringDtype(storage) for storage in storages]


@st.composite
def _strings(draw: Draw, size: int) -> Any:
    dtype = draw(st.sampled_from(_string_dtypes()))
    return pd.array(draw(_many(size, st.none(), _TEXTS)), dtype=dtype)


@st.composite
def _masked(draw: Draw, size: int) -> Any:
    name = draw(st.sampled_from((*_MASKED, "Float32", "Float64")))
    dtype: Any = pd.api.types.pandas_dtype(name)
    values = draw(vectors(np.dtype(dtype.numpy_dtype), size))
    return dtype.construct_array_type()(values, draw(vectors(np.dtype(bool), size)))


@st.composite
def _zoned(draw: Draw, size: int) -> Any:
    naive = pd.array(draw(_ticks(size, "M")))
    return naive.tz_localize("UTC").tz_convert(draw(st.sampled_from(_ZONES)))


@st.composite
def _periods(draw: Draw, size: int) -> Any:
    ordinals = draw(_many(size, st.integers(-10_000, 10_000), st.just(-(2**63))))
    return pd.PeriodIndex.from_ordinals(ordinals, freq=draw(st.sampled_from(_PERIODS))).array


@st.composite
def _categoricals(draw: Draw, size: int) -> Any:
    """Of text, numbers, instants, intervals, a range or a mix; ordered or not; some categories unused."""
    categories = pd.Index(draw(_categories()))
    codes = draw(_many(size, st.integers(-1, len(categories) - 1)))
    return pd.Categorical.from_codes(codes, categories, ordered=draw(st.booleans()))


@cache
def _categories() -> Values:
    unique = (_TEXTS, st.integers(-9, 9), st.floats(allow_nan=False), st.booleans(), st.integers(0, 9) | _TEXTS)
    lists = [st.lists(one, max_size=4, unique=True).map(_index) for one in unique]
    days = pd.date_range("2024", periods=3, tz="Europe/Paris")
    whole = st.sampled_from((pd.RangeIndex(300), days, pd.interval_range(0, 3), pd.Index(["a"], name="named")))
    return st.one_of(*lists, whole)


def _index(items: list[Any]) -> Any:
    """Of objects where texts are mixed with numbers, else of what pandas finds."""
    return pd.Index(items, dtype=object if len({type(item) for item in items}) > 1 else None)


@st.composite
def _intervals(draw: Draw, size: int) -> Any:
    closed = draw(st.sampled_from(("left", "right", "both", "neither")))
    left = draw(vectors(np.dtype(draw(st.sampled_from(("i8", "i4")))), size)) // 2
    kind = draw(st.sampled_from(("numbers", "floats with gaps", "instants")))
    if kind == "instants":
        start = pd.DatetimeIndex(np.asarray(left, "i8") % 10**9, tz=draw(st.sampled_from((None, *_ZONES))))
        return pd.arrays.IntervalArray.from_arrays(start, start + pd.Timedelta("1h"), closed=closed)
    if kind == "numbers":
        return pd.arrays.IntervalArray.from_arrays(left, left + 1, closed=closed)
    gaps = np.where(draw(vectors(np.dtype(bool), size)), np.nan, left.astype("f8"))
    return pd.arrays.IntervalArray.from_arrays(gaps, gaps + 0.5, closed=closed)


@st.composite
def _sparse(draw: Draw, size: int) -> Any:
    values = draw(st.sampled_from("?bif").flatmap(lambda char: vectors(np.dtype(char), size)))
    fill = draw(st.sampled_from((np.nan, 0.0) if values.dtype.kind == "f" else (values.dtype.type(0),)))
    return pd.arrays.SparseArray(values, fill_value=fill, kind=draw(st.sampled_from(("integer", "block"))))


@st.composite
def _arrow_backed(draw: Draw, size: int) -> Any:
    import pyarrow as pa

    from ._arrow import arrow_arrays

    types = [
        *(pa.int8(), pa.uint64(), pa.float32(), pa.float64(), pa.bool_(), pa.string(), pa.large_string(), pa.binary()),
        *(pa.timestamp("s", "UTC"), pa.timestamp("ns"), pa.duration("us"), pa.date32(), pa.time32("s"), pa.null()),
        *(pa.decimal128(7, 2), pa.list_(pa.int8()), pa.struct([("a", pa.int8()), ("b", pa.list_(pa.string()))])),
        *(pa.dictionary(pa.int32(), pa.string()), pa.map_(pa.string(), pa.int8())),
    ]
    array = draw(arrow_arrays(st.sampled_from(types), size))
    chunks = [array] if draw(st.booleans()) else [array.slice(0, 1), array.slice(1)]
    return pd.arrays.ArrowExtensionArray(pa.chunked_array(chunks, array.type))


@cache
def extension_arrays(size: int) -> Values:
    """Extension arrays of every dtype: strings, nullable, zoned, periods, categories, intervals, sparse, Arrow."""
    arrow = [_arrow_backed(size)] if find_spec("pyarrow") else []
    kinds = (_strings, _masked, _zoned, _periods, _categoricals, _intervals, _sparse)
    return st.one_of(*(kind(size) for kind in kinds), *arrow)


@cache
def column_arrays(size: int) -> Values:
    """What a column or a series may hold."""
    plain = (_numbers(size, *_NOT_OF_AN_INDEX), _ticks(size, "M"), _ticks(size, "m"), _objects(size))
    return st.one_of(*plain, extension_arrays(size))


@cache
def index_arrays(size: int) -> Values:
    """What an index may hold: no lists, and numbers that pandas makes an index of."""
    plain = (_numbers(size), _ticks(size, "M"), _ticks(size, "m"), _objects(size, index=True))
    kinds = (_strings, _masked, _zoned, _periods, _categoricals, _intervals)
    return st.one_of(*plain, *(kind(size) for kind in kinds))
