"""Values of pandas: frames, series, indexes, extension arrays, dtypes, scalars."""

from __future__ import annotations

import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from ._pandas_arrays import column_arrays, extension_arrays, index_arrays, instants
from ._python import Values, json_texts, keys, leaves

__all__ = ["extension_arrays", "frames", "indexes", "pandas_values", "series"]

Draw = st.DrawFn

_FREQS = ("D", "B", "W-WED", "90min", "2h", pd.offsets.MonthEnd(2), pd.DateOffset(months=1), "QS-FEB", None)
_SPANS = ("D", "90min", "1s", None)
_ZONES = (None, "UTC", ZoneInfo("Europe/Paris"), datetime.timezone(datetime.timedelta(hours=5, minutes=45)))
_START = pd.Timestamp("2023-12-30 23:30")
_OFFSETS = (
    *(pd.offsets.Day(3), pd.offsets.Minute(150), pd.offsets.MonthEnd(normalize=True), pd.offsets.Week(weekday=2)),
    *(pd.offsets.QuarterEnd(startingMonth=2), pd.offsets.DateOffset(months=1, day=3), pd.offsets.Easter()),
    *(pd.offsets.CustomBusinessDay(holidays=["2024-01-01"], weekmask="Mon Tue"), pd.offsets.BusinessHour()),
)


@cache
def _names() -> Values:
    others = keys().filter(lambda key: type(key) is not str)
    return st.one_of(st.none(), st.none(), json_texts(), st.integers(), st.sampled_from((np.int8(1), _START)), others)


def _attrs() -> Any:
    filled = st.dictionaries(keys(), leaves(), min_size=1, max_size=2)
    return st.one_of(st.just({}), st.just({}), st.just({}), filled)


def indexes(size: int | None = None) -> Values:
    """Every kind of index, named or not, with and without ``freq``, with duplicates and gaps, multi-level ones too.

    Ranges of any step, dates and durations with a frequency, and an index of each kind of `extension_arrays`.
    """
    return st.integers(0, 4).flatmap(_indexes) if size is None else _indexes(size)


@cache
def _indexes(size: int) -> Values:
    return st.one_of(_ranges(size), _dates(size), _spans(size), _values_index(size), _values_index(size), _multi(size))


@st.composite
def _ranges(draw: Draw, size: int) -> Any:
    start, step = draw(st.integers(-9, 9)), draw(st.sampled_from((1, 1, 2, -3)))
    return pd.RangeIndex(start, start + size * step, step, name=draw(_names()))


@st.composite
def _dates(draw: Draw, size: int) -> Any:
    freq, zone = draw(st.sampled_from(_FREQS)), draw(st.sampled_from(_ZONES))
    found = pd.date_range(_START, periods=size, freq=freq or "h", tz=zone, name=draw(_names()))
    found = found.as_unit(draw(st.sampled_from(("s", "us", "ns"))))
    found.freq = found.freq if freq else None
    return found


@st.composite
def _spans(draw: Draw, size: int) -> Any:
    freq = draw(st.sampled_from(_SPANS))
    found = pd.timedelta_range("1h", periods=size, freq=freq or "h", name=draw(_names()))
    found.freq = found.freq if freq else None
    return found


@st.composite
def _values_index(draw: Draw, size: int) -> Any:
    array = draw(index_arrays(size))
    return pd.Index(array, dtype=array.dtype, name=draw(_names()), tupleize_cols=False)


@st.composite
def _multi(draw: Draw, size: int) -> Any:
    """Two or three levels; some with values that no code refers to."""
    levels = draw(st.lists(_flat(3), min_size=2, max_size=3))
    codes = [draw(st.lists(st.integers(-1, 2), min_size=size, max_size=size)) for _ in levels]
    return pd.MultiIndex(levels, codes, names=[level.name for level in levels], verify_integrity=False)


def _flat(size: int) -> Values:
    found = st.one_of(_ranges(size), _dates(size), _spans(size), _values_index(size))
    return found.filter(lambda index: index.is_unique and not index.hasnans)


@st.composite
def series(draw: Draw) -> Any:
    """Series of every dtype, with index, name, ``attrs`` and flags."""
    size = draw(st.integers(0, 4))
    array = draw(column_arrays(size))
    return _described(draw, pd.Series(array, dtype=array.dtype, index=draw(indexes(size)), name=draw(_names())))


@st.composite
def frames(draw: Draw) -> Any:
    """Frames of none to three columns of every dtype, or of one block, with any index and labels.

    Labels of any kind: duplicate, mixed, multi-level, dates. ``attrs`` and flags; names of index and labels.
    """
    size, width = draw(st.integers(0, 4)), draw(st.integers(0, 3))
    index, labels = draw(indexes(size)), draw(indexes(width))
    if draw(st.integers(0, 4)) == 0:
        block = np.arange(size * width, dtype="f8").reshape(size, width)
        found = pd.DataFrame(np.asfortranarray(block) if draw(st.booleans()) else block)
    else:
        arrays = [draw(column_arrays(size)) for _ in range(width)]
        found = pd.DataFrame({i: pd.Series(array, dtype=array.dtype) for i, array in enumerate(arrays)})
    found = found if size and width else found.reindex(range(size))
    found.index, found.columns = index, labels
    return _described(draw, found)


def _described(draw: Draw, found: Any) -> Any:
    found.attrs = draw(_attrs())
    unique = found.index.is_unique and getattr(found, "columns", found.index).is_unique
    return found.set_flags(allows_duplicate_labels=False) if unique and draw(st.integers(0, 4)) == 0 else found


def scalars() -> Values:
    """``Timestamp``, ``Timedelta``, ``Period``, ``Interval``, ``NaT``, ``NA`` and date offsets."""
    moments = st.builds(_moment, instants(), st.sampled_from(("s", "ms", "us", "ns")), st.sampled_from(_ZONES))
    spans = st.builds(lambda n, unit: pd.Timedelta(np.timedelta64(n, unit)), instants(), st.sampled_from(("s", "us")))
    periods = st.builds(
        lambda n, freq: pd.Period(ordinal=n, freq=freq), st.integers(-999, 999), st.sampled_from("YQMDh")
    )
    ends = st.tuples(st.integers(-9, 9), st.integers(0, 9) | st.floats(0, 9))
    closed = st.sampled_from(("left", "right", "both", "neither"))
    intervals = st.builds(lambda ends, side: pd.Interval(ends[0], ends[0] + ends[1], side), ends, closed)
    single = st.sampled_from((pd.NaT, pd.NA, *_OFFSETS))
    return st.one_of(moments, spans, periods, intervals, single)


def _moment(seconds: int, unit: str, zone: Any) -> pd.Timestamp:
    return pd.Timestamp(np.datetime64(seconds, "s")).as_unit(unit).tz_localize("UTC").tz_convert(zone)


def pandas_values() -> Values:
    """`frames`, `series`, `indexes`, `extension_arrays`, their dtypes, and scalars."""
    arrays = st.integers(0, 4).flatmap(extension_arrays)
    return st.one_of(frames(), series(), indexes(), arrays, arrays.map(lambda array: array.dtype), scalars())
