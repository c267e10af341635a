"""A deployment with very many XComs: encrypted values, with objects and in rows, plain JSON; and orphans."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.fernet import Fernet
from sqlalchemy.engine import Engine

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.pipeline import Pipeline
from tests.operations.planted import Planted, plant
from tests.pipelines import pipeline

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
THRESHOLD = 1000
PLAIN_SHARE = 3
"""One row of so many is plain JSON, of those without an object."""
BATCH = 2000
AGE = 3 * 86400
"""Seconds since the objects on local files were written, as far as their times say."""


@dataclass(frozen=True)
class Population:
    """What was planted: the keys of objects that rows refer to, of those that none does, and how values are made."""

    pipeline: Pipeline
    referenced: set[str] = field(default_factory=set, repr=False)
    orphans: set[str] = field(default_factory=set, repr=False)


def populate(
    engine: Engine, store: Any, rows: int, objects: int, orphans: int, say: Callable[[str], None]
) -> Population:
    """``store`` is a local folder, or the path of a bucket."""
    found = Population(writer(store, OLD))
    referring = objects - orphans
    with ThreadPoolExecutor(8) as threads:
        for batch in _batches(_coordinates(rows), BATCH):
            planted = list(threads.map(lambda one: _row(found.pipeline, *one, offloads=one[1] < referring), batch))
            plant(engine, planted)
            found.referenced.update(key for one in planted if (key := key_of(one.row)))
            say(f"{batch[-1][1] + 1:,} of {rows:,} rows")
        lost = threads.map(lambda n: key_of(found.pipeline.push(large(n), orphan_at(n))), range(orphans))
        found.orphans.update(key for key in lost if key)
    if isinstance(store, Path):
        backdate(store)
    return found


def writer(store: Any, *keys: str) -> Pipeline:
    """Puts values above a kilobyte into the store, all encrypted with the first key."""
    from airflow_xcom_toolkit.placement import ObjectPlacement
    from airflow_xcom_toolkit.settings import _open_path

    url = store.as_uri() if isinstance(store, Path) else store
    placement = ObjectPlacement({"default": url}, _open_path, threshold=THRESHOLD, attempts=3)
    return pipeline(url, keys=keys, placement=placement)


def large(number: int) -> Any:
    """A value that goes to the store."""
    return {"n": number, "array": np.arange(number % 7, 200.0 + number % 7)}


def small(number: int) -> Any:
    """A value that stays in its row."""
    return {"n": number, "pair": (number, str(number))}


def value_of(number: int, referring: int) -> Any:
    """That of the XCom with this number, of which the first ``referring`` have objects."""
    if number < referring:
        return large(number)
    return {"n": number, "control": "flow"} if number % PLAIN_SHARE == 0 else small(number)


def coordinate(number: int) -> Coordinate:
    """Of twenty dags with a run of a hundred XComs each in turn, ten of a task."""
    dag, run = number // 100 % 20, number // 2000
    key = "return_value" if number % 2 else "extra value"
    return Coordinate(f"dag_{dag:02}", f"scheduled__{run:05}", f"task_{number % 100 // 10}", number % 10, key)


def orphan_at(number: int) -> Coordinate:
    """Whose object it was: of a dag that is there, or of one that is gone."""
    dag = "gone" if number % 4 == 0 else f"dag_{number % 20:02}"
    return Coordinate(dag, f"scheduled__{number // 50:05}", "task_0", -1, "return_value")


def key_of(row: Any) -> str | None:
    """The key of the object that a row refers to."""
    data = row.get("__data__") if isinstance(row, dict) else None
    return (data.get("body") or {}).get("key") if isinstance(data, dict) else None


def backdate(store: Path) -> None:
    """As if everything in the folder had been written some days ago."""
    then = time.time() - AGE
    for folder, _, names in os.walk(store):
        for name in names:
            os.utime(os.path.join(folder, name), (then, then))


def _row(pipeline: Pipeline, at: Coordinate, number: int, *, offloads: bool) -> Planted:
    if offloads:
        return Planted(at, pipeline.push(large(number), at))
    value = value_of(number, 0)
    return Planted(at, value if "control" in value else pipeline.push(value, at))


def _coordinates(rows: int) -> Iterator[tuple[Coordinate, int]]:
    return ((coordinate(number), number) for number in range(rows))


def _batches(found: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while batch := list(islice(found, size)):
        yield batch
