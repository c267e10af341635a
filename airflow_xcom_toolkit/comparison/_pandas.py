"""Strict equality of pandas' frames, series, indexes, arrays, dtypes and scalars.

``None``, NaN, NA and NaT all differ; categories agree in their order, sparse arrays in their layout, time zones in
their class. How Arrow data is cut in chunks is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from ._difference import (
    Comparison,
    Pairs,
    differ,
    expect_equal,
    same_attributes,
    same_equal,
    same_items,
    same_object,
    short,
)


def _same_dataframe(actual: Any, expected: Any, path: str) -> Pairs:
    expect_equal(actual.shape, expected.shape, f"{path}.shape")
    yield actual.columns, expected.columns, f"{path}.columns"
    yield from _same_common(actual, expected, path)
    for i, label in enumerate(expected.columns):
        place = f"[{short(label)}]" if expected.columns.is_unique else f".iloc[:, {i}]"
        yield actual.iloc[:, i].array, expected.iloc[:, i].array, f"{path}{place}.array"


def _same_series(actual: Any, expected: Any, path: str) -> Pairs:
    yield actual.name, expected.name, f"{path}.name"
    yield from _same_common(actual, expected, path)
    yield actual.array, expected.array, f"{path}.array"


def _same_common(actual: Any, expected: Any, path: str) -> Pairs:
    yield from same_attributes("index", "attrs")(actual, expected, path)
    ours, theirs = (frame.flags.allows_duplicate_labels for frame in (actual, expected))
    expect_equal(ours, theirs, f"{path}.flags.allows_duplicate_labels")


def _same_index(actual: Any, expected: Any, path: str) -> Pairs:
    yield list(actual.names), list(expected.names), f"{path}.names"
    _same_freq(actual, expected, path)
    yield actual.array, expected.array, f"{path}.array"


def _same_range(actual: Any, expected: Any, path: str) -> Pairs:
    return same_attributes("name", "start", "stop", "step")(actual, expected, path)


def _same_multi(actual: Any, expected: Any, path: str) -> Pairs:
    yield from same_attributes("nlevels", "sortorder")(actual, expected, path)
    for name in ("names", "levels", "codes"):
        yield from same_items(getattr(actual, name), getattr(expected, name), f"{path}.{name}")


def _same_array(actual: Any, expected: Any, path: str) -> Pairs:
    yield actual.dtype, expected.dtype, f"{path}.dtype"
    expect_equal(len(actual), len(expected), f"len({path})")
    _same_freq(actual, expected, path)
    compare = next((found for kind, found in _DATA.items() if isinstance(expected, kind)), None)
    if compare is not None:
        yield from compare(actual, expected, path)
    elif hasattr(expected, "__arrow_array__"):
        yield _arrow(actual), _arrow(expected), path
    else:
        yield np.asarray(actual, object), np.asarray(expected, object), path


def _same_freq(actual: Any, expected: Any, path: str) -> None:
    expect_equal(getattr(actual, "freq", None), getattr(expected, "freq", None), f"{path}.freq")


def _arrow(array: Any) -> Any:
    import pyarrow as pa

    found = array.__arrow_array__()
    return found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])


def _as(view: Callable[[Any], Any]) -> Comparison:
    """By what numpy has of an array; in which order it lies in memory is left out."""

    def compare(actual: Any, expected: Any, path: str) -> Pairs:
        return [(np.ascontiguousarray(view(actual)), np.ascontiguousarray(view(expected)), path)]

    return compare


def _same_strings(actual: Any, expected: Any, path: str) -> Pairs:
    return [(np.asarray(actual, object), np.asarray(expected, object), path)]


def _same_sparse(actual: Any, expected: Any, path: str) -> Pairs:
    expect_equal(actual.kind, expected.kind, f"{path}.kind")
    if not actual.sp_index.equals(expected.sp_index):
        differ(f"{path}.sp_index", actual.sp_index, expected.sp_index)
    yield from same_attributes("sp_values")(actual, expected, path)


def _same_dtype(actual: Any, expected: Any, path: str) -> Pairs:
    if actual != expected:
        differ(path, actual, expected)
    for name in ("name", "kind", "storage", "na_value", "ordered", "unit", "closed", "fill_value"):
        if name in dir(expected):
            yield getattr(actual, name), getattr(expected, name), f"{path}.{name}"
    for kind, name in _INSIDE.items():
        if isinstance(expected, kind):
            yield getattr(actual, name), getattr(expected, name), f"{path}.{name}"


def _same_moment(actual: Any, expected: Any, path: str) -> Pairs:
    expect_equal(actual.unit, expected.unit, f"{path}.unit")
    if actual.asm8.view("i8") != expected.asm8.view("i8"):
        differ(path, actual, expected)
    if isinstance(expected, pd.Timestamp):
        expect_equal(actual.fold, expected.fold, f"{path}.fold")
        yield actual.tz, expected.tz, f"{path}.tz"
        yield actual.utcoffset(), expected.utcoffset(), f"{path}.utcoffset()"


def _same_offset(actual: Any, expected: Any, path: str) -> Pairs:
    same_equal(actual, expected, path)
    return same_attributes("n", "normalize")(actual, expected, path)


_DATA: dict[type, Comparison] = {
    pd.arrays.NumpyExtensionArray: _as(lambda array: array.to_numpy()),
    **dict.fromkeys(
        (pd.arrays.DatetimeArray, pd.arrays.TimedeltaArray, pd.arrays.PeriodArray), _as(lambda array: array.view("i8"))
    ),
    pd.Categorical: _as(lambda array: array.codes),
    pd.arrays.IntervalArray: same_attributes("left", "right"),
    pd.arrays.SparseArray: _same_sparse,
    **dict.fromkeys((pd.arrays.StringArray, pd.arrays.ArrowStringArray), _same_strings),
}
"""What an array holds besides its dtype and ``freq``; any other as Arrow has it."""

_INSIDE = {
    pd.CategoricalDtype: "categories",
    pd.DatetimeTZDtype: "tz",
    pd.IntervalDtype: "subtype",
    pd.SparseDtype: "subtype",
    pd.ArrowDtype: "pyarrow_dtype",
}

COMPARISONS: dict[type, Comparison] = {
    pd.DataFrame: _same_dataframe,
    pd.Series: _same_series,
    pd.Index: _same_index,
    pd.RangeIndex: _same_range,
    pd.MultiIndex: _same_multi,
    pd.api.extensions.ExtensionArray: _same_array,
    pd.api.extensions.ExtensionDtype: _same_dtype,
    **dict.fromkeys((type(pd.NaT), type(pd.NA)), same_object),
    pd.Timestamp: _same_moment,
    pd.Timedelta: _same_moment,
    pd.Period: same_attributes("freq", "ordinal"),
    pd.Interval: same_attributes("closed", "left", "right"),
    pd.tseries.offsets.BaseOffset: _same_offset,
}
