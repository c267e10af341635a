"""Values that are too large for XComs: a limit that refuses them, a database that is full, and the data kept outside.

The value is a list of 20,000 orders, almost 1 MB as JSON. **Airflow has no limit of its own** for XComs: its
default backend makes a row of any size, and what stops you is the database, or a task that times out.

- `push_all` pushes the list where a limit of 100,000 bytes is set, and **fails** with the toolkit's
  `ValueTooLargeError`. Nothing was written. The limit is an option, `[xcom_toolkit] max_value_bytes`, or fixed by a
  backend of your own, as `LimitedXCom` here.
- `write_file` runs because that task failed (`trigger_rule="one_failed"`): it writes the orders to a **file in object
  storage** and passes its path. `read_file` opens it and reads. So the run ends in success.
- `fill_database` shows the **error of a database**, a real one: a SQLite file that may grow to 400 kB gets the row that
  Airflow would write, and says `OperationalError: database or disk is full`. It stands in for Airflow's own database,
  which no task may fill, nor even reach. Each kind has a limit of its own: MySQL takes no statement above
  `max_allowed_packet`, PostgreSQL no text above 256 MB in its JSON, SQLite no value above 1 GB.
- `offload` gives the same list to `ToolkitXComBackend`. It keeps large values in the store and a reference in the
  row, so the row fits into the same small database.

**Look for** the sizes in the XComs of `fill_database` and `offload`, and the message in the log of `push_all`.

**Needs** for `offload` the options `[common.io] xcom_objectstorage_path` and `xcom_objectstorage_threshold`. The path
is a bucket, or a folder (`file:///srv/airflow/xcom`); in the project's tests a bucket on Ceph. The file of `write_file`
goes into a local folder, `exports` of `AIRFLOW_HOME`, which stands in for a bucket: see `EXPORTS` below.

**With Airflow's default backend** all is the same: the backends of the toolkit are named in the tasks.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from airflow.sdk import ObjectStoragePath, dag, task
from airflow.sdk.bases.xcom import BaseXCom

from airflow_xcom_toolkit import SerdeXComBackend, ToolkitXComBackend

HOME = Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser()
EXPORTS = ObjectStoragePath(f"file://{HOME}/exports")  # On several machines a bucket: s3://my_conn@my-bucket/exports
LIMIT = 100_000
PAGES = 100  # Of 4,096 bytes each: how far the small database may grow.


class LimitedXCom(SerdeXComBackend):
    """In a module of yours it could be Airflow's ``[core] xcom_backend``."""

    @classmethod
    def settings(cls) -> Any:
        return replace(super().settings(), max_value_bytes=LIMIT)


def orders() -> list[dict[str, Any]]:
    return [{"order": number, "item": "lamp", "total": number % 90 + 0.5} for number in range(20_000)]


def insert(row: str) -> str:
    """What a database says that has no more room than ``PAGES``."""
    with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder, "small.db"))) as database:
        database.execute("CREATE TABLE xcom (key TEXT, value JSON)")
        database.execute(f"PRAGMA max_page_count = {PAGES}")
        try:
            database.execute("INSERT INTO xcom VALUES ('orders', ?)", [row])
        except sqlite3.Error as error:
            return f"{type(error).__name__}: {error}"
        return "inserted"


@task
def push_all(ti: Any = None) -> None:
    """As ``return orders()`` does where that backend is configured."""
    LimitedXCom.set(key="orders", value=orders(), dag_id=ti.dag_id, task_id=ti.task_id, run_id=ti.run_id)


@task(trigger_rule="one_failed")
def write_file(ti: Any = None) -> ObjectStoragePath:
    """One file for each run: a second try writes the same one again."""
    path: ObjectStoragePath = EXPORTS / ti.dag_id / ti.run_id / "orders.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(orders()))
    return path


@task(multiple_outputs=False)
def read_file(path: ObjectStoragePath) -> dict[str, float]:
    """What arrived was the path; the orders come from the store."""
    found = json.loads(path.read_text())
    path.unlink()
    return {"orders": len(found), "total": sum(order["total"] for order in found)}


@task(multiple_outputs=False)
def fill_database() -> dict[str, Any]:
    """The row of the default backend."""
    row = json.dumps(BaseXCom.serialize_value(orders()))
    return {"bytes": len(row), "database": insert(row)}


@task(multiple_outputs=False)
def offload(ti: Any = None) -> dict[str, Any]:
    """The row of the toolkit, as it is in Airflow's own database now, fits into the small one, too."""
    at = {"key": "orders", "dag_id": ti.dag_id, "task_id": ti.task_id, "run_id": ti.run_id}
    ToolkitXComBackend.set(value=orders(), **at)
    row = json.dumps(ToolkitXComBackend.get_row(**at))
    return {"bytes": len(row), "database": insert(row), "is the same": ToolkitXComBackend.get_one(**at) == orders()}


@dag(
    "07_06_03_xcom_size_errors",
    schedule=None,
    tags=["reference", "core", "beginner", "failure"],
    doc_md=__doc__,
)
def xcom_size_errors() -> None:
    path = write_file()
    push_all() >> path
    read_file(path)
    fill_database()
    offload()


xcom_size_errors()
