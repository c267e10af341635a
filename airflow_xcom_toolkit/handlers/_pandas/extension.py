"""The columns of pandas' own extension arrays to Arrow and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import ipc

from ...abc import Refusal
from .._zones import dump_zone, load_zone
from .columns import NAT, Builder, Column, Filler, Kind, Target, filled, int64_column, plan_instants
from .objects import plan_text, python_objects
from .timezones import arrow_zone

MASKED_DTYPES = {
    dtype.name: dtype
    for dtype in (
        *(getattr(pd, f"{sign}Int{bits}Dtype")() for sign in ("", "U") for bits in (8, 16, 32, 64)),
        pd.Float32Dtype(),
        pd.Float64Dtype(),
        pd.BooleanDtype(),
    )
}
_NA_NAME = {True: "NA", False: "nan"}


class Collector(Builder):
    """Keeps chunks as Arrow arrays, without the batches they came in."""

    def __init__(self, finish: Callable[[list[pa.Array]], Any]) -> None:
        self._chunks: list[pa.Array] = []
        self._finish = finish

    def add(self, chunk: pa.Array) -> None:
        self._chunks.append(pa.concat_arrays([chunk, chunk.slice(0, 0)]))

    def finish(self) -> Any:
        return self._finish(self._chunks)


def string_kind(dtype: pd.StringDtype) -> Kind:
    return ["string", dtype.storage, _NA_NAME[dtype.na_value is pd.NA]]


def string_dtype(storage: str, missing: str) -> pd.StringDtype:
    """Raises `TypeError` for NaN as the missing value, which pandas has since 2.3."""
    return pd.StringDtype(storage) if missing == "NA" else pd.StringDtype(storage, na_value=np.nan)


def plan_python_strings(array: Any) -> Column | None:
    """Strings kept as Python objects."""
    found = plan_text(np.asarray(array, dtype=object))
    return found and Column(string_kind(array.dtype), pa.large_string(), *found)


def plan_arrow_strings(array: Any) -> Column | None:
    """Strings kept by Arrow."""
    chunks = _chunked(array)

    def chunk(start: int, stop: int) -> pa.Array:
        return _slice(chunks, start, stop).cast(pa.large_string())

    return Column(string_kind(array.dtype), pa.large_string(), _text_bytes(chunks), chunk)


def _text_bytes(chunks: pa.ChunkedArray) -> int:
    return sum(map(_text_size, chunks.chunks)) + 8 * len(chunks)


def _text_size(chunk: pa.Array) -> int:
    """The bytes of the strings, by the first and the last offset."""
    if not len(chunk):
        return 0
    offsets = np.frombuffer(chunk.buffers()[1], "i8" if pa.types.is_large_string(chunk.type) else "i4")
    return int(offsets[chunk.offset + len(chunk)] - offsets[chunk.offset])


def _chunked(array: Any) -> pa.ChunkedArray:
    found = array.__arrow_array__()
    return found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])


def _slice(chunks: pa.ChunkedArray, start: int, stop: int) -> pa.Array:
    found = chunks.slice(start, stop - start)
    return found.chunk(0) if found.num_chunks == 1 else found.combine_chunks()


def build_string(target: Target, storage: str, missing: str) -> Builder:
    dtype = string_dtype(storage, missing)
    if storage == "pyarrow":
        return Collector(lambda chunks: dtype.__from_arrow__(pa.chunked_array(chunks, type=pa.large_string())))
    objects = Filler(np.empty(target.rows, object), lambda chunk: python_objects(chunk, dtype.na_value))
    return _Then(objects, lambda values: pd.array(values, dtype=dtype, copy=False))


class _Then(Builder):
    """A builder, and what becomes of its array."""

    def __init__(self, builder: Builder, finish: Callable[[Any], Any]) -> None:
        self._builder = builder
        self._finish = finish

    def add(self, chunk: pa.Array) -> None:
        self._builder.add(chunk)

    def finish(self) -> Any:
        return self._finish(self._builder.finish())


def plan_masked(array: Any) -> Column | None:
    """Integers, floats and booleans with NA."""
    dtype = array.dtype.numpy_dtype
    size = len(array) // 8 if dtype.kind == "b" else len(array) * dtype.itemsize
    kind = pa.from_numpy_dtype(dtype)
    return Column(["masked", array.dtype.name], kind, size, lambda a, b: array[a:b].__arrow_array__())


def build_masked(target: Target, name: str) -> Builder:
    return _Masked(MASKED_DTYPES[name], target.rows)


class _Masked(Builder):
    def __init__(self, dtype: Any, rows: int) -> None:
        self._dtype = dtype
        self._data = np.empty(rows, dtype.numpy_dtype)
        self._mask = np.zeros(rows, bool)
        self._row = 0

    def add(self, chunk: pa.Array) -> None:
        end = self._row + len(chunk)
        if chunk.null_count:
            self._mask[self._row : end] = chunk.is_null().to_numpy(zero_copy_only=False)
            chunk = chunk.fill_null(False if pa.types.is_boolean(chunk.type) else 0)
        self._data[self._row : end] = chunk.to_numpy(zero_copy_only=False)
        self._row = end

    def finish(self) -> Any:
        return self._dtype.construct_array_type()(self._data, self._mask, copy=False)


def plan_zoned(array: Any) -> Column | None:
    """Instants with a time zone."""
    dtype = array.dtype
    kind = ["zoned", dtype.unit, dump_zone(dtype.tz)]
    return int64_column(kind, pa.timestamp(dtype.unit, arrow_zone(dtype.tz)), array.view("i8"))


def build_zoned(target: Target, unit: str, zone: list[Any]) -> Builder:
    dtype = pd.DatetimeTZDtype(unit, load_zone(zone))
    values = np.empty(target.rows, "i8")
    return _Then(
        Filler(values, lambda chunk: filled(chunk, NAT)),
        lambda found: pd.array(found.view(f"M8[{unit}]"), copy=False).view(dtype),
    )


def plan_naive(array: Any) -> Column | None:
    """Instants and spans of time without a time zone."""
    return plan_instants(np.asarray(array))


def plan_period(array: Any) -> Column | None:
    """Periods, as ordinals."""
    return int64_column(["period", period_text(array.dtype)], pa.int64(), array.view("i8"))


def period_text(dtype: pd.PeriodDtype) -> str:
    """The frequency of periods, as `pandas.PeriodDtype` reads it."""
    text: str = dtype.name[len("period[") : -1]
    try:
        kept = pd.PeriodDtype(text) == dtype
    except ValueError:
        kept = False
    if not kept:
        raise Refusal(f"its frequency {text!r:.80} does not read back; use asfreq with a frequency string")
    return text


def build_period(target: Target, frequency: str) -> Builder:
    dtype = pd.PeriodDtype(frequency)
    values = np.empty(target.rows, "i8")
    return _Then(
        Filler(values, lambda chunk: filled(chunk, NAT)),
        lambda found: pd.arrays.PeriodArray(found, dtype=dtype, copy=False),
    )


def plan_arrow(array: Any) -> Column | None:
    """Columns that are Arrow already, of the types that an IPC file keeps."""
    chunks = _chunked(array)
    if not ipc_keeps(chunks.type):
        raise Refusal(f"an Arrow file does not keep the type {str(chunks.type)[:80]}; cast it to another one")
    if pa.types.is_dictionary(chunks.type):
        chunks = chunks.unify_dictionaries()
    _check(chunks)
    return Column(["arrow"], chunks.type, _arrow_bytes(chunks), lambda start, stop: _slice(chunks, start, stop))


def _arrow_bytes(chunks: pa.ChunkedArray) -> int:
    """At least so many bytes are the buffers; a batch's header and padding are well below 4 KiB."""
    batches = [pa.RecordBatch.from_arrays([chunk], ["x"]) for chunk in chunks.chunks]
    return sum(max(ipc.get_record_batch_size(batch) - 4096, 0) for batch in batches)


def _check(chunks: pa.ChunkedArray) -> None:
    try:
        chunks.validate(full=True)
    except pa.ArrowInvalid as e:
        raise Refusal(f"it is not valid Arrow data; .validate(full=True) on it says: {e}") from e


def ipc_keeps(kind: pa.DataType) -> bool:
    inner = [kind.value_type] if pa.types.is_dictionary(kind) else [kind.field(i).type for i in range(kind.num_fields)]
    if isinstance(kind, pa.BaseExtensionType) or any(map(pa.types.is_dictionary, inner)):
        return False
    schema = pa.schema([("x", kind)])
    return bool(ipc.read_schema(schema.serialize()).equals(schema)) and all(map(ipc_keeps, inner))


def build_arrow(target: Target) -> Builder:
    kind = target.type
    return Collector(lambda chunks: pd.arrays.ArrowExtensionArray(pa.chunked_array(chunks, type=kind)))
