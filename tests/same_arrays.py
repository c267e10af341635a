"""Strict equality of numpy, Arrow and polars objects."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.same import assert_same


def assert_same_array(actual: Any, expected: Any) -> None:
    """Asserts that ``actual`` has the very type, dtype, memory order and bits of ``expected``."""
    assert type(actual) is type(expected), f"{type(actual)} instead of {type(expected)}"
    root = type(expected).__module__.partition(".")[0]
    {"numpy": _same_numpy, "pyarrow": _same_arrow, "polars": _same_polars}[root](actual, expected)


def _same_numpy(actual: Any, expected: Any) -> None:
    if isinstance(expected, np.ma.core.MaskedConstant):
        assert actual is expected
    elif isinstance(expected, np.dtype):
        _same_dtype(actual, expected)
    elif isinstance(expected, np.ma.MaskedArray):
        _same_masked(actual, expected)
    elif isinstance(expected, (np.ndarray, np.void)):
        _same_ndarray(actual, expected)
    else:
        _same_scalar(actual, expected)


def _same_scalar(actual: Any, expected: Any) -> None:
    _same_dtype(actual.dtype, expected.dtype)
    if isinstance(expected, (str, bytes)):
        assert (len(actual), actual) == (len(expected), expected)
    else:
        _same_bits(np.array(actual), np.array(expected))


def _same_ndarray(actual: Any, expected: Any) -> None:
    _same_dtype(actual.dtype, expected.dtype)
    assert actual.shape == expected.shape, f"shape {actual.shape} instead of {expected.shape}"
    _same_order(actual, expected)
    ours, theirs = np.asarray(actual), np.asarray(expected)
    if expected.dtype.names is not None:
        for name in expected.dtype.names:
            _same_ndarray(np.asarray(ours[name]).copy(), np.asarray(theirs[name]).copy())
    elif expected.dtype.kind in "OT":
        for index in np.ndindex(expected.shape):
            assert_same(ours[index], theirs[index], f"value[{index}]")
    else:
        _same_bits(ours, theirs)


def _same_order(actual: Any, expected: Any) -> None:
    """A contiguous array keeps its order; any other becomes contiguous."""
    if not isinstance(expected, np.ndarray) or not expected.dtype.itemsize:
        return
    if expected.flags.c_contiguous or expected.flags.f_contiguous:
        assert actual.flags.c_contiguous == expected.flags.c_contiguous, "C order lost or won"
        assert actual.flags.f_contiguous == expected.flags.f_contiguous, "F order lost or won"
    assert actual.flags.c_contiguous or actual.flags.f_contiguous


def _same_bits(actual: Any, expected: Any) -> None:
    if not expected.nbytes:
        return
    ours, theirs = (np.ascontiguousarray(a).reshape(-1).view(np.uint8).reshape(a.size, -1) for a in (actual, expected))
    used = _used_bytes(expected.dtype)
    assert np.array_equal(ours[:, used], theirs[:, used]), f"{actual!r} instead of {expected!r}"


def _used_bytes(dtype: np.dtype[Any]) -> list[int]:
    """All bytes but the padding of x86's 80-bit floats."""
    size = dtype.itemsize
    if dtype.char not in "gG" or np.finfo(np.longdouble).nmant != 63:
        return list(range(size))
    width = np.dtype("g").itemsize
    offset = 0 if dtype.isnative else width - 10
    return [start + offset + i for start in range(0, size, width) for i in range(10)]


def _same_dtype(actual: np.dtype[Any], expected: np.dtype[Any]) -> None:
    assert type(actual) is type(expected)
    for name in ("str", "char", "itemsize", "type", "names", "isalignedstruct", "alignment", "coerce"):
        ours, theirs = getattr(actual, name, None), getattr(expected, name, None)
        assert ours == theirs, f"dtype.{name} {ours!r} instead of {theirs!r}"
    assert actual == expected, f"dtype {actual!r} instead of {expected!r}"
    assert_same(dict(actual.metadata or {}), dict(expected.metadata or {}), "dtype.metadata")
    assert hasattr(actual, "na_object") == hasattr(expected, "na_object")
    if hasattr(expected, "na_object"):
        assert_same(actual.na_object, expected.na_object)  # type: ignore[attr-defined]
    if expected.subdtype is not None and actual.subdtype is not None:
        _same_dtype(actual.subdtype[0], expected.subdtype[0])
        assert actual.subdtype[1] == expected.subdtype[1]
    for name in expected.names or ():
        _same_dtype(actual.fields[name][0], expected.fields[name][0])  # type: ignore[index]
        assert actual.fields[name][1:] == expected.fields[name][1:], name  # type: ignore[index]


