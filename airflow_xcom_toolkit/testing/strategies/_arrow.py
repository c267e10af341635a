"""Values of Arrow: tables and arrays of every type, with metadata."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.types as kinds
from hypothesis import strategies as st

from ._python import Values

Draw = st.DrawFn
Types = st.SearchStrategy[Any]

_TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
_UNITS = ("s", "ms", "us", "ns")
_ZONES = (None, "UTC", "Europe/Paris", "+05:30")


def _flat_types() -> list[Any]:
    return [
        *(pa.null(), pa.bool_(), pa.int8(), pa.int16(), pa.int32(), pa.int64()),
        *(pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(), pa.float16(), pa.float32(), pa.float64()),
        *(pa.string(), pa.large_string(), pa.binary(), pa.large_binary(), pa.binary(3)),
        *(pa.date32(), pa.date64(), pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns")),
        *(pa.timestamp(unit, zone) for unit in _UNITS for zone in _ZONES),
        *(pa.duration(unit) for unit in _UNITS),
        *(pa.decimal128(7, 2), pa.decimal128(38, 0), pa.decimal256(76, 10), pa.month_day_nano_interval()),
        *(
            pa.dictionary(index, pa.string(), ordered)
            for index in (pa.int8(), pa.uint32())
            for ordered in (False, True)
        ),
        *(make() for name in _NEWER if (make := getattr(pa, name, None)) is not None),
    ]


_NEWER = ("string_view", "binary_view", "uuid", "bool8", "json_")


@cache
def arrow_types(*, nested: bool = True) -> Types:
    """Data types of every family, nested in lists of every kind, structs and maps."""
    flat = st.sampled_from(_flat_types())
    return st.recursive(flat, _nested_types, max_leaves=4) if nested else flat


def _nested_types(inner: Types) -> Types:
    fields = st.lists(st.tuples(_TEXTS, inner), max_size=3, unique_by=lambda field: field[0])
    return st.one_of(
        inner.map(pa.list_),
        inner.map(pa.large_list),
        st.builds(pa.list_, inner, st.integers(0, 2)),
        fields.map(pa.struct),
        inner.map(lambda kind: pa.map_(pa.string(), kind)),
    )


@cache
def _elements(kind: Any) -> Values:
    """What `pyarrow.array` takes for a type without fields."""
    if kinds.is_null(kind):
        return st.none()
    if kinds.is_boolean(kind):
        return st.booleans()
    if kinds.is_integer(kind):
        low, high = (-(2 ** (kind.bit_width - 1)), 2 ** (kind.bit_width - 1) - 1)
        return st.integers(low, high) if kinds.is_signed_integer(kind) else st.integers(0, high - low)
    if kinds.is_floating(kind):
        return st.floats(width=kind.bit_width)
    if kinds.is_decimal(kind):
        top = 10**kind.precision - 1
        return st.integers(-top, top).map(lambda n: Decimal((int(n < 0), tuple(map(int, str(abs(n)))), -kind.scale)))
    if kinds.is_fixed_size_binary(kind):
        return st.binary(min_size=kind.byte_width, max_size=kind.byte_width)
    if _is_any(kind, "is_binary", "is_large_binary", "is_binary_view"):
        return st.binary(max_size=20)
    if _is_any(kind, "is_string", "is_large_string", "is_string_view"):
        return _TEXTS
    return _moments(kind)


def _is_any(kind: Any, *names: str) -> bool:
    return any(getattr(kinds, name)(kind) for name in names if hasattr(kinds, name))


def _moments(kind: Any) -> Values:
    """As the integers that Arrow stores; dates and times only such as it calls valid."""
    if kinds.is_interval(kind):
        return st.tuples(st.integers(-(2**31), 2**31 - 1), st.integers(-(2**31), 2**31 - 1), st.integers(-9, 9))
    if kinds.is_time(kind):
        return st.integers(0, 86_400 * {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit] - 1)
    if kinds.is_date64(kind):
        return st.integers(-(10**6), 10**6).map(lambda day: day * 86_400_000)
    if kinds.is_date32(kind):
        return st.integers(-(10**6), 10**6)
    return st.integers(-(2**55), 2**55)


@st.composite
def _built(draw: Draw, kind: Any, size: int) -> Any:
    """An array of this type and size."""
    if isinstance(kind, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(kind, draw(_storage(kind, size)))
    if kinds.is_dictionary(kind):
        return draw(_built(kind.value_type, size)).dictionary_encode().cast(kind)
    if kinds.is_struct(kind):
        parts = [draw(_built(field.type, size)) for field in kind]
        if not parts:
            return pa.array([{}] * size, kind)
        return pa.StructArray.from_arrays(parts, fields=list(kind), mask=_mask(draw, size))
    if kinds.is_nested(kind):
        return draw(_lists(kind, size))
    return pa.array(draw(_optional(_elements(kind), size)), kind)


def _optional(elements: Values, size: int) -> Any:
    return st.lists(st.none() | elements, min_size=size, max_size=size)


def _mask(draw: Draw, size: int) -> Any:
    return pa.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)), pa.bool_())


def _storage(kind: Any, size: int) -> Any:
    if str(kind.extension_name) == "arrow.json":
        return st.just(pa.array(['{"a": [1]}'] * size, kind.storage_type))
    return _built(kind.storage_type, size)


@st.composite
def _lists(draw: Draw, kind: Any, size: int) -> Any:
    """Lists and maps, from their lengths and what is in them."""
    if kinds.is_fixed_size_list(kind):
        if not kind.list_size:  # Arrow would divide by it.
            return pa.nulls(size, kind)
        values = draw(_built(kind.value_type, size * kind.list_size))
        return pa.FixedSizeListArray.from_arrays(values, type=kind, mask=_mask(draw, size))
    lengths = draw(st.lists(st.integers(0, 2), min_size=size, max_size=size))
    offsets = [sum(lengths[:i]) for i in range(size + 1)]
    if kinds.is_map(kind):
        keys = pa.array(draw(st.lists(_TEXTS, min_size=offsets[-1], max_size=offsets[-1])), kind.key_type)
        return pa.MapArray.from_arrays(offsets, keys, draw(_built(kind.item_type, offsets[-1])), type=kind)
    cls, width = (pa.LargeListArray, pa.int64()) if kinds.is_large_list(kind) else (pa.ListArray, pa.int32())
    values = draw(_built(kind.value_type, offsets[-1]))
    return cls.from_arrays(pa.array(offsets, width), values, type=kind, mask=_mask(draw, size))


@st.composite
def arrow_arrays(draw: Draw, types: Types | None = None, size: int | None = None) -> Any:
    """Arrays of every type, or those of ``types``, with nulls; some are slices of longer ones."""
    kind = draw(types if types is not None else arrow_types())
    length = draw(st.integers(0, 4)) if size is None else size
    start = draw(st.integers(0, 1))
    return draw(_built(kind, length + start)).slice(start)


@st.composite
def arrow_tables(draw: Draw) -> Any:
    """Tables of columns of every type, in one chunk or several, with metadata of fields and schema."""
    size = draw(st.integers(0, 4))
    names = draw(st.lists(_TEXTS, max_size=3))
    columns = [draw(arrow_arrays(size=size)) for _ in names]
    fields = [draw(_fields(name, column.type)) for name, column in zip(names, columns)]
    table = pa.Table.from_arrays(columns, schema=pa.schema(fields, metadata=draw(_metadata())))
    return pa.concat_tables([table, table]) if draw(st.booleans()) else table


@cache
def _metadata() -> Any:
    return st.none() | st.dictionaries(st.binary(max_size=5), st.binary(max_size=5), min_size=1, max_size=2)


def _fields(name: str, kind: Any) -> Any:
    return st.builds(pa.field, st.just(name), st.just(kind), metadata=_metadata())


def arrow_values() -> Values:
    """`arrow_tables`, record batches, `arrow_arrays`, chunked arrays, scalars, schemas, fields, `arrow_types`."""
    tables, arrays = arrow_tables(), arrow_arrays()
    return st.one_of(
        tables,
        arrays,
        tables.map(lambda table: table.schema),
        tables.filter(lambda table: table.num_columns).map(lambda table: table.to_batches() or table.schema.field(0)),
        arrays.map(lambda array: pa.chunked_array([array, array.slice(1)])),
        arrays.filter(len).map(lambda array: array[0]),
        arrow_types(),
    )
