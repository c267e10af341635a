"""What a backend costs: microseconds for a small value, megabytes a second for a large one, and bytes in the database.

All backends get the same values in the same process, and bare `json` beside them shows what the work costs without
any. A push is timed from the value to the text that goes into the database, with the object in the store where there
is one; a pull is timed back again. Of several rounds the best one counts.

- `latency` takes an order of 100 bytes. Beside the backends, `through_airflow` is a whole `set` and `get_one`: from
  the task to the API server, into the database and back.
- `throughput` takes 20,000 orders, 1 MB of JSON.
- `bench` runs the toolkit's own command in its shortest form. Without `--quick` and `--only`, it measures your
  backend on your store against the bare libraries, in three minutes; `--json` and `--plot` keep what it found.
- `compare` puts all into one table, in its log.

**Look for** the table in the log of `compare`, and the ratio `through_airflow_by_backend` in its XCom: for a small
value, the way through Airflow takes **a thousand times as long** as the backend does, and more beside other tasks; so
choose by what is kept and not by microseconds. Then for `row_bytes` of the large value in the XCom of `throughput`: 1
MB in the database, for each run, 40 % more when it is encrypted there, and some 400 bytes with
`ThresholdXComBackend`, whose times have the way to the store and back in them. `bench` gives the toolkit's time as a
multiple of that of Airflow's own backend, for 100 bytes: 1.2 to 1.5.

Seconds are those of one machine, and differ from run to run; ratios hold better.

**Needs** `[common.io] xcom_objectstorage_path` and `xcom_objectstorage_threshold` (4096, for instance), and a key in
`[xcom_toolkit] fernet_keys`. In the project's tests the store is Ceph, a real S3 server on the same machine.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from tempfile import TemporaryDirectory
from time import perf_counter
from types import SimpleNamespace
from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.bases.xcom import BaseXCom

from airflow_xcom_toolkit import FernetXComBackend, SerdeXComBackend, ThresholdXComBackend

BENCH = ["bench", "--quick", "--repeat", "1", "--only", "small", "--json", "-"]
SUBJECT = ["--backend", "airflow_xcom_toolkit.ToolkitXComBackend"]
ORDER = {
    "id": 1001,
    "item": "nut M8",
    "price": 0.25,
    "paid": True,
    "by": "shop",
    "note": "leave it at the door",
}


class BareJson(BaseXCom):
    """No backend at all: the value is the row."""

    @staticmethod
    def serialize_value(value: Any, **xcom: Any) -> Any:
        return value

    @staticmethod
    def deserialize_value(result: Any) -> Any:
        return result.value


BACKENDS: list[Any] = [BareJson, BaseXCom, SerdeXComBackend, FernetXComBackend, ThresholdXComBackend]


def own(ti: Any, key: str) -> dict[str, Any]:
    """An XCom of this task."""
    return {"key": key, "dag_id": ti.dag_id, "task_id": ti.task_id, "run_id": ti.run_id, "map_index": ti.map_index}


def measured(backend: Any, value: Any, xcom: dict[str, Any], rounds: int) -> dict[str, Any]:
    """The best times of push and pull, in milliseconds, and the bytes of the row. Nothing of it stays."""
    pushes, pulls = [], []
    for _ in range(rounds):
        start = perf_counter()
        text = json.dumps(backend.serialize_value(value, **xcom))
        pushed = perf_counter()
        row = SimpleNamespace(value=json.loads(text))
        back = backend.deserialize_value(row)
        pulled = perf_counter()
        assert back == value
        backend.purge(row)
        pushes.append(pushed - start)
        pulls.append(pulled - pushed)
    return {"push_ms": min(pushes) * 1000, "pull_ms": min(pulls) * 1000, "row_bytes": len(text)}


def all_measured(value: Any, xcom: dict[str, Any], rounds: int) -> dict[str, dict[str, Any]]:
    """By backend. The line that the toolkit logs for each push and pull is left out, or logging would be measured."""
    logging.getLogger("airflow_xcom_toolkit.values").setLevel(logging.WARNING)
    return {backend.__name__: measured(backend, value, xcom, rounds) for backend in BACKENDS}


@task(multiple_outputs=False)
def latency(ti: Any = None) -> dict[str, Any]:
    """A small value: by each backend alone, and through all of Airflow."""
    xcom = own(ti, "order")
    times = []
    for _ in range(5):
        start = perf_counter()
        BaseXCom.set(value=ORDER, **xcom)
        assert BaseXCom.get_one(**xcom) == ORDER
        times.append(perf_counter() - start)
    BaseXCom.delete(**xcom)
    return {**all_measured(ORDER, xcom, rounds=50), "through_airflow": {"both_ms": min(times) * 1000}}


@task(multiple_outputs=False)
def throughput(ti: Any = None) -> dict[str, Any]:
    """A large value, by each backend."""
    orders = [{"id": number, "item": "nut M8", "price": 0.25} for number in range(20_000)]
    return all_measured(orders, own(ti, "orders"), rounds=2)


@task(multiple_outputs=False)
def bench() -> dict[str, float]:
    """What the command measured: how many times as long as with Airflow's own backend it takes."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "airflow_xcom_toolkit", *BENCH, *SUBJECT, "--path", f"file://{folder}"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    lines = json.loads(done.stdout)["suites"][0]["lines"]
    return {line["work"]: line["ratio"] for line in lines if line["way"] == "toolkit" and line["ratio"]}


@task(multiple_outputs=False)
def compare(small: Any, large: Any, ratios: Any) -> dict[str, Any]:
    """Prints the table. Returns ratios, which say more than seconds."""
    print("| backend | small: push, pull | large: push, pull | large: bytes in the database |")
    megabytes = large["BareJson"]["row_bytes"] / 1e6
    for name in large:
        one, other = small[name], large[name]
        speeds = [megabytes / (other[way] / 1000) for way in ("push_ms", "pull_ms")]
        print(
            f"| {name} | {one['push_ms'] * 1000:.0f} µs, {one['pull_ms'] * 1000:.0f} µs "
            f"| {speeds[0]:.0f} MB/s, {speeds[1]:.0f} MB/s | {other['row_bytes']:,} |"
        )
    own_share = small["SerdeXComBackend"]["push_ms"] + small["SerdeXComBackend"]["pull_ms"]
    return {
        "through_airflow_by_backend": round(small["through_airflow"]["both_ms"] / own_share, 1),
        "push_by_bare_json": by_bare_json(large, "push_ms"),
        "pull_by_bare_json": by_bare_json(large, "pull_ms"),
        "by_the_command": ratios,
    }


def by_bare_json(times: dict[str, dict[str, Any]], way: str) -> dict[str, float]:
    """How many times as long as the work without any backend."""
    return {name: round(found[way] / times["BareJson"][way], 2) for name, found in times.items()}


@dag(
    "07_03_05_xcom_backend_performance",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_backend_performance() -> None:
    compare(latency(), throughput(), bench())


xcom_backend_performance()
