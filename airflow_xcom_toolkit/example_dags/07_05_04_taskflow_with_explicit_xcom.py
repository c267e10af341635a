"""Both ways in one dag: values that functions return and take, and values that are pushed and pulled by name.

Each arrow of this dag crosses a border, in one of the five ways there are:

| from | to | how |
|---|---|---|
| `@task` `count_orders` | `@task` `share` | implicit: return value and argument |
| `@task` `share` | `@task` `report` | explicit: `ti.xcom_push(key="note", …)` and `ti.xcom_pull(…)` |
| `@task` `share` | `BashOperator` `announce` | a template: `{{ ti.xcom_pull(task_ids="share") }}` |
| `BashOperator` `announce` | `@task` `report` | `announce.output` as an argument |
| `@task` `count_orders` | `PythonOperator` `archive` | the return value among `op_kwargs` |

- `share` returns one value (implicit) and pushes another one, `note`, beside it (explicit): both are there.
- A `BashOperator` pushes the last line that its command prints; a `PythonOperator` what its function returns.
- `report` takes what `announce` and `archive` left as arguments, and pulls the note by itself.

**An explicit pull draws no arrow.** Airflow reads dependencies from arguments, so who only pulls has to be put behind
the task that pushes: `shared >> announce` for the template. `report` is behind `share` already, by way of
`announce`.

**Look for** the keys `note` and `return_value` of `share`, and the rendered command of `announce` (tab *Rendered
Templates*): its number was a text by the time that bash got it.
"""

from __future__ import annotations

from typing import Any

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import dag, task


@task(multiple_outputs=False)
def count_orders() -> dict[str, int]:
    return {"DE": 3, "US": 1}


@task
def share(orders: dict[str, int], ti: Any = None) -> float:
    """One value is returned, another is pushed under a key that others have to know."""
    ti.xcom_push(key="note", value=f"of {sum(orders.values())} orders")
    return orders["DE"] / sum(orders.values())


def keep(orders: dict[str, int], where: str) -> list[str]:
    """No decorator: a `PythonOperator` calls it."""
    return [f"{where}/{country}.csv" for country in sorted(orders)]


@task
def report(said: str, files: list[str], ti: Any = None) -> str:
    """Takes two values, pulls a third, and one that nobody has pushed."""
    note = ti.xcom_pull(task_ids="share", key="note")
    missing = ti.xcom_pull(task_ids="share", key="remark")
    return f"{said} {note}; {len(files)} files; remark: {missing}"


@dag(
    "07_05_04_taskflow_with_explicit_xcom",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def taskflow_with_explicit_xcom() -> None:
    orders = count_orders()
    shared = share(orders)
    announce = BashOperator(
        task_id="announce",
        bash_command='echo "To Germany: {{ (100 * ti.xcom_pull(task_ids="share")) | int }} percent"',
    )
    archive = PythonOperator(
        task_id="archive", python_callable=keep, op_kwargs={"orders": orders, "where": "archive/{{ ds }}"}
    )
    shared >> announce
    report(announce.output, archive.output)


taskflow_with_explicit_xcom()
