"""The same as the stand-in for supervisor, API server and database, over those of a started Airflow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ....abc import Coordinate, Json
from .rows import Database
from .way import Way


class RealSupervisor:
    """What stands between a task and a database, as far as XComs go. May be used from any thread and event loop."""

    on_send: Callable[[Any], None] | None
    """Called with every message before anything is done about it. What it raises goes to the sender."""

    masked: list[Json]
    """What the task asked to be masked in logs."""

    def __init__(self, way: Way, database: Database) -> None:
        self._way = way
        self._database = database
        self.on_send = None
        self.masked = []

    def send(self, msg: Any) -> Any:
        """The answer to a message of a task. Raises `RowRefusedError` for a row that is refused on the way."""
        if self.on_send is not None:
            self.on_send(msg)
        return self._sent(msg)

    async def asend(self, msg: Any) -> Any:
        """The same from a coroutine; the event loop goes on meanwhile."""
        return await asyncio.to_thread(self.send, msg)

    def row(self, at: Coordinate) -> Json:
        """The row, as the database has it. Raises `KeyError` where there is none."""
        return self._database.row(at)

    def rows(self) -> dict[Coordinate, Json]:
        """All rows, by where they are."""
        return self._database.rows()

    def write_row(self, at: Coordinate, row: Json) -> None:
        """Writes a row straight into the database, as a migration does. Raises `RowRefusedError`."""
        self._database.write_row(at, row)

    def delete_row(self, at: Coordinate) -> None:
        """Deletes a row, if it is there."""
        self._database.delete_row(at)

    def clear(self) -> None:
        """Deletes all rows, and forgets all secrets."""
        self._database.clear()
        self.masked.clear()

    @contextmanager
    def installed(self) -> Iterator[RealSupervisor]:
        """Stands where ``BaseXCom`` looks for the supervisor of its task."""
        from airflow.sdk.execution_time import task_runner

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(task_runner, "SUPERVISOR_COMMS", self, raising=False)
            yield self

    def _sent(self, msg: Any) -> Any:
        if type(msg).__name__ != "MaskSecret":
            return self._way.send(msg)
        self.masked.append(msg.value)  # Airflow's own supervisor would send it on to that of this process: to us.
        return None
