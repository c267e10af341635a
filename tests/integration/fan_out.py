"""Fan-out, measured: how often a value leaves its store that many mapped tasks of one worker pull.

    python -m tests.integration.fan_out --tasks 200 --megabytes 100

starts an Airflow with four tasks at a time and a real S3 server, and prints what the store sent and how long the
mapped tasks took, without the read cache and with it.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.servers import ceph

from .airflow_env import HERE, Airflow

PATH = "common_io__xcom_objectstorage_path"
_GOT = re.compile(r'"operation":"get_obj","uri":"(?P<uri>[^"]*)".*?"bytes_sent":(?P<sent>\d+)')
"""In the server's notes, where two may share a line."""


@dataclass(frozen=True)
class Sent:
    """What a store sent of one dag's objects."""

    requests: int
    bytes: int


@dataclass(frozen=True)
class Counting:
    """An S3 server that notes each request when it is done with it."""

    store: ceph.Bucket
    noted: Path

    def sent(self, dag_id: str) -> Sent:
        """Up to now."""
        found = _GOT.finditer(self.noted.read_text())
        counts = [int(one["sent"]) for one in found if f"/{dag_id}/" in one["uri"]]
        return Sent(len(counts), sum(counts))


@contextmanager
def counting() -> Iterator[Counting]:
    """A server of its own."""
    with tempfile.TemporaryDirectory(prefix="fan-out-") as folder:
        noted = Path(folder, "requests")
        noted.touch()
        options = ("rgw enable ops log = true", "rgw ops log rados = false", f"rgw ops log file path = {noted}")
        with ceph.s3("xcom", *options) as store:
            yield Counting(store, noted)


def seconds(airflow: Airflow) -> float:
    """From the start of the first mapped task to the end of the last."""
    with closing(airflow.connect()) as database:
        query = "SELECT MIN(start_date), MAX(end_date) FROM task_instance WHERE task_id = 'pull'"
        start, end = map(datetime.fromisoformat, database.execute(query).fetchone())
    return (end - start).total_seconds()


def measure(tasks: int, megabytes: int, *, cache: bool) -> tuple[Sent, float]:
    """What the store sent, and the seconds of the mapped tasks."""
    with counting() as server, tempfile.TemporaryDirectory(prefix="fan-out-") as folder, server.store.reachable():
        home = Path(folder)
        (home / "dags").mkdir()
        shutil.copy(HERE / "dags" / "fan_out.py", home / "dags")
        options = {"xcom_toolkit__cache_dir": str(home / "cache")} if cache else {}
        options = {"core__dags_folder": str(home / "dags"), PATH: server.store.path, **options}
        airflow = Airflow(home, common_io__xcom_objectstorage_threshold="2000", **options)
        airflow.env.update(server.store.environment)
        try:
            airflow.start()
            run_id = airflow.trigger("fan_out", {"tasks": tasks, "megabytes": megabytes})
            assert airflow.wait("fan_out", run_id, seconds=1800) == "success", airflow.logs("fan_out")[-8000:]
            return server.sent("fan_out"), seconds(airflow)
        finally:
            airflow.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--megabytes", type=int, default=100)
    asked = parser.parse_args()
    print(f"{asked.tasks} mapped tasks pull the same {asked.megabytes} MB, four at a time")
    for cache in (False, True):
        sent, took = measure(asked.tasks, asked.megabytes, cache=cache)
        name = "with the cache" if cache else "without a cache"
        print(
            f"{name}: {sent.bytes / 1e6:,.1f} MB left the store in {sent.requests:,} requests; {took:.0f} s", flush=True
        )


if __name__ == "__main__":
    main()
