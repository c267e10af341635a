"""A run that is cleared when it has ended: each time, the tasks push other values."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task

from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration import values


@dag(schedule=None)
def clearing() -> None:
    @task
    def push(ti: Any = None) -> Any:
        if ti.try_number == 1:
            ti.xcom_push(key="first", value=values.frame(310))
        return values.frame(300, seed=ti.try_number)

    @task
    def pull(pulled: Any, ti: Any = None) -> None:
        assert_same(pulled, values.frame(300, seed=ti.try_number))
        assert (ti.xcom_pull(task_ids="push", key="first") is None) == (ti.try_number > 1)

    pull(push())


clearing()
