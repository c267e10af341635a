"""Proves the operations at scale, and measures them.

    python -m tests.operations.scale --database postgresql --store s3
    python -m tests.operations.scale --database sqlite --store local --rows 20000 --objects 10000

makes rows and objects, then: ``audit``; ``gc`` beside a task that pushes, killed and started again; ``rotate``, killed
again and again; ``migrate`` to what Airflow's own backend reads, and back. It prints seconds and memory of each.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from operator import lt
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine

from airflow_xcom_toolkit.cli import words
from airflow_xcom_toolkit.compat import serde
from airflow_xcom_toolkit.metadata import RowStore, Selection
from tests.operations.databases import KINDS, connected, database
from tests.servers import ceph

from . import processes
from .population import NEW, OLD, THRESHOLD, Population, populate, value_of, writer
from .pushing import pushing

MOST_MEMORY = 300_000_000
SAMPLE = 2000
KILLS = 5


@dataclass(frozen=True)
class Place:
    """Where it happens. ``store`` is a local folder, or the path of a bucket."""

    engine: Engine
    store: Any
    environment: Mapping[str, str]
    keys: Callable[[], set[str]]
    has: Callable[[str], bool]

    def with_keys(self, *keys: str) -> dict[str, str]:
        return {**self.environment, "AIRFLOW__XCOM_TOOLKIT__FERNET_KEYS": ",".join(keys)}


@dataclass(frozen=True)
class Sizes:
    rows: int
    objects: int

    @property
    def orphans(self) -> int:
        return self.objects // 10

    @property
    def referring(self) -> int:
        return self.objects - self.orphans


def main(options: argparse.Namespace) -> None:
    sizes = Sizes(options.rows, options.objects)
    with _place(options.database, options.store) as place:
        start = time.monotonic()
        found = populate(place.engine, place.store, sizes.rows, sizes.objects, sizes.orphans, say)
        print(f"made {sizes.rows:,} rows and {sizes.objects:,} objects in {time.monotonic() - start:.0f} s", flush=True)
        for part in options.only or PARTS:
            PARTS[part](place, found, sizes)


def audits(place: Place, found: Population, sizes: Sizes) -> None:
    told("audit", processes.run(place.with_keys(OLD), "audit", "--json").must())


def collects(place: Place, found: Population, sizes: Sizes) -> None:
    """Finds the planted orphans and nothing else, beside a task that pushes, also when killed and started again."""
    grace = ("--grace", "24h") if isinstance(place.store, Path) else ("--grace", "60s", "--allow-short-grace")
    if not isinstance(place.store, Path):
        time.sleep(61)
    environment = place.with_keys(OLD)
    told("gc, report", processes.run(environment, "gc", "--json", *grace).must())
    assert place.keys() == found.referenced | found.orphans, "a report deleted something"
    with pushing(place.engine, writer(place.store, OLD), "manual__meanwhile") as pushed:
        watched = random.Random(0).sample(sorted(found.orphans), min(50, len(found.orphans)))
        killed = processes.run(environment, "gc", "--delete", "--json", *grace, kill_when=_any_gone(place, watched))
        told("gc --delete, killed", killed.must(-9, 0))
        before = pushed.keys  # Listing takes a while, in which more are pushed.
        check_collected(place.keys(), found, before, done=False)
        told("gc --delete, started again", processes.run(environment, "gc", "--delete", "--json", *grace).must())
    check_collected(place.keys(), found, pushed.keys, done=True)
    for at, row in pushed.rows.items():
        assert found.pipeline.pull(row, at).value["n"] == at.map_index
    say(f"{len(pushed.rows):,} values were pushed meanwhile")
    found.referenced.update(pushed.keys)


def _any_gone(place: Place, keys: list[str]) -> Callable[[float], bool]:
    """Whether one of them is deleted: then the command is in the middle of it."""
    turn = itertools.cycle(keys)
    return lambda seconds: not all(place.has(next(turn)) for _ in range(5))


def check_collected(keys: set[str], found: Population, pushed: set[str], *, done: bool) -> None:
    missing = (found.referenced | pushed) - keys
    assert not missing, f"{len(missing)} objects that rows refer to are gone, such as {min(missing)}"
    left = keys & found.orphans
    say(f"{len(left):,} of {len(found.orphans):,} orphans are left")
    assert not (done and left), f"{len(left)} orphans are left, such as {min(left)}"


def rotates(place: Place, found: Population, sizes: Sizes) -> None:
    """Killed again and again, each row opens with the two keys; in the end with the new one alone."""
    environment = place.with_keys(NEW, OLD)
    before = place.keys()
    for kill in range(KILLS):
        ended = processes.run(environment, "rotate", "--json", kill_when=partial(lt, 4.5 + 1.5 * kill))
        told(f"rotate, killed ({kill + 1})", ended.must(-9, 0))
        check_values(place, sizes, writer(place.store, NEW, OLD))
    told("rotate, started again", processes.run(environment, "rotate", "--json").must())
    check_values(place, sizes, writer(place.store, NEW))
    assert place.keys() == before, "rotation touched objects"
    told("rotate --check", processes.run(environment, "rotate", "--check", "--json").must())


def migrates(place: Place, found: Population, sizes: Sizes) -> None:
    """To what Airflow's own backend reads, and back; each value is equal."""
    environment = place.with_keys(NEW, OLD)
    back = ("migrate", "--to", "base", "--decrypt", "--grace", "5s", "--json")
    told("migrate --to base", processes.run(environment, *back).must())
    reader = replace(writer(place.store, NEW, OLD), foreign_load=serde().deserialize)
    check_values(place, sizes, reader)
    again = ("migrate", "--to", "configured", "--grace", "5s", "--json")
    told("migrate --to configured", processes.run(environment, *again).must())
    check_values(place, sizes, reader)


