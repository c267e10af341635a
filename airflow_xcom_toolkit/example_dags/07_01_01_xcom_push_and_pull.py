"""Two values go from one task to the next by name: ``ti.xcom_push`` keeps each under a key, ``ti.xcom_pull`` reads it.

- `extract` pushes under two **keys**, `rows` and `source`. It pushes `rows` twice: the later value replaces the
  first.
- `report` pulls both: `task_ids` says whose they are, `key` says which one.
- `look_for_more` pulls what is not there. That is no error: it gets `None`, and says itself what to use instead.

**Look for** two entries, `rows` (3, not 0) and `source`, in the XCom tab of `extract`, and for `None` in the XCom tab
of `look_for_more`: a pull without `key` asks for `return_value`, and `extract` returned nothing.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task


@task
def extract(ti: Any = None) -> None:
    """Pushes, and returns nothing."""
    ti.xcom_push(key="rows", value=0)
    ti.xcom_push(key="source", value="orders.csv")
    ti.xcom_push(key="rows", value=3)


@task
def report(ti: Any = None) -> str:
    """Pulls by task and key. What it returns is pushed, too, under the key ``return_value``."""
    rows = ti.xcom_pull(task_ids="extract", key="rows")
    source = ti.xcom_pull(task_ids="extract", key="source")
    return f"{rows} rows from {source}"


@task(multiple_outputs=False)
def look_for_more(ti: Any = None) -> dict[str, Any]:
    """Without ``map_indexes``, ``xcom_pull`` does not use its argument ``default``; so ``None`` is handled here."""
    discount = ti.xcom_pull(task_ids="extract", key="discount")
    return {
        "without key": ti.xcom_pull(task_ids="extract"),
        "discount": discount,
        "discount to use": 0.0 if discount is None else discount,
    }


@dag(
    "07_01_01_xcom_push_and_pull",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_push_and_pull() -> None:
    extract() >> [report(), look_for_more()]


xcom_push_and_pull()
