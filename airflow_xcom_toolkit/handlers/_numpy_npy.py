"""numpy arrays as ``.npy`` files, without a copy.

The header of an ordinary array says all there is. Where it does not (see `_numpy_dtype`), the descriptor in the tree
says the rest, and the file stays one that `numpy.load` opens.
Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from math import prod
from tokenize import TokenError
from typing import Any, Literal, cast

import numpy as np
from numpy.lib import format as npy

from ..abc import Leaf, Part, Sink, Source
from ..errors import PartialLoadError
from ._numpy_dtype import Dtype, same_dtype

Order = Literal["C", "F"]
Array = np.ndarray[Any, Any]
Layout = tuple[Sequence[int], Order, Dtype]

CHUNK = 4 << 20
_START = npy.magic(1, 0)
_BUFFERS = "?bBhHiIlLqQfd"
"""dtypes whose arrays are buffers of bytes to Python itself."""
_SMALL = 1 << 16
"""Bytes. What is smaller is copied: that takes less time than to look at it in place."""
_MAX_HEADER = 10_000
"""numpy's own bound for a header that is parsed."""


def npy_leaf(array: Array) -> tuple[Leaf, bool]:
    """``array`` as a ``.npy`` file, and whether the file alone says what its dtype is."""
    header, exact = _header(array)
    return Leaf(lambda sink: _write(array, header, sink), len(header) + array.nbytes, ".npy"), exact


def read_npy(leaf: Source, layout: Layout | None = None) -> Array:
    """A new array, filled in place. ``layout`` overrules the header.

    Raises `ValueError`, before memory is allocated, for a header that does not fit the leaf's size.
    """
    raw = _read_header(leaf)
    shape, order, dtype = layout or _layout_of(raw)
    size: int = leaf.size  # type: ignore[attr-defined]
    array = _allocate(shape, order, dtype, size - len(raw))
    if array.nbytes:
        leaf.readinto(array if order == "C" and dtype.char in _BUFFERS else _bytes_of(array))
    return array


def read_npy_rows(leaf: Source, layout: Layout | None, part: Part) -> Array:
    """The same of some rows: ``array[start:stop]`` as an array of its own. What is in front of them is read past.

    Raises `PartialLoadError` where there are no rows.
    """
    raw = _read_header(leaf)
    shape, order, dtype = layout or _layout_of(raw)
    _check_size(shape, dtype, leaf.size - len(raw))  # type: ignore[attr-defined]
    if not shape:
        raise PartialLoadError("An array of no dimension has no rows")
    return _read_rows(leaf, shape, order, dtype, part.span(shape[0]))


