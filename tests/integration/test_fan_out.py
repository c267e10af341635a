"""Many mapped tasks pull one value, from an S3 server and through the read cache of their worker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from .airflow_env import Airflow
from .fan_out import Counting, counting

TASKS, MEGABYTES = 12, 20


class Fanned(NamedTuple):
    server: Counting
    size: int
    copies: list[Path]


@pytest.fixture(scope="module")
def fanned(airflow: Airflow) -> Iterator[Fanned]:
    """A run that has succeeded: each task compares what it pulled. Its rows go again: their objects are not here."""
    with counting() as server:
        connection = json.loads(server.store.connect(server.store.endpoint))
        far = {**connection, "connection_id": "far", "extra": json.dumps(connection["extra"])}
        airflow.request("POST", "/connections", far)
        run_id = airflow.trigger("fan_out", {"tasks": TASKS, "megabytes": MEGABYTES})
        airflow.succeed("fan_out", run_id)
        [size] = [row.body["size"] for row in airflow.rows("fan_out") if row.body and "size" in row.body]
        copies = [path for path in (airflow.home / "cache").rglob("*") if path.is_file()]
        yield Fanned(server, size, copies)
        airflow.request("DELETE", f"/dags/fan_out/dagRuns/{run_id}")


def test_what_many_tasks_pull_leaves_the_store_once(fanned: Fanned) -> None:
    """All other tasks have asked for its last byte."""
    assert fanned.size >= MEGABYTES * 1_000_000
    assert fanned.server.sent("fan_out").bytes == fanned.size + TASKS - 1


def test_an_encrypted_value_is_encrypted_on_the_disk_of_the_worker(fanned: Fanned) -> None:
    """The one copy is the object, byte for byte."""
    [copy] = fanned.copies
    client = fanned.server.store.client()
    [found] = client.list_objects_v2(Bucket="xcom")["Contents"]
    assert found["Key"].endswith(".enc")
    assert client.get_object(Bucket="xcom", Key=found["Key"])["Body"].read() == copy.read_bytes()
