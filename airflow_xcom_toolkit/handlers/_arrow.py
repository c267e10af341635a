"""Arrow tables, batches, arrays, scalars, schemas and types, as Arrow IPC files.

An IPC file is the magic ``ARROW1`` padded to 8 bytes, then the IPC stream format, then an index. The reader here takes
the stream out of the middle, so that it needs no seeking. The file format allows one dictionary per column; data whose
dictionary changes from batch to batch is written as a bare IPC stream (``.arrows``) instead, because unifying the
dictionaries would change the values. Format: https://arrow.apache.org/docs/format/Columnar.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import ipc

from ..abc import Dumped, HandlerContext, Json, Leaf, Part, Refusal, Sink, Source, TypeHandler
from ..errors import PartialLoadError
from ..streams import FileLike

_MAGIC = b"ARROW1\0\0"
_EXTENSION = b"ARROW:extension:name"


def write_ipc(data: pa.Table | Iterable[pa.RecordBatch], schema: pa.Schema, sink: Sink) -> None:
    """Streams ``data`` to ``sink`` as one Arrow IPC file, without a copy; ``sink`` stays open."""
    batches = _batches(data)
    open_writer = ipc.new_stream if ipc_suffix(batches) == ".arrows" else ipc.new_file
    with open_writer(pa.PythonFile(FileLike(sink), mode="w"), schema) as writer:
        for batch in batches:
            writer.write_batch(_compact(batch))


def read_ipc(leaf: Source) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """The schema, and the batches as they come: each was checked in full, so that no damaged byte can crash a reader.

    Raises `ValueError` (`pyarrow.ArrowInvalid`) or `OSError` for bytes that `write_ipc` did not write.
    """
    reader = _open_ipc(leaf)
    return reader.schema, _checked(reader)


def _open_ipc(leaf: Source) -> ipc.RecordBatchStreamReader:
    return ipc.open_stream(pa.PythonFile(_ReadOnly(leaf), mode="r"))


def read_table(leaf: Source) -> pa.Table:
    """All of `read_ipc` as one table."""
    schema, batches = read_ipc(leaf)
    return pa.Table.from_batches(list(batches), schema)


def read_ipc_columns(leaf: Source) -> tuple[pa.Schema, Callable[[list[int]], Iterator[pa.RecordBatch]]]:
    """The schema, and what gives the batches with some of the columns, in the order of the file. Not checked."""
    reader = _open_ipc(leaf)
    return reader.schema, lambda columns: (_select(batch, columns) for batch in reader)


def cut(batches: Iterable[pa.RecordBatch], start: int, stop: int | None) -> Iterator[pa.RecordBatch]:
    """These rows of what all batches have, checked; at least one batch, for it has the dictionaries."""
    seen = given = 0
    for batch in batches:
        first = min(max(start - seen, 0), batch.num_rows)
        last = batch.num_rows if stop is None else min(max(stop - seen, first), batch.num_rows)
        seen += batch.num_rows
        if first < last or not given:
            given += 1
            wanted = batch.slice(first, last - first)
            wanted.validate(full=True)
            yield wanted
        if stop is not None and seen >= stop:
            return


def read_part(leaf: Source, choose: Callable[[pa.Schema], list[int]], part: Part) -> pa.Table:
    """Of `read_table` the columns that ``choose`` gives, ascending, and the rows of ``part``. No other is held."""
    schema, select = read_ipc_columns(leaf)
    columns = choose(schema)
    start, stop = part.rows or (None, None)
    from_start = (start or 0) >= 0 and (stop is None or stop >= 0)
    batches = cut(select(columns), *((start or 0, stop) if from_start else (0, None)))
    chosen = pa.schema([schema.field(i) for i in columns], schema.metadata)
    table = pa.Table.from_batches(map(_detached, batches), chosen)
    span = part.span(table.num_rows)
    return table if from_start else table.slice(span.start, len(span))


def places(names: list[str], columns: Sequence[Any]) -> list[int]:
    """Where in ``names`` the columns are. Raises `PartialLoadError` unless each is there once."""
    where: dict[Any, list[int]] = {}
    for place, name in enumerate(names):
        where.setdefault(name, []).append(place)
    found = [where.get(name, []) if type(name) is str else [] for name in columns]
    for name, at in zip(columns, found):
        if len(at) != 1:
            raise PartialLoadError(f"There are {len(at)} columns {name!r:.80} in the value, not one")
    if len({at[0] for at in found}) != len(found):
        raise PartialLoadError("A column is asked for twice")
    return [at[0] for at in found]


def _select(batch: pa.RecordBatch, columns: list[int]) -> pa.RecordBatch:
    return batch if len(columns) == batch.num_columns else batch.select(columns)


def _detached(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A copy: a column on its own holds the memory of the whole batch that it was read in."""
    arrays = [_copied(column) for column in batch.columns]
    return pa.RecordBatch.from_arrays(arrays, schema=batch.schema) if arrays else batch


