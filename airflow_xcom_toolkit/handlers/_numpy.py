"""numpy arrays of every dtype and memory order, masked and record arrays, matrices, scalars and dtypes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from ..abc import Dumped, HandlerContext, Json, Leaf, Part, Refusal, Sink, Source, TypeHandler
from ..errors import PartialLoadError
from ._numpy_dtype import Dtype, build, describe
from ._numpy_npy import Array, Order, element_count, flat, is_number, npy_leaf, order_of, read_npy, read_npy_rows


def _summary(value: Any) -> dict[str, Json]:
    dtype, shape = value.dtype, list(value.shape[:8])
    return {"dtype": _number_name(dtype.char) if is_number(dtype) else str(dtype)[:80], "shape": shape}


@cache
def _number_name(char: str) -> str:
    return str(np.dtype(char))


def _layout(array: Array, extras: list[Any]) -> dict[str, Json]:
    """What a ``.npy`` header would say; ``extras`` gets what is not JSON."""
    return {"dtype": describe(array.dtype, extras), "shape": list(array.shape), "order": order_of(array)}


def _parse_layout(meta: Mapping[str, Any], extras: Sequence[Any]) -> tuple[Sequence[int], Order, Dtype]:
    element_count(meta["shape"])
    return meta["shape"], "F" if meta["order"] == "F" else "C", build(meta["dtype"], extras)


def _dtype_step(_: int) -> str:
    return ".dtype"


class ArrayHandler(TypeHandler):
    """Arrays whose elements are bytes. Views come back contiguous; Fortran order stays."""

    type_id = "numpy.ndarray@1"

    def accepts(self, value: Any) -> bool:
        return type(value) is np.ndarray and not value.dtype.hasobject and value.dtype.kind != "T"

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        leaf, exact = npy_leaf(value)
        extras: list[Any] = []
        meta = {} if exact else _layout(value, extras)
        return Dumped(meta, extras, leaf, _dtype_step, _summary(value))

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        assert leaf is not None
        return read_npy(leaf, _parse_layout(meta, children) if "dtype" in meta else None)

    def load_part(
        self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext, part: Part
    ) -> Any:
        assert leaf is not None
        if part.columns is not None:
            raise PartialLoadError("An array has no columns to choose; it is loaded by rows")
        return read_npy_rows(leaf, _parse_layout(meta, children) if "dtype" in meta else None, part)


class ObjectArrayHandler(TypeHandler):
    """Arrays of Python objects, each element kept by its own handler."""

    type_id = "numpy.objects@1"

    def accepts(self, value: Any) -> bool:
        return type(value) is np.ndarray and value.dtype.kind == "O"

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        extras: list[Any] = []
        meta = _layout(value, extras)

        def step(index: int) -> str:
            return _element_step(index, value.shape, order_of(value)) if index < value.size else ".dtype"

        return Dumped(meta, [*flat(value), *extras], None, step, _summary(value))

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        count = element_count(meta["shape"])
        shape, order, dtype = _parse_layout(meta, children[count:])
        if dtype.kind != "O" or len(children) < count:
            raise ValueError("The elements of an object array are not all there")
        array: Array = np.ndarray(shape, dtype, order=order)
        flat(array)[:] = np.fromiter(children, object, count)
        return array


def _element_step(index: int, shape: tuple[int, ...], order: Order) -> str:
    return "[" + ", ".join(str(i) for i in np.unravel_index(index, shape, order)) + "]" if shape else "[()]"


class ObjectFieldsHandler(TypeHandler):
    """Structured arrays that have Python objects in them, field by field."""

    type_id = "numpy.fields@1"

    def accepts(self, value: Any) -> bool:
        return type(value) is np.ndarray and value.dtype.names is not None and value.dtype.hasobject

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        extras: list[Any] = []
        meta = _layout(value, extras)
        names = value.dtype.names

        def step(index: int) -> str:
            return f"[{names[index]!r}]" if index < len(names) else ".dtype"

        return Dumped(meta, [*(value[name] for name in names), *extras], None, step, _summary(value))

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        count = len(meta["dtype"]["fields"])
        shape, order, dtype = _parse_layout(meta, children[count:])
        _check_fields(children[:count], shape)
        array = np.zeros(shape, dtype, order)
        for name, child in zip(dtype.names or (), children):
            array[name] = child
        return array


def _check_fields(fields: list[Array], shape: Sequence[int]) -> None:
    if not fields or any(field.shape[: len(shape)] != tuple(shape) for field in fields):
        raise ValueError("The fields of a structured array do not have its shape")


class StringArrayHandler(TypeHandler):
    """Arrays of ``StringDType``: blocks of lengths (int64, -1 is the missing value), each before its UTF-8 bytes."""

    type_id = "numpy.strings@1"
    _BLOCK = 1 << 15

    def accepts(self, value: Any) -> bool:
        return type(value) is np.ndarray and value.dtype.kind == "T"

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        extras: list[Any] = []
        meta = _layout(value, extras)
        return Dumped(
            meta, extras, Leaf(lambda sink: self._write(value, sink), 8 * value.size), _dtype_step, _summary(value)
        )

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        assert leaf is not None
        shape, order, dtype = _parse_layout(meta, children)
        if dtype.kind != "T" or element_count(shape) * 8 > leaf.size:  # type: ignore[attr-defined]
            raise ValueError("The strings of an array are not all there")
        array: Array = np.ndarray(shape, dtype, order=order)
        strings = flat(array)
        for start in range(0, array.size, self._BLOCK):
            stop = min(start + self._BLOCK, array.size)
            strings[start:stop] = list(_read_strings(leaf, stop - start, dtype))
        return array

    def _write(self, array: Array, sink: Sink) -> None:
        strings = flat(array)
        missing = getattr(array.dtype, "na_object", None)
        for start in range(0, array.size, self._BLOCK):
            block = strings[start : start + self._BLOCK].tolist()
            encoded = [None if text is missing else text.encode() for text in block]
            sink.write(np.array([-1 if text is None else len(text) for text in encoded], "<i8").tobytes())
            sink.write(b"".join(text for text in encoded if text))


def _read_strings(leaf: Source, count: int, dtype: Any) -> Iterator[Any]:
    lengths = np.frombuffer(leaf.read(8 * count), "<i8").tolist()
    least = -1 if hasattr(dtype, "na_object") else 0
    if min(lengths) < least or sum(lengths) > leaf.size:  # type: ignore[attr-defined]
        raise ValueError("The lengths of an array's strings are damaged")
    text = leaf.read(sum(length for length in lengths if length > 0))
    start = 0
    for length in lengths:
        yield dtype.na_object if length < 0 else text[start : start + length].decode()
        start += max(length, 0)


def _refuse_attributes(value: Any, own: set[str]) -> None:
    added = sorted(set(vars(value)) - own)
    if added:
        raise Refusal(f"it has attributes of its own, {', '.join(added)[:200]}; remove them, or pass them separately")


class ViewHandler(TypeHandler):
    """A subclass that is nothing but another look at an array: ``recarray``, ``matrix``."""

    _OWN = frozenset({"_getitem"})

    def __init__(self, type_id: str, cls: type[Array]) -> None:
        self.type_id = type_id  # type: ignore[misc]
        self.types = (cls,)  # type: ignore[misc]

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        _refuse_attributes(value, set(self._OWN))
        return Dumped(children=[value.view(np.ndarray)], step=lambda _: "", summary=_summary(value))

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        return children[0].view(self.types[0])


class MaskedArrayHandler(TypeHandler):
    """Masked arrays: the data under the mask too, the mask or none, a fill value that was set, a hard mask."""

    type_id = "numpy.masked@1"
    types = (np.ma.MaskedArray,)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        data = np.ma.getdata(value)
        if type(data) is not np.ndarray:
            raise Refusal(
                f"it masks a {type(data).__name__}; pass np.ma.array(np.asarray(value), mask=np.ma.getmaskarray(value))"
            )
        _refuse_attributes(value, _MASKED_OWN)
        # The property fill_value would set what it reads.
        parts = {"data": data, "fill": value._fill_value, "info": value._optinfo or None}
        if value._mask is not np.ma.nomask:
            parts["mask"] = value._mask
        kept = {name: part for name, part in parts.items() if part is not None}
        names = list(kept)
        meta = {"parts": names, "hard": value.hardmask}
        return Dumped(meta, list(kept.values()), None, lambda i: f".{names[i]}", _summary(value))

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        parts = dict(zip(meta["parts"], children))
        array: Any = np.ma.MaskedArray(parts["data"], hard_mask=bool(meta["hard"]))
        array._mask = parts.get("mask", np.ma.nomask)
        array._sharedmask = False
        array._fill_value = parts.get("fill")
        array._optinfo.update(parts.get("info", {}))
        return array


_MASKED_OWN = {*vars(np.ma.MaskedArray([0], mask=[True])), "_mask"}


class MaskedConstantHandler(TypeHandler):
    """``np.ma.masked``, the very one."""

    type_id = "numpy.masked_constant@1"

    def accepts(self, value: Any) -> bool:
        return value is np.ma.masked

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return Dumped()

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        return np.ma.masked


class ScalarHandler(TypeHandler):
    """Scalars of a fixed size, to the last bit."""

    type_id = "numpy.scalar@1"
    _CHARS = "?bBhHiIlLqQefdgFDGmM"

    def accepts(self, value: Any) -> bool:
        return isinstance(value, np.generic) and type(value) is value.dtype.type and value.dtype.char in self._CHARS

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        extras: list[Any] = []
        meta = {"dtype": describe(value.dtype, extras), "hex": value.tobytes().hex()}
        return Dumped(meta, extras, None, _dtype_step, {"dtype": str(value.dtype)})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        dtype, raw = build(meta["dtype"], children), bytes.fromhex(meta["hex"])
        if dtype.char not in self._CHARS or len(raw) != dtype.itemsize:
            raise ValueError("The bytes of a numpy scalar do not fit its dtype")
        return np.frombuffer(raw, dtype)[0]


class TextScalarHandler(TypeHandler):
    """``np.str_`` and ``np.bytes_``, with trailing zeros."""

    type_id = "numpy.text@1"
    types = (np.str_, np.bytes_)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        plain = str.__str__(value) if type(value) is np.str_ else bytes.__getitem__(value, slice(None))
        return Dumped(children=[plain], step=lambda _: "", summary={"length": len(plain)})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        return np.str_(children[0]) if isinstance(children[0], str) else np.bytes_(children[0])


class VoidHandler(TypeHandler):
    """``np.void`` and ``np.record``, plain or with fields, as an array of no dimension."""

    type_id = "numpy.void@1"
    types = (np.void, np.record)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return Dumped(children=[np.array(value)], step=lambda _: "", summary={"dtype": str(value.dtype)[:80]})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        return children[0][()]


class DtypeHandler(TypeHandler):
    """dtypes, with all that ``==`` on them ignores."""

    type_id = "numpy.dtype@1"

    def accepts(self, value: Any) -> bool:
        return isinstance(value, np.dtype)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        extras: list[Any] = []
        return Dumped({"dtype": describe(value, extras)}, extras, summary={"dtype": str(value)[:80]})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        return build(meta["dtype"], children)


class MemmapHandler(TypeHandler):
    """Refuses ``np.memmap``: it is a file of this machine."""

    type_id = "numpy.memmap@1"
    types = (np.memmap,)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        raise Refusal("it is a file of this machine; pass np.array(value), which reads it into memory")

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        raise ValueError("No numpy.memmap was ever written")


HANDLERS: tuple[TypeHandler, ...] = (
    ArrayHandler(),
    ObjectArrayHandler(),
    ObjectFieldsHandler(),
    StringArrayHandler(),
    ViewHandler("numpy.recarray@1", np.recarray),
    ViewHandler("numpy.matrix@1", np.matrix),
    MaskedArrayHandler(),
    MaskedConstantHandler(),
    ScalarHandler(),
    TextScalarHandler(),
    VoidHandler(),
    DtypeHandler(),
    MemmapHandler(),
)
