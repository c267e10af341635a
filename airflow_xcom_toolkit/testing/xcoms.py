"""What a test does with the backend under test: by Airflow's own accessors, and past them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, Protocol
from uuid import UUID, uuid5

from ..abc import Coordinate, Json
from ..compat import push_as_task
from .same import assert_same
from .setup import Setup

AT = Coordinate("contract_dag", "run_1", "task", -1, "return_value")
"""The XCom of a task that is not mapped."""

MAPPED = tuple(replace(AT, task_id="mapped", map_index=index) for index in range(5))
"""The XComs of a mapped task."""

INSTANCE = UUID(int=0x5EED)


def instance_of(at: Coordinate) -> UUID:
    """The id of the task instance whose XCom it is; each map index is one."""
    return uuid5(INSTANCE, repr((at.dag_id, at.run_id, at.task_id, at.map_index)))


class Rows(Protocol):
    """The database: what the stand-in and the real one have in common."""

    on_send: Any
    masked: list[Json]

    def row(self, at: Coordinate) -> Json: ...
    def rows(self) -> dict[Coordinate, Json]: ...
    def write_row(self, at: Coordinate, row: Json) -> None: ...
    def delete_row(self, at: Coordinate) -> None: ...
    def clear(self) -> None: ...


class Objects(Protocol):
    """The store, past the backend: keys are relative to the path that the backend was given."""

    def list_objects(self) -> list[str]: ...
    def read_object(self, key: str) -> bytes: ...
    def write_object(self, key: str, data: bytes) -> None: ...
    def delete_object(self, key: str) -> None: ...


@dataclass(frozen=True)
class Step:
    """One thing that a test did, for the report of its failure."""

    action: str
    at: Coordinate
    value: Any = None
    row: Json = None
    error: BaseException | None = None


class XComs:
    """A backend that is set up, with the database and the store behind it.

    ``push`` and ``pull`` are what a task does; ``row`` and ``objects`` show what is stored, past the backend.
    """

    def __init__(self, backend: Any, rows: Rows, objects: Objects, setup: Setup) -> None:
        self.backend = backend
        self.rows = rows
        self.objects = objects
        self.setup = setup
        self.steps: list[Step] = []

    # What a task does ----------------------------------------------------------------------------------------------

    def push(self, value: Any, at: Coordinate = AT, instance: UUID | None = None) -> Json:
        """Pushes as a task does for its own XCom; the row as the database has it."""
        with self._noting("push", at, value):
            push_as_task(self.backend, value, at, instance or instance_of(at))
        return self.row(at)

    def pull(self, at: Coordinate = AT, **options: Any) -> Any:
        """What ``ti.xcom_pull`` gives."""
        with self._noting("pull", at):
            return self.backend.get_one(**_names(at), **options)

    def pull_all(self, at: Coordinate = AT) -> Any:
        """The values of all map indexes, in order."""
        with self._noting("pull all", at):
            return self.backend.get_all(**_names(at, "map_index"))

    def delete(self, at: Coordinate = AT) -> None:
        """What Airflow does when a task is tried again, and `XCom.delete` does: purges, and deletes the row."""
        with self._noting("delete", at):
            self.backend.delete(**_names(at))

    def purge(self, row: Json) -> None:
        """What Airflow asks of a backend for a row that it deletes."""
        with self._noting("purge", AT, row=row):
            self.backend.purge(SimpleNamespace(value=row))

    async def apush(self, value: Any, at: Coordinate = AT) -> Json:
        """The same as `push`, from a coroutine."""
        with self._noting("apush", at, value):
            await self.backend.aset(value=value, **_names(at))
        return self.row(at)

    async def apull(self, at: Coordinate = AT) -> Any:
        """The same as `pull`, from a coroutine."""
        with self._noting("apull", at):
            return await self.backend.aget_one(**_names(at))

    async def apull_all(self, at: Coordinate = AT) -> Any:
        """The same as `pull_all`, from a coroutine."""
        with self._noting("apull all", at):
            return await self.backend.aget_all(**_names(at, "map_index"))

    # What is stored, past the backend ------------------------------------------------------------------------------

    def row(self, at: Coordinate = AT) -> Json:
        """The row, as the database has it. Raises `KeyError` where there is none."""
        return self.rows.row(at)

    def write_row(self, row: Json, at: Coordinate = AT) -> None:
        """Puts a row into the database, whoever might have written it."""
        with self._noting("write a row past the backend", at, row=row):
            self.rows.write_row(at, row)

    def load(self, row: Json, at: Coordinate = AT) -> Any:
        """What a pull gives where the database has ``row``."""
        self.write_row(row, at)
        return self.pull(at)

    def stored(self) -> dict[str, bytes]:
        """The objects in the store, by key."""
        return {key: self.objects.read_object(key) for key in self.objects.list_objects()}

    # What most tests assert ----------------------------------------------------------------------------------------

    def assert_round_trip(self, value: Any, expected: Any, at: Coordinate = AT) -> None:
        """Asserts that a pull gives ``expected``, which equals ``value`` and was made apart from it."""
        self.push(value, at)
        assert_same(self.pull(at), expected)

    @contextmanager
    def _noting(self, action: str, at: Coordinate, value: Any = None, row: Json = None) -> Iterator[None]:
        error = None
        try:
            yield
        except BaseException as e:
            error = e
            raise
        finally:
            self.steps.append(Step(action, at, value, self._row_now(at) if row is None else row, error))

    def _row_now(self, at: Coordinate) -> Json:
        try:
            return self.rows.row(at)
        except Exception:
            return None


def _names(at: Coordinate, *without: str) -> dict[str, Any]:
    names = ("key", "dag_id", "task_id", "run_id", "map_index")
    return {name: getattr(at, name) for name in names if name not in without}