def _copied(column: pa.Array) -> pa.Array:
    try:
        return pa.concat_arrays([column, column.slice(0, 0)])
    except pa.ArrowException:  # Arrow does not copy each type.
        return column


def ipc_leaf(data: pa.Table | Iterable[pa.RecordBatch], schema: pa.Schema) -> Leaf:
    """A leaf of `write_ipc`. Raises `Refusal` for data that `read_ipc` would not give back."""
    batches = _batches(data)
    _check_schema(schema)
    for batch in batches:
        _check_batch(batch)
    return Leaf(partial(write_ipc, batches, schema), sum(map(_least_size, batches)), ipc_suffix(batches))


def ipc_suffix(data: pa.Table | Iterable[pa.RecordBatch]) -> str:
    """``.arrow`` for what the IPC file format can keep; ``.arrows`` (a stream) where a dictionary changes."""
    batches = _batches(data)
    if len(batches) < 2:
        return ".arrow"
    changes = any(_changes_dictionary(batches, i, field.type) for i, field in enumerate(batches[0].schema))
    return ".arrows" if changes else ".arrow"


def _batches(data: pa.Table | Iterable[pa.RecordBatch]) -> list[pa.RecordBatch]:
    if isinstance(data, pa.Table):
        return data.to_batches()  # type: ignore[no-any-return]
    return data if isinstance(data, list) else list(data)


def _changes_dictionary(batches: list[pa.RecordBatch], column: int, kind: pa.DataType) -> bool:
    if not any(map(pa.types.is_dictionary, _walk_type(kind))):
        return False
    if not pa.types.is_dictionary(kind) or any(map(pa.types.is_dictionary, _walk_type(kind.value_type))):
        return True
    first, *others = (batch.column(column).dictionary for batch in batches)
    return not all(first.equals(other) for other in others)


def _walk_type(kind: pa.DataType) -> Iterator[pa.DataType]:
    """``kind`` and the types inside it."""
    yield kind
    if isinstance(kind, pa.BaseExtensionType):
        yield from _walk_type(kind.storage_type)
    elif pa.types.is_dictionary(kind):
        yield from _walk_type(kind.value_type)
    else:
        for i in range(kind.num_fields):
            yield from _walk_type(kind.field(i).type)


# Views (string_view, binary_view) point into buffers that may hold far more than the slice that is to be written.

_SLACK = 1 << 16


