"""Finds the row that a command is about, or says what there is instead."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from ...abc import Coordinate, Json
from ...envelope import is_envelope
from ...errors import XComNotFoundError
from ...metadata import RowStore, Selection, StoredRow
from ..command import UsageError

RETURN_VALUE = "return_value"
_LOOKED_AT = 1000
_NAMED = 10


@dataclass(frozen=True)
class Found:
    """A row, whose it is as far as that is known, and when Airflow wrote it."""

    row: Json = field(repr=False)
    at: Coordinate
    written: datetime | None = None


class NoSuchXComError(XComNotFoundError):
    """There is none, but there are others like it."""

    def __init__(self, at: Coordinate, instead: str) -> None:
        super().__init__(str(at))
        self.instead = instead

    def __str__(self) -> str:
        return f"There is no {self.xcom}. {self.instead}"


def find(args: argparse.Namespace) -> Found:
    """What the arguments name. Raises `UsageError`, `MetadataError` and `XComNotFoundError`."""
    names = (args.dag, args.run, args.task)
    if args.row is None and None in names:
        raise UsageError("DAG_ID, RUN_ID and TASK_ID say which XCom; or --row FILE gives the row itself")
    if args.row is not None and None in names and any(name is not None for name in names):
        raise UsageError("With --row, give all of DAG_ID, RUN_ID and TASK_ID, or none of them")
    key = args.key or (RETURN_VALUE if args.row is None else None)
    at = Coordinate(args.dag, args.run, args.task, args.map_index, key)
    return _in_database(at) if args.row is None else _in_file(args.row, at)


# In the database -------------------------------------------------------------------------------------------------


def _in_database(at: Coordinate) -> Found:
    rows = RowStore.connected()
    index = -1 if at.map_index is None else at.map_index
    found = rows.newest(Coordinate(at.dag_id, at.run_id, at.task_id, index, at.key))
    if found is None:
        raise NoSuchXComError(at, _instead(rows, at))
    return Found(found.value, found.at, found.timestamp)


def _instead(rows: RowStore, at: Coordinate) -> str:
    """What there is in place of a row that there is not; only so much of it as can be found at once."""
    of_dag = Selection(dag=at.dag_id)
    if not (like := _some(rows, of_dag)):
        return f"There are no XComs of dag {at.dag_id!r}: check its id, and that this is the database of its Airflow."
    if not (of_run := _some(rows, Selection(dag=at.dag_id, run=at.run_id))):
        return f"The dag has none in that run; it has some in {_named(row.at.run_id for row in like)}."
    if not (of_task := _some(rows, Selection(dag=at.dag_id, run=at.run_id, task=at.task_id))):
        return f"The run has none of that task; it has some of {_named(row.at.task_id for row in of_run)}."
    indexes = sorted({row.at.map_index for row in of_task if row.at.key == at.key and row.at.map_index is not None})
    if indexes and indexes != [-1]:
        return f"The task is mapped; it has that key for --map-index {_named(map(str, indexes))}."
    if indexes:
        return "The task is not mapped: leave out --map-index."
    return f"The task has other keys: --key {_named(row.at.key for row in of_task)}."


def _some(rows: RowStore, selection: Selection) -> list[StoredRow]:
    return list(islice(rows.scan(selection), _LOOKED_AT))


def _named(names: Iterable[str | None]) -> str:
    different = [repr(name) if not name.isdecimal() else name for name in dict.fromkeys(names) if name is not None]
    more = f", … ({len(different):,} and more)" if len(different) > _NAMED else ""
    return ", ".join(different[:_NAMED]) + more


# In a file -------------------------------------------------------------------------------------------------------


def _in_file(name: str, at: Coordinate) -> Found:
    try:
        row = json.loads(sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8"))
    except OSError as e:
        raise UsageError(f"--row: {name} cannot be read ({e.strerror})") from e
    except (ValueError, RecursionError) as e:
        where = f"line {e.lineno}, column {e.colno}" if isinstance(e, json.JSONDecodeError) else type(e).__name__
        raise UsageError(f"--row: {name} is not JSON ({where})") from e
    return _of_answer(row, at) if _is_answer(row) else Found(row, at)


_ANSWER = frozenset({"key", "timestamp", "task_id", "dag_id", "run_id", "map_index", "value"})
"""What the REST API's answer for one XCom has, among others."""


def _is_answer(row: Any) -> bool:
    if not isinstance(row, dict) or not row.keys() >= _ANSWER:
        return False
    return type(row["map_index"]) is int and all(
        isinstance(row[name], str) for name in _ANSWER - {"map_index", "value"}
    )


def _of_answer(answer: dict[str, Any], at: Coordinate) -> Found:
    """The row in an answer, which says whose it is; where the arguments do, they count, and a copy is found out."""
    said = {name: answer[name] for name in ("dag_id", "run_id", "task_id", "map_index", "key")}
    given = {name: part for name, part in vars(at).items() if part is not None}
    return Found(_as_stored(answer["value"]), Coordinate(**{**said, **given}), _time(answer["timestamp"]))


def _as_stored(value: Json) -> Json:
    """The API gives some rows as text with their JSON."""
    if isinstance(value, str) and "__classname__" in value:
        try:
            parsed: Json = json.loads(value)
        except ValueError:
            return value
        return parsed if is_envelope(parsed) else value
    return value


def _time(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
