"""Rows, planted as Airflow 3.0 to 3.3 writes them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.compat.database import row_tables

LONG_AGO = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Planted:
    """A row to be planted, whose XCom it is, and when it was written."""

    at: Coordinate
    row: Any
    timestamp: datetime = LONG_AGO


def plant(engine: Engine, rows: Iterable[Planted], table: str = "xcom", batch: int = 5000) -> None:
    """Writes the rows, many at a time."""
    columns = {found.name: found.columns for found in row_tables(engine)}[table]
    into = columns["value"].table
    waiting: list[dict[str, Any]] = []
    with engine.begin() as connection:
        for one in rows:
            waiting.append(_values(one))
            if len(waiting) == batch:
                connection.execute(sa.insert(into), waiting)
                waiting = []
        if waiting:
            connection.execute(sa.insert(into), waiting)


def read(engine: Engine, at: Coordinate) -> Any:
    """The row of an XCom, as the database has it now."""
    columns = row_tables(engine)[0].columns
    names = ("dag_id", "run_id", "task_id", "map_index", "key")
    where = [columns[name] == value for name, value in _identity(at).items() if name in names]
    with engine.connect() as connection:
        (text,) = connection.execute(sa.select(sa.cast(columns["value"], sa.Text())).where(*where)).one()
    return json.loads(text)


def _values(one: Planted) -> dict[str, Any]:
    run = crc32(f"{one.at.dag_id}\n{one.at.run_id}".encode()) & 0x7FFFFFFF
    return {**_identity(one.at), "dag_run_id": run, "value": one.row, "timestamp": one.timestamp}


def _identity(at: Coordinate) -> dict[str, Any]:
    index = -1 if at.map_index is None else at.map_index
    return {"dag_id": at.dag_id, "run_id": at.run_id, "task_id": at.task_id, "map_index": index, "key": at.key}
