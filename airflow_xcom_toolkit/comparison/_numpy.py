"""Strict equality of numpy's arrays, scalars and dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._difference import Comparison, Pairs, differ, expect_equal, same_object

Array = np.ndarray[Any, Any]


def same_ndarray(actual: Any, expected: Any, path: str) -> Pairs:
    """The dtype, shape, memory order and bits of two arrays; of objects and strings, each element."""
    yield actual.dtype, expected.dtype, f"{path}.dtype"
    expect_equal(actual.shape, expected.shape, f"{path}.shape")
    _same_order(actual, expected, path)
    ours, theirs = np.asarray(actual), np.asarray(expected)
    if expected.dtype.names is not None:
        for name in expected.dtype.names:
            yield np.asarray(ours[name]).copy(), np.asarray(theirs[name]).copy(), f"{path}[{name!r}]"
    elif expected.dtype.kind in "OT":
        for index in np.ndindex(expected.shape):
            yield ours[index], theirs[index], _place(path, index)
    else:
        same_bits(ours, theirs, path)


def _place(path: str, index: tuple[Any, ...]) -> str:
    return f"{path}[{', '.join(str(int(i)) for i in index)}]" if index else path


def _same_order(actual: Any, expected: Any, path: str) -> None:
    """A contiguous array keeps its order; any other may take one."""
    if not isinstance(expected, np.ndarray) or not expected.dtype.itemsize:
        return
    if expected.flags.c_contiguous or expected.flags.f_contiguous:
        for name in ("c_contiguous", "f_contiguous"):
            expect_equal(getattr(actual.flags, name), getattr(expected.flags, name), f"{path}.flags.{name}")


def same_bits(actual: Array, expected: Array, path: str) -> None:
    """The bytes of two arrays of one dtype and shape."""
    ours, theirs = _bytes_of(actual), _bytes_of(expected)
    if np.array_equal(ours, theirs):
        return
    used = _used_bytes(expected.dtype)
    different = (ours[:, used] != theirs[:, used]).any(axis=1)
    if different.any():
        _differ_at(actual, expected, int(different.argmax()), path)


def _bytes_of(array: Array) -> Array:
    if not array.nbytes:
        return np.empty((0, 0), np.uint8)
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).reshape(array.size, -1)


def _differ_at(actual: Array, expected: Array, number: int, path: str) -> None:
    index = np.unravel_index(number, expected.shape)
    ours, theirs = (array[index] for array in (actual, expected))
    bits = (np.asarray(array[index]).tobytes()[:16].hex() for array in (actual, expected))
    differ(_place(path, index), ours, theirs, "bits {} instead of {}".format(*bits))


def _used_bytes(dtype: np.dtype[Any]) -> list[int]:
    """All bytes but the padding of x86's 80-bit floats."""
    size = dtype.itemsize
    if dtype.char not in "gG" or np.finfo(np.longdouble).nmant != 63:
        return list(range(size))
    width = np.dtype("g").itemsize
    offset = 0 if dtype.isnative else width - 10
    return [start + offset + i for start in range(0, size, width) for i in range(10)]


def _same_scalar(actual: Any, expected: Any, path: str) -> Pairs:
    yield actual.dtype, expected.dtype, f"{path}.dtype"
    if isinstance(expected, (str, bytes)):
        if (len(actual), actual) != (len(expected), expected):
            differ(path, actual, expected)
    else:
        same_bits(np.array(actual), np.array(expected), path)


def _same_dtype(actual: Any, expected: Any, path: str) -> Pairs:
    for name in ("str", "char", "itemsize", "type", "names", "isalignedstruct", "alignment", "coerce"):
        expect_equal(getattr(actual, name, None), getattr(expected, name, None), f"{path}.{name}")
    if actual != expected:
        differ(path, actual, expected)
    yield dict(actual.metadata or {}), dict(expected.metadata or {}), f"{path}.metadata"
    expect_equal(hasattr(actual, "na_object"), hasattr(expected, "na_object"), f"hasattr({path}, 'na_object')")
    if hasattr(expected, "na_object"):
        yield actual.na_object, expected.na_object, f"{path}.na_object"
    if expected.subdtype is not None:
        yield actual.subdtype, expected.subdtype, f"{path}.subdtype"
    for name in expected.names or ():
        yield actual.fields[name], expected.fields[name], f"{path}.fields[{name!r}]"


def _same_masked(actual: Any, expected: Any, path: str) -> Pairs:
    yield np.ma.getdata(actual), np.ma.getdata(expected), f"{path}.data"
    yield _unless_nomask(actual), _unless_nomask(expected), f"{path}.mask"
    expect_equal(actual.hardmask, expected.hardmask, f"{path}.hardmask")
    # Not `fill_value`, which sets it.
    yield actual._fill_value, expected._fill_value, f"{path}.fill_value"
    yield actual._optinfo, expected._optinfo, f"{path}._optinfo"


def _unless_nomask(array: Any) -> Any:
    """``nomask`` is a scalar, and not a mask of False."""
    return None if array._mask is np.ma.nomask else array._mask


COMPARISONS: dict[type, Comparison] = {
    np.ndarray: same_ndarray,
    np.void: same_ndarray,
    np.ma.MaskedArray: _same_masked,
    np.ma.core.MaskedConstant: same_object,
    np.generic: _same_scalar,
    np.dtype: _same_dtype,
}
