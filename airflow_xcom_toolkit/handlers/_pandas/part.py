"""Some columns and rows of a file of many: the others are read past."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from ...abc import Part, Source
from .. import _arrow
from . import kinds, parquet
from .blocks import Blocks
from .columns import Builder, Kind, Target, plain_dtype
from .table import Memory, as_column, describe_columns, fill, is_child


class TablePart:
    """A file that `dump_table` wrote, opened: its columns are known, their values are still to come."""

    def __init__(self, leaf: Source, file_format: str, rows: int, part: Part) -> None:
        read = parquet.read_columns if file_format == "parquet" else _arrow.read_ipc_columns
        self._schema, self._batches = read(leaf)
        self._rows = rows
        self.span = part.span(rows)
        self.kinds, elsewhere = describe_columns(self._schema)
        kept, beside = iter(self._schema.names), iter(elsewhere)
        self.names = [next(beside if is_child(kind) else kept) for kind in self.kinds]
        in_file = [column for column, kind in enumerate(self.kinds) if not is_child(kind)]
        self._places = {column: place for place, column in enumerate(in_file)}

    def memory(self, columns: Sequence[int]) -> tuple[Blocks, Memory]:
        """The blocks of a frame of these columns, in this order, and what gives memory to a column of the file."""
        found = [self.kinds[column] for column in columns]
        blocks = Blocks(found, len(self.span))
        plain = [(i, dtype) for i, dtype in enumerate(map(plain_dtype, found)) if dtype is not None]
        rows = {columns[i]: blocks.row(i, dtype) for i, dtype in plain}

        def allocate(column: int, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
            return rows[column] if column in rows else np.empty(len(self.span), dtype)

        return blocks, allocate

    def load(self, columns: Sequence[int], children: Iterator[Any], memory: Memory) -> list[Any]:
        """The wanted rows of these columns."""
        wanted = frozenset(columns)
        builders: dict[int, Builder] = {}
        finish: dict[int, Callable[[], Any]] = {}
        for column, kind in enumerate(self.kinds):
            if is_child(kind):
                finish[column] = partial(self._part_of_child, kind, next(children))
            elif column in wanted:
                builders[column] = self._builder(column, children, len(self.span), partial(memory, column))
                finish[column] = builders[column].finish
            else:  # What it takes of the children is not another column's.
                self._builder(column, children, 0, partial(np.empty, 0))
        self._fill(builders)
        return [finish[column]() for column in columns]

    def _builder(self, column: int, children: Iterator[Any], rows: int, empty: Callable[..., Any]) -> Builder:
        arrow = self._schema.field(self._places[column]).type
        return kinds.builder(self.kinds[column], Target(rows, arrow, children, empty))

    def _fill(self, builders: dict[int, Builder]) -> None:
        if builders:
            batches = self._batches([self._places[column] for column in builders])
            fill(list(builders.values()), _arrow.cut(batches, self.span.start, self.span.stop), len(self.span))

    def _part_of_child(self, kind: Kind, child: Any) -> Any:
        return as_column(kind, child, self._rows)[self.span.start : self.span.stop].copy()
