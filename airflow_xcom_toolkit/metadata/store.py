"""Reads rows in batches and replaces them one for one, beside running tasks; on SQLite, PostgreSQL and MySQL."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from ..abc import Coordinate, Json
from ..compat.connections import look_into_database
from ..compat.database import RowTable, metadata_engine, row_tables, unreachable
from .rows import StoredRow
from .selection import Selection

T = TypeVar("T")

BATCH_ROWS = 1000
BATCH_BYTES = 8 * 1024 * 1024
"""The text of so many rows is held at a time, or of one row that is longer."""
EVERYTHING = Selection()
_ATTEMPTS = 6
_FIRST_WAIT = 0.2


class Change(NamedTuple):
    """A row, as it was read, and what is to be in its place."""

    row: StoredRow
    new: Json


class RowStore:
    """The rows of one metadata database. No lock is held between two calls; Airflow may write at any time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tables = {table.name: table for table in row_tables(engine)}
        self._updates: dict[str, Any] = {}

    @classmethod
    def connected(cls) -> RowStore:
        """That of the configured database. Raises `MetadataError`, which says what to do, where there is none.

        Airflow's connections that are in that database are found from now on, as those of the environment are.
        """
        found = cls(metadata_engine())
        look_into_database()
        return found

    @property
    def database(self) -> str:
        """Which kind it is: ``sqlite``, ``postgresql``, ``mysql``."""
        return self._engine.dialect.name

    @property
    def archives(self) -> list[str]:
        """The names of the tables that ``airflow db clean`` made."""
        return [table.name for table in self._tables.values() if table.is_archive]

    def count(self, selection: Selection = EVERYTHING) -> int:
        """How many rows `scan` gives; more where patterns match in another case, on a database that does not mind."""
        return sum(
            self._read(
                sa.select(sa.func.count()).select_from(table.source).where(*selection.conditions(table.columns))
            )[0][0]
            for table in self._of(selection)
        )

    def scan(self, selection: Selection = EVERYTHING) -> Iterator[StoredRow]:
        """The rows, table by table, in the order of their keys; in bounded memory, however many and long they are.

        A row that is written meanwhile may be given as it was, as it is, or, if it is new, not at all.
        """
        for table in self._of(selection):
            for start, end in self._ranges(table, selection):
                yield from self._rows(table, selection, start, end)

    def newest(self, at: Coordinate) -> StoredRow | None:
        """The row of an XCom; of several tries, that of the last."""
        exact = Selection(map_index=at.map_index)
        names = {"dag_id": at.dag_id, "run_id": at.run_id, "task_id": at.task_id, "key": at.key}
        found: list[StoredRow] = []
        for table in self._of(exact):
            where = [table.columns[name] == value for name, value in names.items() if value is not None]
            found += self._rows_where(table, [*where, *exact.conditions(table.columns)])
        return max(found, key=lambda row: row.timestamp, default=None)

    def replace(self, changes: Sequence[Change]) -> list[bool]:
        """Puts each new value in the place of the row that was read, all in one transaction.

        ``False`` for a row that is gone, or was written since it was read: it is left as it is. The time that Airflow
        wrote it stays. An archive is never written to.
        """

        def write() -> list[bool]:
            with self._engine.begin() as connection:
                return [connection.execute(*self._update(change)).rowcount == 1 for change in changes]

        return [done or self._has(change) for done, change in zip(self._settled(write), changes)]

    def _has(self, change: Change) -> bool:
        """Whether the change is there: a connection that was lost may have been lost after the commit."""
        row, table = change.row, self._tables[change.row.table]
        is_it = [column == value for column, value in zip(table.key, row.identity)]
        found = self._rows_where(table, [*is_it, table.columns["timestamp"] == row.timestamp])
        return [one.value for one in found] == [json.loads(json.dumps(change.new))]

    def _of(self, selection: Selection) -> list[RowTable]:
        return [table for table in self._tables.values() if selection.archives or not table.is_archive]

    def _ranges(self, table: RowTable, selection: Selection) -> Iterator[tuple[Any, Any]]:
        """Keys between which the rows are few and short enough: after the first, up to the second."""
        length = sa.func.length(_text(table))
        last = None
        while True:
            query = sa.select(*table.key, length).select_from(table.source).where(*selection.conditions(table.columns))
            heads = self._read(query.where(*_after(table, last)).order_by(*table.key).limit(BATCH_ROWS))
            size, start = 0, last
            for *key, nbytes in heads:
                if size and size + (nbytes or 0) > BATCH_BYTES:
                    yield start, last
                    size, start = 0, last
                size, last = size + (nbytes or 0), tuple(key)
            if heads:
                yield start, last
            if len(heads) < BATCH_ROWS:
                return

    def _rows(self, table: RowTable, selection: Selection, start: Any, end: Any) -> Iterator[StoredRow]:
        conditions = [*selection.conditions(table.columns), *_after(table, start), *_up_to(table, end)]
        yield from (row for row in self._rows_where(table, conditions) if selection.fits(row.at))

    def _rows_where(self, table: RowTable, conditions: list[Any]) -> list[StoredRow]:
        parts = [name for name in _PARTS if name in table.columns]
        columns = [*table.key, table.columns["timestamp"], _text(table), *(table.columns[name] for name in parts)]
        found = self._read(sa.select(*columns).select_from(table.source).where(*conditions).order_by(*table.key))
        return [_row(table, parts, values) for values in found]

    def _update(self, change: Change) -> tuple[Any, dict[str, Any]]:
        """A statement that is the same for each row, and what is of this one."""
        row = change.row
        table = self._tables[row.table]
        if table.is_archive:
            raise ValueError(f"{row.table} is an archive, which is not written to")
        if table.name not in self._updates:
            self._updates[table.name] = _update(table)
        own = {f"is_{name}": value for name, value in zip(table.identity, row.identity)}
        return self._updates[table.name], {**own, "written": row.timestamp, "was": row.text, "new": change.new}

    def _read(self, query: Any) -> list[Any]:
        def read() -> list[Any]:
            with self._engine.connect() as connection:
                return list(connection.execute(query))

        return self._settled(read)

    def _settled(self, call: Callable[[], T]) -> T:
        """What ``call`` gives; again for a while if others hold a lock, or the connection went."""
        for attempt in range(_ATTEMPTS):
            try:
                return call()
            except sa.exc.OperationalError as e:
                if attempt == _ATTEMPTS - 1:
                    raise unreachable(self._engine, e) from e
                time.sleep(_FIRST_WAIT * 2**attempt)
            except sa.exc.SQLAlchemyError as e:
                raise unreachable(self._engine, e) from e
        raise AssertionError


