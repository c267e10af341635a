"""Rows that other backends, or nobody, wrote."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.execution_time.xcom import XCom

from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration.foreign import FOREIGN, REST, make_victim, victim_reference


@dag(schedule=None)
def target() -> None:
    """A task whose XComs a test writes."""

    @task
    def nothing() -> None: ...

    nothing()


@dag(schedule=None)
def reader() -> None:
    """Pulls what a test wrote to the run that the configuration names."""

    @task
    def read(ti: Any = None, dag_run: Any = None) -> None:
        def pull(key: str) -> Any:
            return ti.xcom_pull(dag_id="target", run_id=dag_run.conf["run_id"], task_ids="nothing", key=key)

        for key, value in REST.items():
            assert_same(pull(f"rest {key}"), value)
        for key, make in FOREIGN.items():
            assert_same(pull(f"base {key}"), make())
            assert_same(pull(f"stock {key}"), make())

    read()


@dag(schedule=None)
def look_alike() -> None:
    @task
    def push() -> str:
        make_victim()
        return victim_reference()

    @task
    def pull(text: Any, ti: Any = None) -> None:
        assert_same(text, victim_reference())
        XCom.delete(key="return_value", task_id="push", dag_id=ti.dag_id, run_id=ti.run_id)
        assert ti.xcom_pull(task_ids="push") is None

    pull(push())


target()
reader()
look_alike()
