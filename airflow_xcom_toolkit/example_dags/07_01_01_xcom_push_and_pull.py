"""Two values go from one task to the next by name: ``ti.xcom_push`` keeps each under a key, ``ti.xcom_pull`` reads it.

- `extract` pushes two values, each under a **key** of its own.
- `report` pulls both: `task_ids` says whose they are, `key` says which one.

**Look for** two entries, `rows` and `source`, in the XCom tab of `extract`. A key that was pushed twice in a task would
be there once, with the later value; a pull without `key` would ask for `return_value`, which `extract` has not pushed,
and give `None`.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task


@task
def extract(ti: Any = None) -> None:
    """Pushes twice, and returns nothing."""
    ti.xcom_push(key="rows", value=3)
    ti.xcom_push(key="source", value="orders.csv")


@task
def report(ti: Any = None) -> str:
    """Pulls by task and key. What it returns is pushed, too, under the key ``return_value``."""
    rows = ti.xcom_pull(task_ids="extract", key="rows")
    source = ti.xcom_pull(task_ids="extract", key="source")
    return f"{rows} rows from {source}"


@dag(
    "07_01_01_xcom_push_and_pull",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_push_and_pull() -> None:
    extract() >> report()


xcom_push_and_pull()
