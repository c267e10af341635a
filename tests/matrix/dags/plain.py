"""Rows that ``BaseXCom`` wrote, before the toolkit was switched on."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.bases.xcom import BaseXCom

from airflow_xcom_toolkit.testing.same import assert_same

SMALL = {"n": [1, 2.5, None, True], "text": "\N{SNOWMAN}"}


@dag(schedule=None)
def plain() -> None:
    @task
    def before(ti: Any = None) -> None:
        BaseXCom.set(key="small", value=SMALL, dag_id=ti.dag_id, run_id=ti.run_id, task_id=ti.task_id)

    @task
    def after(ti: Any = None) -> None:
        assert_same(ti.xcom_pull(task_ids="before", key="small"), SMALL)

    before() >> after()


plain()
