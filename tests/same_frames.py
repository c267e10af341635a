"""Strict equality of pandas objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from tests.same import assert_same


def assert_same_frame(actual: Any, expected: Any) -> None:
    """Asserts that ``actual`` has the very type, dtypes, values, index, names, freq, attrs and flags of ``expected``.

    ``None``, NaN, NA and NaT all differ; categories agree in their order, sparse arrays in their layout, time zones in
    their class.
    """
    assert type(actual) is type(expected), f"{type(actual)} instead of {type(expected)}"
    compare = next((found for kind, found in _COMPARISONS.items() if isinstance(expected, kind)), _same_scalar)
    compare(actual, expected)


def _same_dataframe(actual: Any, expected: Any) -> None:
    assert actual.shape == expected.shape, f"shape {actual.shape} instead of {expected.shape}"
    assert_same_frame(actual.columns, expected.columns)
    _same_common(actual, expected)
    for i in range(expected.shape[1]):
        _same_array(actual.iloc[:, i].array, expected.iloc[:, i].array)


def _same_series(actual: Any, expected: Any) -> None:
    assert_same(actual.name, expected.name, "value.name")
    _same_common(actual, expected)
    _same_array(actual.array, expected.array)


def _same_common(actual: Any, expected: Any) -> None:
    assert_same_frame(actual.index, expected.index)
    assert_same(actual.attrs, expected.attrs, "value.attrs")
    assert actual.flags.allows_duplicate_labels == expected.flags.allows_duplicate_labels


def _same_index(actual: Any, expected: Any) -> None:
    assert_same(list(actual.names), list(expected.names), "value.names")
    _same_freq(actual, expected)
    if isinstance(expected, pd.RangeIndex):
        assert (actual.start, actual.stop, actual.step) == (expected.start, expected.stop, expected.step)
    elif isinstance(expected, pd.MultiIndex):
        _same_multi(actual, expected)
    else:
        _same_array(actual.array, expected.array)


def _same_multi(actual: Any, expected: Any) -> None:
    assert actual.nlevels == expected.nlevels
    assert actual.sortorder == expected.sortorder
    for ours, theirs in zip(actual.levels, expected.levels):
        assert_same_frame(ours, theirs)
    for ours, theirs in zip(actual.codes, expected.codes):
        _same_numpy(ours, theirs)


def _same_array(actual: Any, expected: Any) -> None:
    assert type(actual) is type(expected), f"{type(actual)} instead of {type(expected)}"
    assert len(actual) == len(expected), f"{len(actual)} values instead of {len(expected)}"
    _same_dtype(actual.dtype, expected.dtype)
    _same_freq(actual, expected)
    _ARRAYS.get(type(expected), _same_masked)(actual, expected)


def _same_freq(actual: Any, expected: Any) -> None:
    ours, theirs = getattr(actual, "freq", None), getattr(expected, "freq", None)
    assert type(ours) is type(theirs), f"freq {ours!r} instead of {theirs!r}"
    assert ours == theirs, f"freq {ours!r} instead of {theirs!r}"


def _same_numpy(actual: Any, expected: Any) -> None:
    assert_same(np.ascontiguousarray(actual), np.ascontiguousarray(expected))


def _same_wrapped(actual: Any, expected: Any) -> None:
    _same_numpy(actual.to_numpy(), expected.to_numpy())


def _same_int64(actual: Any, expected: Any) -> None:
    _same_numpy(actual.view("i8"), expected.view("i8"))


def _same_masked(actual: Any, expected: Any) -> None:
    if isinstance(expected.dtype, pd.StringDtype):
        assert_same(np.asarray(actual, object), np.asarray(expected, object))
    else:
        _same_arrow(actual, expected)


def _same_arrow(actual: Any, expected: Any) -> None:
    assert_same(_chunked(actual), _chunked(expected))


def _chunked(array: Any) -> Any:
    import pyarrow as pa

    found = array.__arrow_array__()
    return found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])


def _same_categorical(actual: Any, expected: Any) -> None:
    _same_numpy(actual.codes, expected.codes)


def _same_intervals(actual: Any, expected: Any) -> None:
    assert_same_frame(actual.left, expected.left)
    assert_same_frame(actual.right, expected.right)


def _same_sparse(actual: Any, expected: Any) -> None:
    assert actual.kind == expected.kind
    assert actual.sp_index.equals(expected.sp_index)
    _same_numpy(actual.sp_values, expected.sp_values)


_ARRAYS: dict[type, Callable[[Any, Any], None]] = {
    pd.arrays.NumpyExtensionArray: _same_wrapped,
    pd.arrays.DatetimeArray: _same_int64,
    pd.arrays.TimedeltaArray: _same_int64,
    pd.arrays.PeriodArray: _same_int64,
    pd.Categorical: _same_categorical,
    pd.arrays.IntervalArray: _same_intervals,
    pd.arrays.SparseArray: _same_sparse,
    pd.arrays.ArrowExtensionArray: _same_arrow,
}


def _same_dtype(actual: Any, expected: Any) -> None:
    assert type(actual) is type(expected), f"{actual!r} instead of {expected!r}"
    if isinstance(expected, np.dtype):
        assert_same(actual, expected)
        return
    assert actual == expected, f"{actual!r} instead of {expected!r}"
    for name in ("name", "kind", "storage", "na_value", "ordered", "unit", "closed", "fill_value"):
        if name in dir(expected):
            assert_same(getattr(actual, name), getattr(expected, name), f"dtype.{name}")
    _same_inside(actual, expected)


def _same_inside(actual: Any, expected: Any) -> None:
    if isinstance(expected, pd.CategoricalDtype):
        assert_same(actual.categories, expected.categories)
    elif isinstance(expected, pd.DatetimeTZDtype):
        assert_same(actual.tz, expected.tz)
    elif isinstance(expected, (pd.IntervalDtype, pd.SparseDtype)):
        assert (actual.subtype is None) == (expected.subtype is None)
        if expected.subtype is not None:
            _same_dtype(actual.subtype, expected.subtype)
    elif isinstance(expected, pd.ArrowDtype):
        assert actual.pyarrow_dtype == expected.pyarrow_dtype


def _same_moment(actual: Any, expected: Any) -> None:
    assert (actual.unit, actual.asm8.view("i8")) == (expected.unit, expected.asm8.view("i8"))
    if isinstance(expected, pd.Timestamp):
        assert actual.fold == expected.fold
        assert actual.utcoffset() == expected.utcoffset()
        assert_same(actual.tz, expected.tz)


def _same_period(actual: Any, expected: Any) -> None:
    _same_freq(actual, expected)
    assert actual.ordinal == expected.ordinal


def _same_interval(actual: Any, expected: Any) -> None:
    assert actual.closed == expected.closed
    assert_same(actual.left, expected.left)
    assert_same(actual.right, expected.right)


def _same_offset(actual: Any, expected: Any) -> None:
    assert actual == expected, f"{actual!r} instead of {expected!r}"
    assert (actual.n, actual.normalize) == (expected.n, expected.normalize)


def _same_scalar(actual: Any, expected: Any) -> None:
    assert actual is expected, f"{actual!r} instead of {expected!r}"


_COMPARISONS: dict[type, Callable[[Any, Any], None]] = {
    pd.DataFrame: _same_dataframe,
    pd.Series: _same_series,
    pd.Index: _same_index,
    pd.api.extensions.ExtensionArray: _same_array,
    pd.api.extensions.ExtensionDtype: _same_dtype,
    type(pd.NaT): _same_scalar,
    pd.Timestamp: _same_moment,
    pd.Timedelta: _same_moment,
    pd.Period: _same_period,
    pd.Interval: _same_interval,
    pd.tseries.offsets.BaseOffset: _same_offset,
}
