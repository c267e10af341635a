"""A DataFrame as an XCom fills Airflow's database, run after run; a path to a file, or a reference, does not.

The same 20,000 orders go three ways, and `measure` compares them:

- `by_value` is the **anti-pattern**: the DataFrame in Airflow's default backend. Airflow writes it as Parquet, as
  hexadecimal text (two characters for each byte), into one row of the metadata database.
- `by_path` is the **cure that needs no toolkit**: the task writes a Parquet file to object storage and returns where it
  is. `read_path` opens it, and reads one column.
- `by_reference` is the **cure that leaves dags as they are**: with `ToolkitXComBackend` the task pushes the DataFrame,
  and the backend puts it into the store and a reference into the row. It deletes the object when the row is deleted;
  the file of `by_path` is yours to delete.
- `measure` writes the rows of one day of hourly runs into a SQLite file, a stand-in for the metadata database, and
  compares how large it gets.

**Look for** the XCom of `measure`: bytes of each row, bytes of the database after 24 runs, and how many times smaller
the cure is. It is more than 100 times, and what is not seen here counts as well: a large row goes through the API
server and through the supervisor of each task that pushes or pulls it, and into each backup of the database.

**Needs** `pandas` and `pyarrow` (`pip install 'airflow-xcom-toolkit[pandas]'`), and the options `[common.io]
xcom_objectstorage_path` and `xcom_objectstorage_threshold`: a bucket, or a folder; in the project's tests a bucket on
Ceph. The file of `by_path` goes into a local folder, `exports` of `AIRFLOW_HOME`, which stands in for a bucket.

**With Airflow's default backend** all is the same: each task names the backend that it shows.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import ObjectStoragePath, dag, task
from airflow.sdk.bases.xcom import BaseXCom

from airflow_xcom_toolkit import ToolkitXComBackend

if TYPE_CHECKING:
    import pandas as pd

HOME = Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser()
EXPORTS = ObjectStoragePath(f"file://{HOME}/exports")  # On several machines a bucket: s3://my_conn@my-bucket/exports
RUNS = 24


def load_orders() -> pd.DataFrame:
    """Numbers that are the same each time, and hard to compress, as real ones are."""
    import pandas as pd

    numbers = range(20_000)
    customers = [number * 7_919 % 1_000_003 for number in numbers]
    totals = [number * 31 % 9_973 / 100 for number in numbers]
    return pd.DataFrame({"order": numbers, "customer": customers, "total": totals})


def xcom_of(ti: Any, task_id: str) -> dict[str, Any]:
    return {"key": "orders", "dag_id": ti.dag_id, "task_id": task_id, "run_id": ti.run_id}


@task
def by_value(ti: Any = None) -> None:
    """As ``return load_orders()`` does with Airflow's default backend."""
    BaseXCom.set(value=load_orders(), **xcom_of(ti, "by_value"))


@task
def by_path(ti: Any = None) -> str:
    """The same path at a second try, so that nothing is left behind."""
    path: Any = EXPORTS / ti.dag_id / ti.run_id / "orders.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        load_orders().to_parquet(file)
    return str(path)


@task
def by_reference(ti: Any = None) -> None:
    """As ``return load_orders()`` does with ``ToolkitXComBackend``."""
    ToolkitXComBackend.set(value=load_orders(), **xcom_of(ti, "by_reference"))


@task
def read_path(path: str) -> float:
    """Only what is needed of the file, and the file is deleted."""
    import pandas as pd

    stored: Any = ObjectStoragePath(path)
    with stored.open("rb") as file:
        total = pd.read_parquet(file, columns=["total"])["total"].sum()
    stored.unlink()
    return round(float(total), 2)


@task
def read_reference(ti: Any = None) -> float:
    """A pull like any other."""
    orders = ToolkitXComBackend.get_one(**xcom_of(ti, "by_reference"))
    return round(float(orders["total"].sum()), 2)


@task(multiple_outputs=False)
def measure(path: str, ti: Any = None) -> dict[str, Any]:
    """The rows as they are in Airflow's database now."""
    rows = {
        "value": json.dumps(ToolkitXComBackend.get_row(**xcom_of(ti, "by_value"))),
        "path": json.dumps(path),
        "reference": json.dumps(ToolkitXComBackend.get_row(**xcom_of(ti, "by_reference"))),
    }
    databases = {name: database_bytes(row) for name, row in rows.items()}
    for name, row in rows.items():
        print(f"by {name}: {len(row):,} bytes a row, {databases[name]:,} bytes of database after {RUNS} runs")
    return {
        "bytes of a row": {name: len(row) for name, row in rows.items()},
        f"bytes after {RUNS} runs": databases,
        "times smaller": {name: len(rows["value"]) // len(rows[name]) for name in ("path", "reference")},
    }


def database_bytes(row: str) -> int:
    """How large a database gets with a day of such rows."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "day.db")
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("CREATE TABLE xcom (run INTEGER, value JSON)")
            database.executemany("INSERT INTO xcom VALUES (?, ?)", [(run, row) for run in range(RUNS)])
        return file.stat().st_size


@dag(
    "07_08_01_large_data_in_xcom",
    schedule=None,
    tags=["reference", "core", "intermediate", "anti-pattern"],
    doc_md=__doc__,
)
def large_data_in_xcom() -> None:
    path, reference = by_path(), by_reference()
    read_path(path)
    reference >> read_reference()
    [by_value(), reference] >> measure(path)


large_data_in_xcom()
