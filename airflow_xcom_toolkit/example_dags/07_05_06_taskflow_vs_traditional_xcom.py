"""The same pipeline three times: in classic operators, in TaskFlow, and half way in between; with one result.

This dag runs the three others, one after another, and `compare` pulls what each of them left (a pull can name another
dag and run). It fails if a result differs, and returns how many lines each dag takes, and how often it names the task
or the key of an XCom in a text: a typing error in one of those is found when the dag runs, not before.

- `…_traditional`: `ti.xcom_push`, `ti.xcom_pull` and a template. **Good about it**: every operator can be used, with
  templates and without Python; keys are chosen on purpose, so that others can rely on them; each arrow is in sight.
- `…_taskflow`: return values and arguments. **Good about it**: it is the shortest; arrows follow from the data, so that
  none is forgotten; functions are tested as functions; an editor knows every name.
- `…_mixed`: the way from the one to the other.

**How to migrate**, one task at a time, with a dag that works after each step:

1. Move what a task *does* into a function without Airflow (`add_up`), and test it. Both styles call it.
2. Turn one task into a `@task` **of the same id**. It takes the value of a classic operator as
   `operator.output["key"]`, which draws the arrow, too.
3. As long as a classic task still pulls its value by a key, go on pushing that key: `total` of `…_mixed` does. Other
   dags may pull it as well.
4. When nobody pulls the old key any more, remove the push. The task ids stay, and with them history and alerts.

**Look for** the same text in the XCom of `report` in all three dags, under the same task ids; and in `compare` for the
numbers: the TaskFlow dag names no task or key in a text.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import chain, dag, task

DAG_ID = "07_05_06_taskflow_vs_traditional_xcom"
TAGS = ["reference", "core", "beginner", "success"]


def read_orders() -> list[dict[str, Any]]:
    return [
        {"country": "DE", "euros": 21.25},
        {"country": "US", "euros": 36.25},
        {"country": "DE", "euros": 40.25},
    ]


def add_up(orders: list[dict[str, Any]]) -> dict[str, float]:
    """Euros by country."""
    countries = sorted({order["country"] for order in orders})
    return {name: sum(order["euros"] for order in orders if order["country"] == name) for name in countries}


@dag(f"{DAG_ID}_traditional", schedule=None, tags=TAGS, doc_md="The pipeline in classic operators.")
def traditional() -> None:
    def push_orders(ti: Any) -> None:
        ti.xcom_push(key="orders", value=read_orders())

    def push_totals(ti: Any) -> None:
        orders = ti.xcom_pull(task_ids="extract", key="orders")
        ti.xcom_push(key="totals", value=add_up(orders))

    extract = PythonOperator(task_id="extract", python_callable=push_orders)
    total = PythonOperator(task_id="total", python_callable=push_totals)
    report = BashOperator(
        task_id="report",
        bash_command="""{% set totals = ti.xcom_pull(task_ids="total", key="totals") %}
        echo "DE {{ totals.DE }}, US {{ totals.US }}" """,
    )
    extract >> total >> report


@dag(f"{DAG_ID}_mixed", schedule=None, tags=TAGS, doc_md="Half way: `total` is a TaskFlow task, the others not yet.")
def mixed() -> None:
    def push_orders(ti: Any) -> None:
        ti.xcom_push(key="orders", value=read_orders())

    @task(multiple_outputs=False)
    def total(orders: list[dict[str, Any]], ti: Any = None) -> dict[str, float]:
        totals = add_up(orders)
        ti.xcom_push(key="totals", value=totals)  # Until `report` takes an argument, too.
        return totals

    extract: Any = PythonOperator(task_id="extract", python_callable=push_orders)
    report = BashOperator(
        task_id="report",
        bash_command="""{% set totals = ti.xcom_pull(task_ids="total", key="totals") %}
        echo "DE {{ totals.DE }}, US {{ totals.US }}" """,
    )
    total(extract.output["orders"]) >> report


@dag(f"{DAG_ID}_taskflow", schedule=None, tags=TAGS, doc_md="The pipeline in TaskFlow.")
def taskflow() -> None:
    @task
    def extract() -> list[dict[str, Any]]:
        return read_orders()

    @task(multiple_outputs=False)
    def total(orders: list[dict[str, Any]]) -> dict[str, float]:
        return add_up(orders)

    @task.bash
    def report(totals: dict[str, float]) -> str:
        return f'echo "DE {totals["DE"]}, US {totals["US"]}"'

    report(total(extract()))


@task(multiple_outputs=False)
def compare(ti: Any = None) -> dict[str, dict[str, Any]]:
    """The result of each dag, and what its code is like. Fails if the results differ."""
    styles = {"traditional": traditional, "mixed": mixed, "taskflow": taskflow}
    found = {}
    for name, function in styles.items():
        run = ti.xcom_pull(task_ids=f"run_{name}", key="trigger_run_id")
        result = ti.xcom_pull(dag_id=f"{DAG_ID}_{name}", run_id=run, task_ids="report")
        found[name] = {"result": result, **measured(inspect.getsource(function))}
    if len({one["result"] for one in found.values()}) > 1:
        raise ValueError(f"the results differ: {found}")
    return found


def measured(source: str) -> dict[str, int]:
    """Lines of code, and how often a task or a key is named in a text."""
    named = re.findall(r'task_ids="|key="|output\["', source)
    return {"lines": len([line for line in source.splitlines() if line.strip()]), "names in texts": len(named)}


@dag(DAG_ID, schedule=None, tags=TAGS, doc_md=__doc__)
def taskflow_vs_traditional_xcom() -> None:
    runs = [
        TriggerDagRunOperator(
            task_id=f"run_{name}",
            trigger_dag_id=f"{DAG_ID}_{name}",
            trigger_run_id="{{ run_id }}__compared",
            reset_dag_run=True,
            wait_for_completion=True,
            poke_interval=1,
        )
        for name in ("traditional", "mixed", "taskflow")
    ]
    chain(*runs, compare())


traditional()
mixed()
taskflow()
taskflow_vs_traditional_xcom()
