"""A task waits for a task of another dag with an ``ExternalTaskSensor``, and then pulls what that one has pushed.

Two dags are in this file. **Start both with the same logical date**: the sensor looks for the run of the other dag
that has its own run's logical date.

- `…_prices`, the dag of another team: `publish_prices` returns 500 prices.
- `wait_for_prices` waits until that task has succeeded. `external_dag_id` and `external_task_id` say which one it
  is. With `failed_states` it fails as soon as the other task does, and does not wait until its own time is up.
- `find_run` asks Airflow for the id of the run that it waited for. An XCom is found by dag, **run**, task and key,
  and the sensor pushes no run id.
- `pull_prices` pulls with `dag_id` and `run_id`; and once more without `run_id`, which looks into a run of the same
  id as its own.

**Look for** the XCom of `pull_prices`: `prices` is 500, and `without_run_id` is `null`, because runs that are
started by hand have different ids (they have the time of the start in them). Runs of two dags with the same
schedule have the same id, and there both pulls give the same; the one with `run_id` is right in both cases.

For a dag with another schedule, give the sensor `execution_delta` or `execution_date_fn`, and `find_run` the same
date. For waits that take longer than a few minutes, set `mode="reschedule"` or `deferrable=True`, so that no worker
slot is held. To start the other dag rather than wait for it, use `TriggerDagRunOperator`.

**With ToolkitXComBackend** the 500 prices are an object in the store, under the name of the other dag, encrypted.
Nothing is copied: the pull reads that object. Both dags need the same keys and stores.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import dag, task

DAG = "07_07_01_xcom_with_external_dependencies"
PRICES_DAG = f"{DAG}_prices"
TAGS = ["reference", "core", "beginner", "success"]


@task(multiple_outputs=False)
def publish_prices() -> dict[str, float]:
    """One price for each article."""
    return {f"article-{number}": number / 4 for number in range(500)}


@task
def find_run(ti: Any = None, logical_date: Any = None) -> str:
    """The id of the other dag's run: the states of its tasks come by run id."""
    states = ti.get_task_states(dag_id=PRICES_DAG, task_ids=["publish_prices"], logical_dates=[logical_date])
    (run_id,) = states
    print(f"{PRICES_DAG} ran as {run_id}, this dag as {ti.run_id}")
    return str(run_id)


@task(multiple_outputs=False)
def pull_prices(prices_run_id: str, ti: Any = None) -> dict[str, Any]:
    """Pulls from the other dag's run; and from a run that has the id of this one, where there is none."""
    prices = ti.xcom_pull(dag_id=PRICES_DAG, run_id=prices_run_id, task_ids="publish_prices")
    same_id = ti.xcom_pull(dag_id=PRICES_DAG, task_ids="publish_prices")
    return {"prices": len(prices), "article-300": prices["article-300"], "without_run_id": same_id}


@dag(PRICES_DAG, schedule=None, tags=TAGS, doc_md=__doc__)
def prices_of_another_team() -> None:
    publish_prices()


@dag(DAG, schedule=None, tags=TAGS, doc_md=__doc__)
def xcom_with_external_dependencies() -> None:
    wait = ExternalTaskSensor(
        task_id="wait_for_prices",
        external_dag_id=PRICES_DAG,
        external_task_id="publish_prices",
        failed_states=["failed", "upstream_failed"],
        poke_interval=timedelta(seconds=1),
        timeout=timedelta(minutes=5),
    )
    run_id = find_run()
    wait >> run_id
    pull_prices(run_id)


prices_of_another_team()
xcom_with_external_dependencies()
