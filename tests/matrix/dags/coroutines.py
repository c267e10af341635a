"""A task that is a coroutine, and pushes and pulls as one."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.execution_time.xcom import XCom

from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration import values


@dag(schedule=None)
def coroutines() -> None:
    @task
    def number(n: int) -> Any:
        return values.frame(100 * n)

    @task
    async def coroutine(ti: Any = None) -> Any:
        at = {"dag_id": ti.dag_id, "run_id": ti.run_id}
        await ti.axcom_push(key="pushed", value=values.frame(400))
        assert_same(await ti.axcom_pull(task_ids=ti.task_id, key="pushed"), values.frame(400))
        await XCom.aset(key="set", value=values.nested(), **at, task_id=ti.task_id)
        assert_same(await XCom.aget_one(key="set", **at, task_id=ti.task_id), values.nested())
        every = await XCom.aget_all(key="return_value", **at, task_id="number")
        assert_same(list(every), [values.frame(100), values.frame(200)])
        return values.frame(250)

    @task
    def same(pulled: Any) -> None:
        assert_same(pulled, values.frame(250))

    done = coroutine()
    number.expand(n=[1, 2]) >> done
    same(done)


coroutines()
