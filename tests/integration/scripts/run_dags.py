"""Runs the dags that are named on the Airflow of this interpreter, then prints what the rows of its database give."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from airflow.sdk import DAG

from airflow_xcom_toolkit import ToolkitXComBackend
from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration.loop_dags.loops import DAGS, iteration
from tests.integration.scripts import answer


def run(made: DAG, database: Path) -> dict[str, Any]:
    """The state of a run, and its rows with what the backend reads from them."""
    found = made.test()
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(_query(connection), (made.dag_id, found.run_id)).fetchall()
    return {"state": str(found.state.value), "rows": [_described(*row) for row in rows]}


def _query(connection: sqlite3.Connection) -> str:
    """Airflow 3.4 has a table of its own for XComs, which refers to task instances by id."""
    columns = "SELECT task_instance.task_id, xcom_v2.key, xcom_v2.value FROM xcom_v2 JOIN task_instance "
    newer = (
        columns + "ON xcom_v2.task_instance_id = task_instance.id WHERE dag_id = ? AND run_id = ? ORDER BY xcom_v2.id"
    )
    older = "SELECT task_id, key, value FROM xcom WHERE dag_id = ? AND run_id = ?"
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    return newer if "xcom_v2" in tables else older


def _described(task_id: str, key: str, text: str) -> dict[str, Any]:
    row = json.loads(text)
    value = ToolkitXComBackend.load_value(row)
    index = value["index"] if isinstance(value, dict) and "index" in value else None
    if index is not None:
        assert_same(value, iteration(index))
    return {"task": task_id, "key": key, "row": row, "index": index, "value": repr(value)[:40]}


if __name__ == "__main__":
    home, wanted = Path(sys.argv[1]), sys.argv[2:]
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True, stdout=subprocess.DEVNULL)
    answer({name: run(DAGS[name], home / "airflow.db") for name in wanted})
