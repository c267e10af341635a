"""Settings, parameters and state as XComs are many rows that get lost; Airflow has a better place for each of them.

An import of orders needs settings, the day to import, and to know how far it has got.

- `push_everything` is the **anti-pattern**: it makes an XCom of each. Every run writes the same settings again, to
  change one is to change the dag, and `pull_everything` needs a request to Airflow for each.
- `import_orders` is the **cure**: each thing comes from where it belongs.

| what | lives for | place |
|---|---|---|
| a setting of the deployment | all runs, all dags | a **Variable**: `save_settings` sets one, as JSON |
| what is asked of one run | the run | **Params**: `day`, asked for when you trigger the dag |
| how far the import has got | many runs, and each retry | **a store of your own**: a table of the shop's database |
| the result, for the next task | the run | an **XCom** |

`import_orders` also shows **why progress is no XCom**. Its first try notes 500 orders, and fails. Before the second
try, Airflow deletes the XComs of the first; what is in a store is still there, and the second try goes on from 500.
From Airflow 3.3 on, Airflow has such a store as well, the task state store; it is used here, too, where there is one.

**Look for** the line in the log of the second try of `import_orders`, which says what each place has kept; and for the
XCom of `measure`: the rows in Airflow's database that one run leaves, and their bytes.

**Needs** the connection `airflow_api`, which `[xcom_toolkit] api_conn_id` names, for `list_keys`: `measure` counts with
it. The shop's database is a SQLite file below `AIRFLOW_HOME`; `save_settings` and `clean_up` stand in for those who run
the deployment.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from airflow.sdk import Param, Variable, dag, task

from airflow_xcom_toolkit import ToolkitXComBackend, list_keys

SHOP = Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser() / "example_07_08_03.db"
VARIABLE = "example_07_08_03_settings"
SETTINGS = {
    "currency": "EUR",
    "tax": 0.2,
    "country": "FI",
    "batch": 500,
    "timeout": 30,
    "attempts": 3,
    "source": "https://shop.example.com/orders",
    "format": "json",
    "encoding": "utf-8",
    "strict": True,
}


@task
def push_everything(params: Any = None, ti: Any = None) -> None:
    """Thirteen XComs, none of them the result of anything."""
    for name, value in SETTINGS.items():
        ti.xcom_push(key=f"setting.{name}", value=value)
    ti.xcom_push(key="day", value=params["day"])
    for done in (0, 500, 1000):  # One row: each push replaces the one before. Each is a request.
        ti.xcom_push(key="progress", value=done)
    ti.xcom_push(key="has_started", value=True)


@task
def pull_everything(ti: Any = None) -> int:
    """One request for each setting, in every task that needs them."""
    settings = {name: ti.xcom_pull(task_ids="push_everything", key=f"setting.{name}") for name in SETTINGS}
    assert settings == SETTINGS
    return int(ti.xcom_pull(task_ids="push_everything", key="progress"))


@task
def save_settings() -> None:
    """Once, not in each run: in the UI under *Admin → Variables*, or with ``airflow variables set``."""
    Variable.set(VARIABLE, SETTINGS, serialize_json=True)


@task(retries=1, retry_delay=0)
def import_orders(params: Any = None, ti: Any = None, task_state_store: Any = None) -> int:
    """Its only XCom, beside the one that gets lost, is its result."""
    settings = Variable.get(VARIABLE, deserialize_json=True)
    day, done = params["day"], progress(params["day"])
    kept = "(not before 3.3)" if task_state_store is None else task_state_store.get("progress")
    print(f"try {ti.try_number}: in the XCom {ti.xcom_pull(key='progress')}, in the store {done}, in Airflow's {kept}")
    save_progress(day, done + settings["batch"])
    if ti.try_number == 1:
        ti.xcom_push(key="progress", value=settings["batch"])
        if task_state_store is not None:
            task_state_store.set("progress", settings["batch"])
        raise ConnectionError(f"{settings['source']} does not answer any more")
    return progress(day)


@task(multiple_outputs=False)
def measure(ti: Any = None) -> dict[str, dict[str, int]]:
    """Of one run. Every run of the dag adds as many rows."""
    tasks = {"XCom for everything": "push_everything", "right tools": "import_orders"}
    return {name: rows_of(ti, task_id) for name, task_id in tasks.items()}


@task(trigger_rule="all_done")
def clean_up() -> None:
    Variable.delete(VARIABLE)
    SHOP.unlink(missing_ok=True)


def rows_of(ti: Any, task_id: str) -> dict[str, int]:
    at = {"dag_id": ti.dag_id, "run_id": ti.run_id, "task_id": task_id}
    rows = [ToolkitXComBackend.get_row(key=key, **at) for key in list_keys(ti, task_id)]
    return {"rows": len(rows), "bytes": sum(len(json.dumps(row)) for row in rows)}


def progress(day: str) -> int:
    with closing(shop_database()) as database:
        found = database.execute("SELECT orders FROM progress WHERE day = ?", [day]).fetchone()
        return int(found[0]) if found else 0


def save_progress(day: str, orders: int) -> None:
    with closing(shop_database()) as database, database:
        database.execute("INSERT OR REPLACE INTO progress VALUES (?, ?)", [day, orders])


def shop_database() -> sqlite3.Connection:
    database = sqlite3.connect(SHOP)
    database.execute("CREATE TABLE IF NOT EXISTS progress (day TEXT PRIMARY KEY, orders INTEGER)")
    return database


@dag(
    "07_08_03_overusing_xcom",
    schedule=None,
    params={"day": Param("2026-01-01", type="string", format="date")},
    tags=["reference", "core", "intermediate", "anti-pattern"],
    doc_md=__doc__,
)
def overusing_xcom() -> None:
    pushed, imported, measured = push_everything(), import_orders(), measure()
    pushed >> pull_everything() >> measured
    save_settings() >> imported >> measured >> clean_up()


overusing_xcom()
