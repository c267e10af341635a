"""Tasks that push while a command runs: objects, then rows; overwritten, retried and deleted, as Airflow does it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from sqlalchemy.engine import Engine

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.pipeline import Pipeline
from tests.operations.planted import Planted, plant

from .population import key_of, large


@dataclass
class Pushed:
    """What was pushed meanwhile: each XCom's row, and the keys of the objects that they refer to."""

    rows: dict[Coordinate, Any] = field(default_factory=dict)
    failure: BaseException | None = None

    @property
    def keys(self) -> set[str]:
        return {key for row in self.rows.values() if (key := key_of(row))}


@contextmanager
def pushing(engine: Engine, pipeline: Pipeline, run_id: str) -> Iterator[Pushed]:
    """While this is open, a task pushes one value after another."""
    pushed, ended = Pushed(), threading.Event()

    def push() -> None:
        number = 0
        try:
            while not ended.is_set():
                at = Coordinate("dag_00", run_id, "task_0", number, "return_value")
                row = pipeline.push(large(number), at)
                plant(engine, [Planted(at, row, datetime.now(timezone.utc))])
                pushed.rows[replace(at)] = row
                number += 1
        except BaseException as e:
            pushed.failure = e

    thread = threading.Thread(target=push)
    thread.start()
    try:
        yield pushed
    finally:
        ended.set()
        thread.join()
    if pushed.failure is not None:
        raise pushed.failure
