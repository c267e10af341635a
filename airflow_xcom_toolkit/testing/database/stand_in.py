"""A stand-in for Airflow's supervisor, API server and metadata database, in the process of the test."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from ...abc import Coordinate, Json
from .ways import RowRefusedError, from_server, in_database, key_on_server, over_socket, to_server

__all__ = ["RowRefusedError", "Supervisor"]


class Supervisor:
    """Answers what ``BaseXCom`` sends as Airflow does, and keeps of a row what Airflow's databases keep.

    A row goes the real way: msgpack, JSON over HTTP, the worse of SQLite and PostgreSQL, and back; its key goes by way
    of a URL. A part that refuses it raises `RowRefusedError`, here in the task's own call, and the old row stays.
    Every dag, run and task instance exists, whatever it is called; task loops do not. Slices are those of a list;
    Airflow's own differ where that is empty, or an end lies outside. May be used from any thread and any event loop.
    """

    on_send: Callable[[Any], None] | None
    """Called with every message before anything is done about it. What it raises goes to the sender."""

    masked: list[Json]
    """What the task asked to be masked in logs."""

    def __init__(self) -> None:
        self.on_send = None
        self.masked = []
        self._rows: dict[Coordinate, str] = {}
        self._runs: dict[tuple[str | None, str | None], None] = {}
        self._lock = threading.RLock()

    @contextmanager
    def installed(self) -> Iterator[Supervisor]:
        """Stands where ``BaseXCom`` looks for the supervisor of its task."""
        runner: Any = import_module("airflow.sdk.execution_time.task_runner")
        before = {name: value for name, value in vars(runner).items() if name == "SUPERVISOR_COMMS"}
        runner.SUPERVISOR_COMMS = self
        try:
            yield self
        finally:
            del runner.SUPERVISOR_COMMS
            vars(runner).update(before)

    # What a task sends ---------------------------------------------------------------------------------------------

    def send(self, msg: Any) -> Any:
        """The answer to a message, ``None`` where Airflow has none. Raises `RowRefusedError`."""
        if self.on_send is not None:
            self.on_send(msg)
        answer = _ANSWERS.get(type(msg).__name__)
        if answer is None or getattr(msg, "previous_iteration", False):
            raise NotImplementedError(f"The stand-in for Airflow's supervisor has no answer to {msg!r}")
        received = over_socket(msg)
        with self._lock:
            answered = answer(self, received)
        return None if answered is None else over_socket(answered)

    async def asend(self, msg: Any) -> Any:
        """The same from a coroutine; the event loop goes on meanwhile."""
        return await asyncio.to_thread(self.send, msg)

    # The database, past the task -----------------------------------------------------------------------------------

    def row(self, at: Coordinate) -> Json:
        """The row as the database has it. Raises `KeyError` where there is none."""
        with self._lock:
            return json.loads(self._rows[_normal(at)])  # type: ignore[no-any-return]

    def rows(self) -> dict[Coordinate, Json]:
        """All rows, by where they are."""
        with self._lock:
            return {at: json.loads(text) for at, text in self._rows.items()}

    def write_row(self, at: Coordinate, row: Json) -> None:
        """Writes straight into the database, as a migration does. Raises `RowRefusedError`."""
        at = _normal(at)
        stored = json.dumps(in_database(row))
        with self._lock:
            self._see(at)
            self._rows[at] = stored

    def delete_row(self, at: Coordinate) -> None:
        """Deletes the row, if there is one."""
        with self._lock:
            self._rows.pop(_normal(at), None)

    def clear(self) -> None:
        """Forgets all rows, runs and secrets."""
        with self._lock:
            self._rows.clear()
            self._runs.clear()
            self.masked.clear()

    # Answers -------------------------------------------------------------------------------------------------------

    def _set(self, msg: Any) -> None:
        self.write_row(_coordinate(msg), to_server(msg.value))

    def _delete(self, msg: Any) -> None:
        self.delete_row(_coordinate(msg))

    def _get(self, msg: Any) -> Any:
        at = _coordinate(msg)
        row = next((row for run in self._runs_of(msg) if (row := self._rows.get(_in_run(at, run)))), "null")
        response = from_server(_comms().XComResponse, {"key": msg.key, "value": json.loads(row)})
        return _comms().XComResult.from_xcom_response(response)

    def _item(self, msg: Any) -> Any:
        try:
            row = self._sequence(msg)[msg.offset]
        except IndexError:
            return _not_found(msg)
        return _comms().XComSequenceIndexResult.from_response(from_server(_comms().XComSequenceIndexResponse, row))

    def _slice(self, msg: Any) -> Any:
        rows = self._sequence(msg)[msg.start : msg.stop : msg.step or 1]
        return _comms().XComSequenceSliceResult.from_response(from_server(_comms().XComSequenceSliceResponse, rows))

    def _count(self, msg: Any) -> Any:
        return _comms().XComCountResponse(len=len(self._sequence(msg)))

    def _mask(self, msg: Any) -> None:
        self.masked.append(msg.value)

    def _sequence(self, msg: Any) -> list[Json]:
        """The rows of all map indexes, in their order; of equal ones that of the oldest run first, as SQLite has it."""
        at = _coordinate(msg)
        found = [
            (there.map_index or 0, text)
            for run in reversed(self._runs_of(msg))
            for there, text in self._rows.items()
            if there == _in_run(at, run, there.map_index)
        ]
        return [json.loads(text) for _, text in sorted(found, key=lambda pair: pair[0])]

    def _runs_of(self, msg: Any) -> list[str]:
        """The runs whose rows may answer, the newest first."""
        self._see(_coordinate(msg))
        if not getattr(msg, "include_prior_dates", False):
            return [msg.run_id]
        seen = [run for dag, run in self._runs if dag == msg.dag_id]
        return seen[: seen.index(msg.run_id) + 1][::-1]  # type: ignore[return-value]

    def _see(self, at: Coordinate) -> None:
        """A run is as old as the first that was heard of it."""
        self._runs.setdefault((at.dag_id, at.run_id))


_ANSWERS: dict[str, Callable[[Supervisor, Any], Any]] = {
    "SetXCom": Supervisor._set,
    "GetXCom": Supervisor._get,
    "GetXComSequenceItem": Supervisor._item,
    "GetXComSequenceSlice": Supervisor._slice,
    "GetXComCount": Supervisor._count,
    "DeleteXCom": Supervisor._delete,
    "MaskSecret": Supervisor._mask,
}


def _comms() -> Any:
    return import_module("airflow.sdk.execution_time.comms")


def _not_found(msg: Any) -> Any:
    detail = {name: getattr(msg, name) for name in ("dag_id", "run_id", "task_id", "key", "offset")}
    return _comms().ErrorResponse(error=_comms().ErrorType.XCOM_NOT_FOUND, detail=detail)


def _coordinate(msg: Any) -> Coordinate:
    """The XCom that a message is about; of an unmapped task if it is about none."""
    return _normal(
        Coordinate(msg.dag_id, msg.run_id, msg.task_id, getattr(msg, "map_index", None), key_on_server(msg.key))
    )


def _normal(at: Coordinate) -> Coordinate:
    """A row has no task instance, and map index -1 for an unmapped task."""
    index = -1 if at.map_index is None else max(at.map_index, -1)
    return Coordinate(at.dag_id, at.run_id, at.task_id, index, at.key)


def _in_run(at: Coordinate, run_id: str, map_index: int | None = None) -> Coordinate:
    return Coordinate(at.dag_id, run_id, at.task_id, at.map_index if map_index is None else map_index, at.key)