def _compact(batch: pa.RecordBatch) -> pa.RecordBatch:
    """``batch``, without the bytes that its views do not point at."""
    if not any(map(_has_views, batch.schema.types)):
        return batch
    columns = [_compact_column(column) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _compact_column(column: pa.Array) -> pa.Array:
    if not _has_views(column.type) or not _is_wasteful(column):
        return column
    try:
        return column.cast(_without_views(column.type)).cast(column.type)
    except pa.ArrowException:  # Arrow has no such cast, or there are more than 2 GiB of text.
        return column


def _is_wasteful(column: pa.Array) -> bool:
    return not _is_view(column.type) or _held(column) > 2 * _used(column) + _SLACK


def _held(views: pa.Array) -> int:
    return sum(buffer.size for buffer in views.buffers()[2:])


def _used(views: pa.Array) -> int:
    """Bytes of the texts that are not in the views themselves."""
    count = len(views)
    words = views.buffers()[1].slice(16 * views.offset, 16 * count)
    quads = pa.FixedSizeListArray.from_arrays(pa.Array.from_buffers(pa.int32(), 4 * count, [None, words]), 4)
    lengths = pc.list_element(quads, 0).filter(views.is_valid())
    return pc.sum(lengths.filter(pc.greater(lengths, 12))).as_py() or 0


def _has_views(kind: pa.DataType) -> bool:
    return bool(_without_views(kind) != kind)


def _is_view(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string_view(kind) or pa.types.is_binary_view(kind))


def _without_views(kind: pa.DataType) -> pa.DataType:
    if _is_view(kind):
        return pa.large_string() if pa.types.is_string_view(kind) else pa.large_binary()
    if pa.types.is_struct(kind):
        return pa.struct([_field_without_views(kind.field(i)) for i in range(kind.num_fields)])
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(_field_without_views(kind.value_field), kind.list_size)
    if pa.types.is_large_list(kind):
        return pa.large_list(_field_without_views(kind.value_field))
    return pa.list_(_field_without_views(kind.value_field)) if pa.types.is_list(kind) else kind


def _field_without_views(field: pa.Field) -> pa.Field:
    return field.with_type(_without_views(field.type))


def _least_size(batch: pa.RecordBatch) -> int:
    """At least so many bytes does ``batch`` take in a file, apart from its dictionaries."""
    plain = [i for i, kind in enumerate(batch.schema.types) if not _has_views(kind)]
    views = [column for column in batch.columns if _is_view(column.type) and len(column)]
    size: int = ipc.get_record_batch_size(batch if len(plain) == batch.num_columns else batch.select(plain))
    return size + sum(16 * len(column) + min(_held(column), _used(column)) for column in views)


def _check_schema(schema: pa.Schema) -> None:
    try:
        kept = ipc.read_schema(schema.serialize())
    except (pa.ArrowException, ValueError, TypeError) as e:
        raise Refusal(f"Arrow IPC does not keep its schema ({e}); cast the column named there to another type") from e
    if not kept.equals(schema, check_metadata=True):
        raise Refusal(f"Arrow IPC does not keep {_lost(schema, kept)}")


def _lost(schema: pa.Schema, kept: pa.Schema) -> str:
    for before, after in zip(schema, kept):
        if not before.equals(after, check_metadata=True):
            advice = "cast it, or register it (pyarrow.register_extension_type) if it is an extension type"
            return f"the type of column {before.name[:80]!r}, {str(before.type)[:80]}; {advice}"
    return "the metadata of its schema; remove it with replace_schema_metadata()"


def _check_batch(batch: pa.RecordBatch) -> None:
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid as e:
        raise Refusal(f"it is not valid Arrow data ({e}); .validate(full=True) on it raises the same") from e


def _checked(reader: ipc.RecordBatchStreamReader) -> Iterator[pa.RecordBatch]:
    for batch in reader:
        batch.validate(full=True)
        yield batch


class _ReadOnly:
    """The file that Arrow wants to read: the IPC stream inside a leaf, which never gives more than the leaf has."""

    closed = False

    def __init__(self, leaf: Source) -> None:
        self._leaf = leaf
        head = leaf.read(len(_MAGIC))
        self._head = b"" if head == _MAGIC else head
        size: int = leaf.size  # type: ignore[attr-defined]
        self._left = size - len(head)

    def read(self, size: int, /) -> bytes:
        head, self._head = self._head[:size], self._head[size:]
        wanted = min(size - len(head), self._left)
        self._left -= wanted
        return head + self._leaf.read(wanted) if head else self._leaf.read(wanted)

    def read_buffer(self, size: int, /) -> pa.Buffer:
        """Arrow's own, aligned memory, filled once."""
        if self._head:
            return pa.py_buffer(self.read(size))
        wanted = min(size, self._left)
        buffer = pa.allocate_buffer(wanted)
        self._leaf.readinto(memoryview(buffer).cast("B"))
        self._left -= wanted
        return buffer

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def close(self) -> None: ...


def _extensions(schema: pa.Schema) -> list[str]:
    kinds = (kind for field in schema for kind in _walk_type(field.type))
    return sorted({kind.extension_name for kind in kinds if isinstance(kind, pa.BaseExtensionType)})


def _dump(data: pa.Table | list[pa.RecordBatch], schema: pa.Schema, summary: dict[str, Json]) -> Dumped:
    extensions = _extensions(schema)
    meta = {"extensions": extensions} if extensions else {}
    return Dumped(meta, leaf=ipc_leaf(data, schema), summary=summary)


def _load(meta: Mapping[str, Any], leaf: Source | None) -> tuple[pa.Schema, list[pa.RecordBatch]]:
    assert leaf is not None
    schema, batches = read_ipc(leaf)
    _check_extensions(meta, schema)
    return schema, list(batches)


def _check_extensions(meta: Mapping[str, Any], schema: pa.Schema) -> None:
    unknown = set(meta.get("extensions", ())) - set(_extensions(schema))
    if unknown:
        raise ValueError(
            f"Arrow does not know the extension types {sorted(unknown)} of this value here; "
            "call pyarrow.register_extension_type for them before the pull, as where it was pushed"
        )


def _short(value: object) -> str:
    return str(value)[:80]


class TableHandler(TypeHandler):
    """Tables, with schema metadata; columns whose chunks differ come back with the boundaries of all of them."""

    type_id = "pyarrow.table@1"
    types = (pa.Table,)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return _dump(value, value.schema, {"rows": value.num_rows, "columns": value.num_columns})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        schema, batches = _load(meta, leaf)
        return pa.Table.from_batches(batches, schema)

    def load_part(
        self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext, part: Part
    ) -> Any:
        assert leaf is not None
        table = read_part(leaf, partial(_choose, meta, part), part)
        return table if part.columns is None else table.select(list(part.columns))


def _choose(meta: Mapping[str, Any], part: Part, schema: pa.Schema) -> list[int]:
    """The columns, and one at least, which knows how many rows there are."""
    _check_extensions(meta, schema)
    if part.columns is None:
        return list(range(len(schema)))
    return sorted(places(schema.names, part.columns)) or list(range(len(schema)))[:1]


class BatchHandler(TypeHandler):
    """Record batches."""

    type_id = "pyarrow.batch@1"
    types = (pa.RecordBatch,)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return _dump([value], value.schema, {"rows": value.num_rows, "columns": value.num_columns})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        _, (batch,) = _load(meta, leaf)
        return batch


def _column(kind: pa.DataType) -> pa.Schema:
    return pa.schema([pa.field("values", kind)])


def _dump_chunks(chunks: list[pa.Array], kind: pa.DataType, rows: int) -> Dumped:
    schema = _column(kind)
    batches = [pa.RecordBatch.from_arrays([chunk], schema=schema) for chunk in chunks]
    return _dump(batches, schema, {"type": _short(kind), "rows": rows})


class ArrayHandler(TypeHandler):
    """Arrays of every type that pyarrow itself has a class for."""

    type_id = "pyarrow.array@1"

    def accepts(self, value: Any) -> bool:
        return isinstance(value, pa.Array) and _is_own(value)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return _dump_chunks([value], value.type, len(value))

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        _, (batch,) = _load(meta, leaf)
        return batch.column(0)


def _is_own(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] == "pyarrow"


class ChunkedHandler(TypeHandler):
    """Chunked arrays, each chunk as it was, empty ones too."""

    type_id = "pyarrow.chunked@1"
    types = (pa.ChunkedArray,)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return _dump_chunks(value.chunks, value.type, len(value))

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        schema, batches = _load(meta, leaf)
        return pa.chunked_array([batch.column(0) for batch in batches], type=schema.field(0).type)


class ScalarHandler(TypeHandler):
    """Scalars, as an array of one."""

    type_id = "pyarrow.scalar@1"

    def accepts(self, value: Any) -> bool:
        return isinstance(value, pa.Scalar) and _is_own(value)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        try:
            array = pa.repeat(value, 1)
        except pa.ArrowException as e:
            raise Refusal(f"Arrow makes no array of it ({e}); pass .as_py() instead") from e
        return _dump_chunks([array], value.type, 1)

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        _, (batch,) = _load(meta, leaf)
        return batch.column(0)[0]


class SchemaHandler(TypeHandler):
    """Schemas, with their metadata."""

    type_id = "pyarrow.schema@1"
    types = (pa.Schema,)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return _dump([], value, {"columns": len(value)})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        return _load(meta, leaf)[0]


class FieldHandler(TypeHandler):
    """Fields, with nullability and metadata."""

    type_id = "pyarrow.field@1"
    types = (pa.Field,)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return _dump([], pa.schema([value]), {"type": _short(value.type)})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        return _load(meta, leaf)[0].field(0)


class DataTypeHandler(TypeHandler):
    """Data types that pyarrow itself has a class for."""

    type_id = "pyarrow.datatype@1"

    def accepts(self, value: Any) -> bool:
        return isinstance(value, pa.DataType) and _is_own(value)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return _dump([], _column(value), {"type": _short(value)})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        return _load(meta, leaf)[0].field(0).type


HANDLERS: tuple[TypeHandler, ...] = (
    TableHandler(),
    BatchHandler(),
    ArrayHandler(),
    ChunkedHandler(),
    ScalarHandler(),
    SchemaHandler(),
    FieldHandler(),
    DataTypeHandler(),
)
