"""Each value of the dag ``flights`` on its own: pushed by one task, pulled by another, so that no refusal hides one."""

from __future__ import annotations

from functools import cache
from typing import Any

from airflow.sdk import dag, task

from airflow_xcom_toolkit.example_dags import flights

STEPS = ("load", "clean", "features", "report")


@cache
def value_of(step: str) -> Any:
    """What the task ``step`` of ``flights`` returns."""
    before = STEPS.index(step) - 1
    arguments = (value_of(STEPS[before]),) if before >= 0 else ()
    return getattr(flights, step).function(*arguments)


@task(multiple_outputs=False)
def give(step: str) -> Any:
    return value_of(step)


@task
def take(value: Any) -> None:
    """Only pulls."""


@dag(schedule=None, tags=["example", "xcom-toolkit"])
def flights_one_by_one() -> None:
    for step in STEPS:
        given = give.override(task_id=step)(step)
        take.override(task_id=f"after_{step}")(given)


one_by_one_dag = flights_one_by_one()