PARTS = {"audit": audits, "gc": collects, "rotate": rotates, "migrate": migrates}


def check_values(place: Place, sizes: Sizes, pipeline: Any) -> None:
    """Reads some of the values, all over the table."""
    wanted = random.Random(sizes.rows).sample(range(sizes.rows), min(SAMPLE, sizes.rows))
    numbers = {_identity(number): number for number in wanted}
    checked = 0
    for row in RowStore(place.engine).scan(Selection(run="scheduled__*")):
        number = numbers.get((row.at.dag_id, row.at.run_id, row.at.task_id, row.at.map_index, row.at.key))
        if number is not None:
            _check_equal(pipeline.pull(row.value, row.at).value, value_of(number, sizes.referring))
            checked += 1
    assert checked == len(wanted), f"{checked} of {len(wanted)} rows are there"
    say(f"{checked:,} values read and compared")


def _identity(number: int) -> tuple[Any, ...]:
    from .population import coordinate

    at = coordinate(number)
    return (at.dag_id, at.run_id, at.task_id, at.map_index, at.key)


def _check_equal(one: Any, other: Any) -> None:
    import numpy as np

    assert type(one) is type(other)
    assert one.keys() == other.keys()
    for name in one:
        assert np.array_equal(one[name], other[name]), name


def told(what: str, ended: processes.Ended) -> None:
    memory = "" if ended.peak < MOST_MEMORY else "  OVER 300 MB"
    print(f"{what:28}  {ended.seconds:7.1f} s  {words.size(ended.peak):>8}{memory}", flush=True)


def say(text: str) -> None:
    print(f"    {text}", file=sys.stderr, flush=True)


@contextmanager
def _place(kind: str, store: str) -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="scale-") as name:
        folder = Path(name)
        with database(kind, folder) as url:
            common = {
                **os.environ,
                "AIRFLOW_HOME": str(folder / "airflow"),
                "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
                "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url,
                "AIRFLOW__CORE__XCOM_BACKEND": "airflow_xcom_toolkit.ToolkitXComBackend",
                "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD": str(THRESHOLD),
            }
            engine = connected(url)
            with _local(folder) if store == "local" else _s3() as (where, variables, keys, has):
                path = where.as_uri() if isinstance(where, Path) else where
                environment = {**common, **variables, "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH": path}
                yield Place(engine, where, environment, keys, has)
            engine.dispose()


Opened = tuple[Any, dict[str, str], Callable[[], set[str]], Callable[[str], bool]]


@contextmanager
def _local(folder: Path) -> Iterator[Opened]:
    store = folder / "store"
    store.mkdir()

    def keys() -> set[str]:
        return {str(file.relative_to(store)) for file in store.rglob("*") if file.is_file()}

    yield store, {}, keys, lambda key: (store / key).exists()
    shutil.rmtree(store)


@contextmanager
def _s3() -> Iterator[Opened]:
    with ceph.s3() as bucket, bucket.reachable():
        client = bucket.client()

        def keys() -> set[str]:
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket.bucket)
            return {one["Key"].removeprefix("xcom/") for page in pages for one in page.get("Contents", ())}

        def has(key: str) -> bool:
            found = client.list_objects_v2(Bucket=bucket.bucket, Prefix=f"xcom/{key}", MaxKeys=1)
            return bool(found.get("Contents"))

        yield bucket.path, dict(bucket.environment), keys, has


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.operations.scale", description=__doc__.partition("\n")[0])
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--store", choices=("local", "s3"), default="local")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--objects", type=int, default=100_000)
    parser.add_argument("--only", action="append", choices=list(PARTS), help="this part alone; may be given again")
    main(parser.parse_args())
