"""What Airflow keeps about each XCom, beside its value: whose it is, its key, its dates, and when it was written.

- `count_orders` and `pack` (mapped, three instances) push a few XComs.
- `list_entries` asks Airflow's REST API for the entries of this run, and prints them as a table.
- `order_by_time` sorts them by `timestamp`: that is the order in which they were written.
- `track_progress` pushes the same key twice, and looks at the entry after each: one row, with a newer `timestamp`.

**Look for** the table in the log of `list_entries`. `dag_id`, `run_id`, `task_id`, `map_index` and `key` together
name one XCom; `map_index` is -1 where a task is not mapped. `logical_date` is that of the *run*; `timestamp` is when
the row was written.

**Column names.** Up to Airflow 3.3, the table `xcom` has `dag_run_id`, `task_id`, `map_index`, `key`, `dag_id`,
`run_id`, `value` and `timestamp` (3.3 adds `dag_result`). It has no date of the run: `logical_date` comes from the
table `dag_run`, by `dag_run_id`. That column was called `execution_date` before Airflow 3, and the upgrade to 3.0
renames it; the old name is left in what `airflow db clean` archived before (`_airflow_deleted__dag_run__…`), and in
queries that people wrote. Airflow 3.4 writes to a new table, `xcom_v2`, where a row belongs to one try of a task, by
`task_instance_id`; the old one is `xcom_v1` there. So read the entries as here, through the API: its names have been
the same since 3.0.

**Needs** the connection `airflow_api`: of type `http`, with the address of Airflow's API server as host, such as
`https://airflow.example.com`, and the login and password of a user who may read XComs. A task may not use Airflow's
database itself.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from airflow.sdk import Connection, dag, task

COLUMNS = ("dag_id", "run_id", "task_id", "map_index", "key", "logical_date", "timestamp")


@task
def count_orders(ti: Any = None) -> int:
    ti.xcom_push(key="source", value="orders.csv")
    return 3


@task
def pack(order: int) -> str:
    return f"parcel {order}"


@task(multiple_outputs=False)
def list_entries(ti: Any = None) -> list[dict[str, Any]]:
    """The entries of the run, without their values: the API gives those one by one."""
    entries = entries_of(ti)
    for entry in entries:
        print(" | ".join(str(entry[column]) for column in COLUMNS))
    return entries


@task
def order_by_time(entries: list[dict[str, Any]]) -> list[str]:
    written = sorted(entries, key=lambda entry: str(entry["timestamp"]))
    return [f"{entry['task_id']}[{entry['map_index']}] {entry['key']}" for entry in written]


@task(multiple_outputs=False)
def track_progress(ti: Any = None) -> dict[str, Any]:
    """The time of an entry is that of the last push; the one before is gone, and so is its time."""
    ti.xcom_push(key="progress", value="started")
    first = entries_of(ti, ti.task_id)
    ti.xcom_push(key="progress", value="done")
    second = entries_of(ti, ti.task_id)
    return {
        "rows": [len(first), len(second)],
        "is newer": second[0]["timestamp"] > first[0]["timestamp"],
        "value": ti.xcom_pull(key="progress"),
    }


def entries_of(ti: Any, task_id: str = "~") -> list[dict[str, Any]]:
    """What the REST API lists for this run; ``~`` means every task. A page has 50 entries, unless asked for more."""
    run = f"dags/{quote(ti.dag_id, safe='')}/dagRuns/{quote(ti.run_id, safe='')}"
    found = ask_airflow(f"{run}/taskInstances/{task_id}/xcomEntries?limit=100")["xcom_entries"]
    return [{column: entry[column] for column in COLUMNS} for entry in found]


def ask_airflow(path: str) -> Any:
    """One answer of the REST API, as the user of the connection."""
    import requests

    api = Connection.get("airflow_api")
    credentials = {"username": api.login, "password": api.password}
    login = requests.post(f"{api.host}/auth/token", json=credentials, timeout=30)
    login.raise_for_status()
    header = {"Authorization": f"Bearer {login.json()['access_token']}"}
    answer = requests.get(f"{api.host}/api/v2/{path}", headers=header, timeout=30)
    answer.raise_for_status()
    return answer.json()


@dag(
    "07_01_05_xcom_metadata",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_metadata() -> None:
    entries = list_entries()
    count_orders() >> pack.expand(order=[1, 2, 3]) >> entries
    order_by_time(entries) >> track_progress()


xcom_metadata()
