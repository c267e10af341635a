"""A pull says whose value it wants: of one task, of several, of the task itself, or of a task of another dag.

- `north` and `south` each count their orders.
- `start_prices` starts a second dag, `07_01_03_xcom_with_task_ids_prices`, and waits until its run has ended.
- `read` pulls with each kind of **`task_ids`**: one id gives a value; a list of ids gives a list, in the order of the
  ids; without `task_ids` it is the task's own value, not that of the task before.
- `read_other_dag` pulls with **`dag_id`** from the second dag. A pull is always from *one run*: without `run_id`, it
  looks for a run of the other dag that has the id of this run. There is none, so it gets `None`. `start_prices` has
  left the right id, as its XCom `trigger_run_id`.

**Look for** `null` beside `dag_id alone` in the XCom tab of `read_other_dag`, and for the prices beside
`dag_id and run_id`. Runs that Airflow schedules for the same time in two dags with the same schedule do have the same
id: there, `dag_id` alone is enough. `include_prior_dates=True` does not replace `run_id`: since Airflow 3.2 it, too,
finds only a dag that has a run of that id.
"""

from __future__ import annotations

from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import dag, task

PRICES = "07_01_03_xcom_with_task_ids_prices"
TAGS = ["reference", "core", "beginner", "success"]


@task
def north() -> int:
    return 3


@task
def south() -> int:
    return 4


@task(multiple_outputs=False)
def read(ti: Any = None) -> dict[str, Any]:
    ti.xcom_push(key="reader", value="of itself")
    return {
        "one task": ti.xcom_pull(task_ids="north"),
        "several tasks": ti.xcom_pull(task_ids=["south", "north"]),
        "no task_ids": ti.xcom_pull(key="reader"),
    }


@task(multiple_outputs=False)
def read_other_dag(ti: Any = None) -> dict[str, Any]:
    run_id = ti.xcom_pull(task_ids="start_prices", key="trigger_run_id")
    return {
        "dag_id alone": ti.xcom_pull(task_ids="publish", dag_id=PRICES),
        "with prior dates": ti.xcom_pull(task_ids="publish", dag_id=PRICES, include_prior_dates=True),
        "dag_id and run_id": ti.xcom_pull(task_ids="publish", dag_id=PRICES, run_id=run_id),
    }


@dag("07_01_03_xcom_with_task_ids", schedule=None, tags=TAGS, doc_md=__doc__)
def xcom_with_task_ids() -> None:
    start_prices = TriggerDagRunOperator(
        task_id="start_prices", trigger_dag_id=PRICES, wait_for_completion=True, poke_interval=1
    )
    [north(), south()] >> read()
    start_prices >> read_other_dag()


@task(multiple_outputs=False)
def publish() -> dict[str, float]:
    """A task of the second dag; it knows nothing of its reader."""
    return {"tea": 2.5, "coffee": 3.0}


@dag(PRICES, schedule=None, tags=TAGS, doc_md="The dag whose XCom `07_01_03_xcom_with_task_ids` reads, and starts.")
def prices() -> None:
    publish()


xcom_with_task_ids()
prices()
