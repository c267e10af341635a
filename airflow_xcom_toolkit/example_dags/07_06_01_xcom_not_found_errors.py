"""A pull of an XCom that nobody pushed: what fails, what gives ``None``, and how a dag goes on all the same.

`extract` pushes `orders`, and no `refunds`. Four tasks ask for them all the same, and one sums up:

- `trust_argument` takes them as an **argument**, `extract()["refunds"]`. It **fails** with Airflow's `XComNotFound`,
  before its first line runs.
- `trust_pull` pulls them with `xcom_pull`, which finds nothing, raises nothing and gives `None`. It **fails** later,
  where the `None` is used: `TypeError: 'NoneType' object is not subscriptable`. That names no XCom, so it takes longer
  to understand.
- `pull_with_default` gets along without. A wrong key and a wrong task id are pulled as `None` alike; and the `default`
  of `xcom_pull` counts **only beside `map_indexes`**, which is `None` for a task that is not mapped.
- `pull_by_path` asks with the toolkit's `pull_path`, which raises an `XComNotFoundError` that says which XCom is
  missing, a `PathError` for a missing part of one that is there, and takes a default for both.
- `report` runs however the others ended (`trigger_rule="all_done"`), and says which ones failed.

**Look for** two red tasks and a green run: a run ends as its last tasks do, and `report` is the only last one. Without
such a task the run would have failed. The XCom of `report` names the tasks to look at.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task

from airflow_xcom_toolkit import pull_path
from airflow_xcom_toolkit.errors import PathError, XComNotFoundError


@task
def extract(ti: Any = None) -> None:
    """No order was sent back today, so there is nothing to push as `refunds`."""
    ti.xcom_push(key="orders", value={"count": 3, "total": 60})


@task
def trust_argument(refunds: Any) -> int:
    """Airflow looks the argument up before it calls this."""
    return int(refunds["total"])


@task
def trust_pull(ti: Any = None) -> int:
    """The pull succeeds; the line after it does not."""
    refunds = ti.xcom_pull(task_ids="extract", key="refunds")
    return int(refunds["total"])


@task(multiple_outputs=False)
def pull_with_default(ti: Any = None) -> dict[str, Any]:
    """What each pull gives; only the last one is the default."""
    return {
        "wrong key": ti.xcom_pull(task_ids="extract", key="refunds"),
        "wrong task id": ti.xcom_pull(task_ids="extrakt", key="orders"),
        "default alone": ti.xcom_pull(task_ids="extract", key="refunds", default={"total": 0}),
        "default and map_indexes": ti.xcom_pull(
            task_ids="extract", key="refunds", map_indexes=None, default={"total": 0}
        ),
    }


@task(multiple_outputs=False)
def pull_by_path(ti: Any = None) -> dict[str, Any]:
    """Messages name the XCom and the part of it that is missing, and show no value."""
    found = {
        "orders": pull_path(ti, "extract.orders.total"),
        "refunds": pull_path(ti, "extract.refunds.total", default=0),
        "discount": pull_path(ti, "extract.orders.discount", default=0),
    }
    try:
        pull_path(ti, "extract.orders.discount")
    except PathError as error:
        found["missing part"] = error.part
        print(error)
    try:
        pull_path(ti, "extract.refunds.total")
    except XComNotFoundError as error:
        found["missing XCom"] = error.xcom.partition(" in run")[0]
        print(error)
    return found


@task(trigger_rule="all_done", multiple_outputs=False)
def report(ti: Any = None) -> dict[str, Any]:
    """A task that failed has no XCom either, so what it would have given has a default here, too."""
    states = ti.get_task_states(dag_id=ti.dag_id, run_ids=[ti.run_id])[ti.run_id]
    refunds = ti.xcom_pull(task_ids="trust_pull")
    return {
        "failed": sorted(task_id for task_id, state in states.items() if state == "failed"),
        "refunds": 0 if refunds is None else refunds,
    }


@dag(
    "07_06_01_xcom_not_found_errors",
    schedule=None,
    tags=["reference", "core", "beginner", "failure"],
    doc_md=__doc__,
)
def xcom_not_found_errors() -> None:
    extracted: Any = extract()
    readers = [trust_argument(extracted["refunds"]), trust_pull(), pull_with_default(), pull_by_path()]
    extracted >> readers >> report()


xcom_not_found_errors()