def _read_rows(leaf: Source, shape: Sequence[int], order: Order, dtype: Dtype, span: range) -> Array:
    array: Array = np.ndarray((len(span), *shape[1:]), dtype, order=order)
    if not array.nbytes:
        return array
    row = array.nbytes // len(span)
    if order == "F":
        _read_columns(leaf, shape[0], row // dtype.itemsize, span, array)
    else:
        _skip(leaf, span.start * row)
        leaf.readinto(_bytes_of(array))
    return array


def _read_columns(leaf: Source, rows: int, count: int, span: range, array: Array) -> None:
    """In Fortran order the rows are in pieces: one in each column of ``rows`` elements."""
    pieces = flat(array).view(f"V{array.itemsize}").reshape(count, len(span))
    step = max(CHUNK // (rows * array.itemsize), 1)
    for start in range(0, count, step):
        whole = np.empty((min(step, count - start), rows), pieces.dtype)
        leaf.readinto(_bytes_of(whole))
        pieces[start : start + step] = whole[:, span.start : span.stop]


def _skip(leaf: Source, size: int) -> None:
    for start in range(0, size, CHUNK):
        leaf.read(min(CHUNK, size - start))


def order_of(array: Array) -> Order:
    """The memory order that ``array`` comes back in."""
    return "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"


def flat(array: Array) -> Array:
    """The elements one after another, in the order of `order_of`; no copy where they are contiguous."""
    return array.T.reshape(-1) if order_of(array) == "F" else array.reshape(-1)


def _write(array: Array, header: bytes, sink: Sink) -> None:
    if array.nbytes <= _SMALL:
        sink.write(header + array.tobytes("A"))
        return
    sink.write(header)
    for chunk in _chunks(array):
        sink.write(chunk)


def _chunks(array: Array) -> Iterator[Any]:
    if array.flags.c_contiguous or array.flags.f_contiguous:
        view = _bytes_of(array)
        return (view[start : start + CHUNK] for start in range(0, len(view), CHUNK))
    flags: Any = ["external_loop", "buffered"]
    steps = np.nditer(array, flags=flags, buffersize=max(CHUNK // array.itemsize, 1), order="C")
    return (step.tobytes() for step in cast("Iterator[Array]", steps))


def _bytes_of(array: Array) -> memoryview:
    view: Any = flat(array).view(np.uint8)
    return memoryview(view)


def _header(array: Array) -> tuple[bytes, bool]:
    if is_number(array.dtype):
        return _number_header(array.dtype.char, array.shape, order_of(array))
    return _new_header(array.dtype, array.shape, order_of(array))


def is_number(dtype: Dtype) -> bool:
    """Whether its letter is all there is to say of ``dtype``."""
    return dtype.kind in "biufc" and dtype.isnative and dtype.metadata is None


@lru_cache(maxsize=256)
def _number_header(char: str, shape: tuple[int, ...], order: Order) -> tuple[bytes, bool]:
    return _new_header(np.dtype(char), shape, order)


def _new_header(dtype: Dtype, shape: tuple[int, ...], order: Order) -> tuple[bytes, bool]:
    descr, exact = _descr(dtype)
    fields = {"descr": descr, "fortran_order": order == "F", "shape": shape}
    header = BytesIO()
    try:
        npy.write_array_header_1_0(header, fields)
    except ValueError:  # Too long, or not Latin-1.
        return _header_3_0(fields), False
    return header.getvalue(), exact and header.tell() <= _MAX_HEADER


def _header_3_0(fields: dict[str, Any]) -> bytes:
    text = repr(fields).encode()
    text += b" " * (-(len(text) + 13) % npy.ARRAY_ALIGN) + b"\n"
    return npy.magic(3, 0) + struct.pack("<I", len(text)) + text


def _descr(dtype: Dtype) -> tuple[Any, bool]:
    """How a header names ``dtype``, and whether that is all there is; plain bytes where a header has no name for it."""
    try:
        descr: Any = dtype.str if dtype.names is None else dtype.descr
        read = npy.descr_to_dtype(descr)
    except (ValueError, TypeError):
        return f"|V{dtype.itemsize}", False
    if read.itemsize != dtype.itemsize or read.hasobject:
        return f"|V{dtype.itemsize}", False
    return descr, same_dtype(read, dtype)


def _read_header(leaf: Source) -> bytes:
    head = leaf.read(len(_START) + 2)
    if head.startswith(_START):
        return head + leaf.read(min(int.from_bytes(head[len(_START) :], "little"), leaf.size))  # type: ignore[attr-defined]
    return head + _read_other_header(leaf, head)


def _read_other_header(leaf: Source, start: bytes) -> bytes:
    """The rest of a header of a version for long ones."""
    head, length = start[: npy.MAGIC_LEN], start[npy.MAGIC_LEN :]
    version = npy.read_magic(BytesIO(head))
    pattern = "<H" if version == (1, 0) else "<I"
    more = leaf.read(struct.calcsize(pattern) - len(length))
    (size,) = struct.unpack(pattern, length + more)
    return more + leaf.read(min(size, leaf.size))  # type: ignore[attr-defined]


def _layout_of(raw: bytes) -> tuple[tuple[int, ...], Order, Dtype]:
    """From the cache, unless two arrays would share a dtype whose fields can be renamed."""
    layout = _parse_header(raw)
    return layout if layout[2].names is None else _parse_header.__wrapped__(raw)


@lru_cache(maxsize=256)
def _parse_header(raw: bytes) -> tuple[tuple[int, ...], Order, Dtype]:
    if raw[npy.MAGIC_LEN - 2] != 1:
        raise ValueError("The header of an array has a version that only its descriptor could explain")
    try:
        shape, fortran, dtype = npy.read_array_header_1_0(BytesIO(raw[npy.MAGIC_LEN :]), max_header_size=_MAX_HEADER)
    except (ValueError, TypeError, TokenError, SyntaxError):  # Whose messages show what the header has in it.
        raise ValueError("The header of an array is damaged") from None
    return shape, "F" if fortran else "C", dtype


def _allocate(shape: Sequence[int], order: Order, dtype: Dtype, size: int) -> Array:
    _check_size(shape, dtype, size)
    array: Array = np.ndarray(tuple(shape), dtype, order=order)
    return array


def _check_size(shape: Sequence[int], dtype: Dtype, size: int) -> None:
    if dtype.hasobject or dtype.kind in "OT" or dtype.subdtype is not None:
        raise ValueError(f"An array of {str(dtype)[:80]} has no bytes of its own")
    if element_count(shape) * dtype.itemsize != size:
        raise ValueError(f"An array of shape {tuple(shape)} and {str(dtype)[:80]} does not have {size} bytes")


def element_count(shape: Sequence[int]) -> int:
    """How many elements ``shape`` has. Raises `ValueError` for what is no shape."""
    if any(type(length) is not int or length < 0 for length in shape):
        raise ValueError("The shape of an array is damaged")
    return prod(shape)
