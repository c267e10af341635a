"""Many columns as one leaf, an Arrow IPC or Parquet file; columns that Arrow does not keep are children beside it.

The schema's metadata, under ``airflow_xcom_toolkit``, is JSON: ``kinds`` has the kind of each column, in runs
``[kind, count]``; ``elsewhere`` has the names of those that are children. So the row stays small however many columns
there are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import ipc

from ...abc import Dumped, HandlerContext, Leaf, Refusal, Sink, Source
from ...errors import IntegrityError, XComToolkitError
from ...streams import FileLike
from .._arrow import read_ipc
from . import kinds, parquet
from .columns import Builder, Column, Kind, Target

_METADATA = b"airflow_xcom_toolkit"
_BATCH_BYTES = 4 << 20
_PARQUET_BATCH_BYTES = 32 << 20
_WIDE_ROWS, _WIDE_BYTES = 1 << 10, 16 << 20
"""What batches of very many columns have at least, for each chunk of a column costs some microseconds."""
_LEAST_PARQUET = 12
"""Two magic numbers and a length."""
_CHILD, _LIST = "child", "list"

Memory = Callable[[int, "np.dtype[Any]"], "np.ndarray[Any, Any]"]


@dataclass
class Parts:
    """What a handler gathers for a `Dumped`: children, in order, with their place in the value."""

    children: list[Any] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)

    def add(self, child: Any, step: str) -> None:
        self.children.append(child)
        self.steps.append(step)

    def dumped(self, meta: dict[str, Any], leaf: Leaf | None, summary: dict[str, Any]) -> Dumped:
        return Dumped(meta, self.children, leaf, self.steps.__getitem__, summary)


@dataclass(frozen=True)
class Values:
    """A 1-D array on its way out: its name in the file, and its place in the value for an error."""

    name: str
    array: Any
    step: str


def dump_table(columns: Sequence[Values], rows: int, parts: Parts, context: HandlerContext) -> tuple[Leaf, str]:
    """The leaf of the columns that Arrow keeps, and its format; what else there is goes to ``parts``."""
    plans = [_plan(values.array) for values in columns]
    described = [_describe(values, plan, parts) for values, plan in zip(columns, plans)]
    kept = [(values.name, plan) for values, plan in zip(columns, plans) if plan]
    elsewhere = [values.name for values, plan in zip(columns, plans) if not plan]
    schema = _schema(kept, {"kinds": _runs(described), **({"elsewhere": elsewhere} if elsewhere else {})})
    table = _Table([plan for _, plan in kept], schema, rows)
    if context.dataframe_format == "parquet" and parquet.keeps(table.head(), table.columns, rows):
        return Leaf(table.write_parquet, _LEAST_PARQUET, ".parquet"), "parquet"
    return Leaf(table.write_ipc, sum(plan.nbytes for _, plan in kept), ".arrow"), "arrow"


def _plan(array: Any) -> Column | None:
    """What is refused is refused again as a child, and then by the name of its column."""
    try:
        return kinds.plan(array)
    except Refusal:
        return None


def _describe(values: Values, plan: Column | None, parts: Parts) -> Kind:
    if plan:
        for child in plan.children:
            parts.add(child, f"{values.step}.categories")
        return plan.kind
    if _is_objects(values.array):
        parts.add(values.array.tolist(), values.step)
        return [_LIST]
    parts.add(values.array, values.step)
    return [_CHILD]


def _is_objects(array: Any) -> bool:
    return type(array) is np.ndarray and array.dtype.kind == "O"


def _runs(kinds: Iterable[Kind]) -> list[list[Any]]:
    return [[kind, sum(1 for _ in run)] for kind, run in groupby(kinds)]


def _schema(kept: list[tuple[str, Column]], metadata: Mapping[str, Any]) -> pa.Schema:
    text = json.dumps(metadata, separators=(",", ":"), allow_nan=False)
    return pa.schema([pa.field(name, plan.type) for name, plan in kept], {_METADATA: text.encode()})


@dataclass(frozen=True)
class _Table:
    columns: list[Column]
    schema: pa.Schema
    rows: int

    def write_ipc(self, sink: Sink) -> None:
        with ipc.new_file(pa.PythonFile(FileLike(sink), mode="w"), self.schema) as writer:
            for batch in self.batches(_BATCH_BYTES):
                writer.write_batch(batch)

    def write_parquet(self, sink: Sink) -> None:
        parquet.write(self.batches(_PARQUET_BATCH_BYTES), self.head(), pa.PythonFile(FileLike(sink), mode="w"))

    def head(self) -> pa.RecordBatch:
        """No rows, but the schema and the dictionaries."""
        columns = [_emptied(column.chunk(0, 0)) for column in self.columns]
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)

    def batches(self, size: int) -> Iterator[pa.RecordBatch]:
        """All rows, about ``size`` bytes at a time; at least one batch, for it has the dictionaries."""
        row = sum(max(column.nbytes // max(self.rows, 1), 8) for column in self.columns)
        step = max(size // max(row, 1), min(_WIDE_ROWS, _WIDE_BYTES // max(row, 1)), 1)
        for start in range(0, max(self.rows, 1) if self.columns else 0, step):
            yield self._batch(start, min(start + step, self.rows))

    def _batch(self, start: int, stop: int) -> pa.RecordBatch:
        return pa.RecordBatch.from_arrays([column.chunk(start, stop) for column in self.columns], schema=self.schema)


def _emptied(none: pa.Array) -> pa.Array:
    """A slice of no rows, without the bytes of all that Arrow would write with one of texts."""
    is_plain = not (none.type.num_fields or pa.types.is_dictionary(none.type))
    return pa.array([], none.type) if is_plain and not isinstance(none.type, pa.BaseExtensionType) else none


@dataclass(frozen=True)
class Loaded:
    """The columns of a file, with their names."""

    names: list[str]
    arrays: list[Any]


def load_table(
    leaf: Source,
    file_format: str,
    rows: int,
    children: Iterator[Any],
    memory: Callable[[list[Kind]], Memory] | None = None,
) -> Loaded:
    """The columns of `dump_table`. Damaged bytes raise errors of many kinds: see `reading`."""
    schema, batches = parquet.read(leaf) if file_format == "parquet" else read_ipc(leaf)
    described, elsewhere = describe_columns(schema)
    allocate = (memory or partial(_separate, rows))(described)
    columns = _Columns(iter(schema), iter(elsewhere), rows, children)
    for i, kind in enumerate(described):
        columns.add(kind, partial(allocate, i))
    fill(columns.builders, batches, rows)
    return Loaded(columns.names, [finish() for finish in columns.finishers])


def describe_columns(schema: pa.Schema) -> tuple[list[Kind], list[str]]:
    """The kinds of all columns, and the names of those that are children."""
    metadata = json.loads(schema.metadata[_METADATA])
    return [kind for kind, count in metadata["kinds"] for _ in range(count)], metadata.get("elsewhere", [])


def is_child(kind: Kind) -> bool:
    return kind[0] in (_CHILD, _LIST)


@contextmanager
def reading(meta: Mapping[str, Any]) -> Iterator[None]:
    """Raises `IntegrityError` where the file or what the row says of it makes no sense."""
    try:
        yield
    except XComToolkitError:
        raise
    except _SENSELESS as e:
        what = f"The {meta.get('format', 'JSON')} of a pandas value"
        here = f"holds what pandas {pd.__version__} does not know"
        raise IntegrityError(f"{what} is damaged, or {here} ({type(e).__name__})") from e


_SENSELESS = (
    *(pa.ArrowException, ValueError, TypeError, LookupError, AttributeError, ArithmeticError),
    *(RuntimeError, StopIteration),
)


def _separate(rows: int, described: list[Kind]) -> Memory:
    return lambda _, dtype: np.empty(rows, dtype)


class _Columns:
    """A builder for each Arrow column; a child as it is for each other one."""

    def __init__(
        self, fields: Iterator[pa.Field], elsewhere: Iterator[str], rows: int, children: Iterator[Any]
    ) -> None:
        self._fields = fields
        self._elsewhere = elsewhere
        self._rows = rows
        self._children = children
        self.builders: list[Builder] = []
        self.finishers: list[Callable[[], Any]] = []
        self.names: list[str] = []

    def add(self, kind: Kind, empty: Callable[[np.dtype[Any]], np.ndarray[Any, Any]]) -> None:
        """The next column, in the order in which `dump_table` had them."""
        if is_child(kind):
            self.names.append(next(self._elsewhere))
            self.finishers.append(partial(as_column, kind, next(self._children), self._rows))
            return
        found = next(self._fields)
        self.names.append(found.name)
        self.builders.append(kinds.builder(kind, Target(self._rows, found.type, self._children, empty)))
        self.finishers.append(self.builders[-1].finish)


def as_column(kind: Kind, child: Any, rows: int) -> Any:
    """The array that a child is."""
    if len(child) != rows:
        raise ValueError(f"{len(child)} values where there are {rows} rows")
    return object_array(child) if kind[0] == _LIST else child


def object_array(values: list[Any]) -> np.ndarray[Any, Any]:
    """The very values, none of them taken for an array or sequence of values."""
    found = np.empty(len(values), object)
    for i, value in enumerate(values):
        found[i] = value
    return found


def fill(builders: list[Builder], batches: Iterator[pa.RecordBatch], rows: int) -> None:
    """Gives each builder its column of each batch."""
    seen = 0
    for batch in batches:
        seen += batch.num_rows
        if seen > rows:
            raise ValueError(f"more than {rows} rows")
        for builder, chunk in zip(builders, batch.columns):
            builder.add(chunk)
    if builders and seen != rows:
        raise ValueError(f"{seen} rows, not {rows}")
