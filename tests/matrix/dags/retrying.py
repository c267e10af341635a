"""Tasks that push and fail, then push other values and succeed; one is mapped."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task

from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration import values


@dag(schedule=None)
def retrying() -> None:
    @task(retries=1, retry_delay=timedelta(0))
    def trying(ti: Any = None) -> Any:
        assert ti.xcom_pull(task_ids=ti.task_id, key="side") is None
        ti.xcom_push(key="side", value=values.frame(300, seed=ti.try_number))
        if ti.try_number == 1:
            ti.xcom_push(key="first", value=values.frame(310))
            raise RuntimeError("the first try fails")
        return values.frame(320, seed=ti.try_number)

    @task
    def same(pulled: Any, ti: Any = None) -> None:
        assert_same(pulled, values.frame(320, seed=2))
        assert_same(ti.xcom_pull(task_ids="trying", key="side"), values.frame(300, seed=2))
        assert ti.xcom_pull(task_ids="trying", key="first") is None

    @task(retries=1, retry_delay=timedelta(0))
    def mapped(n: int, ti: Any = None) -> Any:
        if ti.try_number == 1:
            ti.xcom_push(key="first", value=values.frame(310))
        ti.xcom_push(key="side", value=values.frame(300, seed=ti.try_number))
        assert ti.try_number > n, "the first try fails"
        return values.frame(320, seed=ti.try_number)

    @task
    def same_mapped(every: Any, ti: Any = None) -> None:
        assert_same(list(every), [values.frame(320, seed=2)])
        [side] = ti.xcom_pull(task_ids="mapped", map_indexes=[0], key="side")
        assert_same(side, values.frame(300, seed=2))

    same(trying())
    same_mapped(mapped.expand(n=[1]))


retrying()
