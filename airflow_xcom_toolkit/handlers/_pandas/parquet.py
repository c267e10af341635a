"""Record batches as Parquet, exactly.

Parquet has no dictionary type, and fewer units than Arrow. So dictionaries are written as their values, and the file's
metadata has, under ``arrow``, an IPC stream without rows: the Arrow schema and the dictionaries, to cast back to.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import ipc
from pyarrow import parquet as pq

from ...abc import Source
from .columns import Column

_HEAD = b"arrow"
_READ_ROWS = 1 << 16
_MAX_SECONDS = (2**63 - 1) // 1000


def keeps(head: pa.RecordBatch, columns: list[Column], rows: int) -> bool:
    """Whether Parquet gives back what is written of batches like ``head``."""
    try:
        sound = head.num_columns > 0 and all(_is_sound(column.type) for column in columns)
        return sound and _survives(head) and all(_in_range(column, rows) for column in columns)
    except (pa.ArrowException, ValueError, TypeError, OSError):
        return False


def _is_sound(kind: pa.DataType) -> bool:
    """Whether values, which a batch without rows does not show, survive in this type."""
    if pa.types.is_fixed_size_list(kind) or (pa.types.is_fixed_size_binary(kind) and kind.byte_width == 0):
        return False
    inner = [kind.value_type] if pa.types.is_dictionary(kind) else [kind.field(i).type for i in range(kind.num_fields)]
    return all(_is_sound(one) and not (pa.types.is_timestamp(one) and one.unit == "s") for one in inner)


def _survives(head: pa.RecordBatch) -> bool:
    if not all(_distinct(column) for column in head.columns):
        return False
    sink = io.BytesIO()
    write(iter([head]), head, sink)
    schema, batches = read(io.BytesIO(sink.getvalue()))
    return bool(schema.equals(head.schema)) and all(batch.schema.equals(head.schema) for batch in batches)


def _distinct(column: pa.Array) -> bool:
    if not pa.types.is_dictionary(column.type):
        return True
    values = column.dictionary
    return bool(pc.index_in(values, value_set=values).to_pylist() == list(range(len(values))))


def _in_range(column: Column, rows: int) -> bool:
    """Parquet counts milliseconds where Arrow counts seconds."""
    if not pa.types.is_timestamp(column.type) or column.type.unit != "s":
        return True
    ends = pc.min_max(column.chunk(0, rows).view(pa.int64())).as_py()
    return all(value is None or abs(value) <= _MAX_SECONDS for value in ends.values())


def write(batches: Iterator[pa.RecordBatch], head: pa.RecordBatch, file: Any) -> None:
    """Writes one Parquet file of batches like ``head``."""
    schema = _file_schema(head)
    with pq.ParquetWriter(file, schema) as writer:
        for batch in batches:
            arrays = [_written(column) for column in batch.columns]
            # As a row group of its own: write_batch would gather a million rows, at several times their size.
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), max(batch.num_rows, 1))


def _file_schema(head: pa.RecordBatch) -> pa.Schema:
    sink = pa.BufferOutputStream()
    with ipc.new_stream(sink, head.schema) as writer:
        writer.write_batch(head)
    fields = [pa.field(field.name, _written_type(field.type)) for field in head.schema]
    packed = base64.b64encode(sink.getvalue().to_pybytes())
    return pa.schema(fields, {**(head.schema.metadata or {}), _HEAD: packed})


def _written_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _written(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def read(leaf: Source) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """The Arrow schema and batches of `write`, each checked in full."""
    file, head = _open(leaf)
    return head.schema, _batches(file, head)


def _open(leaf: Source) -> tuple[pq.ParquetFile, pa.RecordBatch]:
    """The file, and the batch without rows that has the Arrow schema and the dictionaries."""
    file = pq.ParquetFile(io.BytesIO(leaf.read()))
    packed = base64.b64decode(file.schema_arrow.metadata[_HEAD])
    with ipc.open_stream(packed) as reader:
        head = reader.read_next_batch()
    head.validate(full=True)
    return file, head


def read_columns(leaf: Source) -> tuple[pa.Schema, Callable[[list[int]], Iterator[pa.RecordBatch]]]:
    """The Arrow schema, and what gives the batches with some of the columns, in the order of the file."""
    file, head = _open(leaf)
    return head.schema, lambda columns: _batches(file, head.select(columns), [head.schema.names[i] for i in columns])


def _batches(file: pq.ParquetFile, head: pa.RecordBatch, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    seen = False
    for batch in file.iter_batches(batch_size=_READ_ROWS, columns=columns):
        # Parquet takes a name with a dot for a path, and may give more columns than these.
        wanted = batch if columns is None else batch.select(columns)
        wanted.validate(full=True)
        seen = True
        yield _restored(wanted, head)
    if not seen:
        yield head


def _restored(batch: pa.RecordBatch, head: pa.RecordBatch) -> pa.RecordBatch:
    arrays = [_read(column, like) for column, like in zip(batch.columns, head.columns)]
    return pa.RecordBatch.from_arrays(arrays, schema=head.schema)


def _read(column: pa.Array, like: pa.Array) -> pa.Array:
    if not pa.types.is_dictionary(like.type):
        return column.cast(like.type)
    values = column.cast(like.type.value_type)
    indices = pc.index_in(values, value_set=like.dictionary).cast(like.type.index_type)
    if indices.null_count != values.null_count:
        raise ValueError("A value is not in its column's dictionary")
    return pa.DictionaryArray.from_arrays(indices, like.dictionary)