def _same_masked(actual: Any, expected: Any) -> None:
    _same_ndarray(np.ma.getdata(actual), np.ma.getdata(expected))
    assert (actual._mask is np.ma.nomask) == (expected._mask is np.ma.nomask), "nomask is not a mask of False"
    if expected._mask is not np.ma.nomask:
        _same_ndarray(actual._mask, expected._mask)
    assert actual.hardmask == expected.hardmask, "hardmask"
    assert (actual._fill_value is None) == (expected._fill_value is None), "fill_value set or not"
    if expected._fill_value is not None:
        _same_ndarray(actual._fill_value, expected._fill_value)
    assert_same(actual._optinfo, expected._optinfo)


def _same_arrow(actual: Any, expected: Any) -> None:
    import pyarrow as pa

    if isinstance(expected, (pa.Table, pa.RecordBatch)):
        _same_arrow(actual.schema, expected.schema)
        assert actual.num_rows == expected.num_rows
        for ours, theirs in zip(actual.columns, expected.columns):
            _same_arrow(ours, theirs)
    elif isinstance(expected, pa.ChunkedArray):
        assert actual.type == expected.type
        _same_arrow_data(actual.combine_chunks(), expected.combine_chunks())
    elif isinstance(expected, pa.Array):
        assert actual.type == expected.type
        _same_arrow_data(actual, expected)
    elif isinstance(expected, pa.Scalar):
        assert actual.type == expected.type
        _same_arrow_data(pa.repeat(actual, 1), pa.repeat(expected, 1))
    elif isinstance(expected, (pa.Schema, pa.Field)):
        assert actual.equals(expected, check_metadata=True), f"{actual} instead of {expected}"
    else:
        assert actual.equals(expected), f"{actual} instead of {expected}"


def _same_arrow_data(actual: Any, expected: Any) -> None:
    """Bit for bit where Arrow can show the bits, since to it a NaN equals nothing."""
    import pyarrow as pa

    assert len(actual) == len(expected)
    if isinstance(expected, pa.ChunkedArray):
        expected, actual = pa.concat_arrays(expected.chunks), pa.concat_arrays(actual.chunks)
    if pa.types.is_floating(expected.type):
        assert actual.is_valid().equals(expected.is_valid())
        kept = expected.is_valid().to_numpy(zero_copy_only=False)
        _same_bits(
            *(a.to_numpy(zero_copy_only=False)[kept].astype(f"f{a.type.bit_width // 8}") for a in (actual, expected))
        )
    else:
        assert actual.equals(expected) or repr(actual.to_pylist()) == repr(expected.to_pylist())


def _same_polars(actual: Any, expected: Any) -> None:
    import polars as pl

    if isinstance(expected, pl.DataFrame):
        assert actual.shape == expected.shape
        assert actual.columns == expected.columns
        for name in expected.columns:
            _same_series(actual[name], expected[name])
    elif isinstance(expected, pl.Series):
        _same_series(actual, expected)
    else:
        assert actual == expected


def _same_series(actual: Any, expected: Any) -> None:
    import polars as pl

    assert (actual.name, actual.dtype) == (expected.name, expected.dtype)
    if expected.dtype == pl.Object:
        assert_same(actual.to_list(), expected.to_list())
    elif expected.dtype.is_float():
        assert actual.is_null().to_list() == expected.is_null().to_list()
        _same_bits(actual.drop_nulls().to_numpy(), expected.drop_nulls().to_numpy())
    else:
        assert actual.equals(expected, check_dtypes=True, check_names=True, null_equal=True)
        assert repr(actual.to_list()) == repr(expected.to_list())