_PARTS = ("dag_id", "run_id", "task_id", "map_index", "key", "task_instance_id")


def _row(table: RowTable, parts: list[str], values: Any) -> StoredRow:
    identity, (timestamp, text, *found) = tuple(values[: len(table.key)]), values[len(table.key) :]
    of = dict(zip(parts, found))
    instance = of.get("task_instance_id")
    at = Coordinate(
        of.get("dag_id"),
        of.get("run_id"),
        of.get("task_id"),
        of.get("map_index"),
        of.get("key"),
        str(instance) if instance else None,
    )
    return StoredRow(table.name, identity, at, timestamp, "null" if text is None else text, table.is_archive)


def _update(table: RowTable) -> Any:
    is_it = [column == sa.bindparam(f"is_{name}") for name, column in zip(table.identity, table.key)]
    is_as_read = [table.columns["timestamp"] == sa.bindparam("written"), _text(table) == sa.bindparam("was")]
    own = table.columns["value"].table
    return sa.update(own).where(*is_it, *is_as_read).values(value=sa.bindparam("new"))


def _text(table: RowTable) -> Any:
    """The JSON as the database has it, to be compared letter for letter."""
    return sa.cast(table.columns["value"], sa.Text())


def _after(table: RowTable, key: Any) -> list[Any]:
    if key is None:
        return []
    first, value = table.key[0], sa.literal(key[0], table.key[0].type)
    return [first >= value, _tuple(table) > _literals(table, key)]  # MySQL finds its way by the first alone.


def _up_to(table: RowTable, key: Any) -> list[Any]:
    first, value = table.key[0], sa.literal(key[0], table.key[0].type)
    return [first <= value, _tuple(table) <= _literals(table, key)]


def _tuple(table: RowTable) -> Any:
    return sa.tuple_(*table.key)


def _literals(table: RowTable, key: Any) -> Any:
    return sa.tuple_(*(sa.literal(value, column.type) for value, column in zip(key, table.key)))
