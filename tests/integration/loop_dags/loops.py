"""Dags for ``dag.test``: one with a loop, where Airflow has loops, and one without."""

from __future__ import annotations

from typing import Any

import airflow.sdk
from airflow.sdk import DAG, dag, task

from tests.integration import values
from tests.same import assert_same

ITERATIONS = 3


def iteration(index: int) -> dict[str, Any]:
    """What one iteration of the loop returns."""
    return {"index": index, "frame": values.frame(100 * (index + 1))}


@dag(schedule=None)
def looping() -> None:
    from airflow.sdk import task_group

    @task_group
    def refine() -> None:
        @task(show_return_value_in_logs=False)
        def improve(*, loop: Any) -> Any:
            if loop.index:
                assert_same(loop.previous, iteration(loop.index - 1))
            return iteration(loop.index)

        @task(show_return_value_in_logs=False)
        def checked(improved: Any, *, loop: Any, ti: Any = None) -> Any:
            assert_same(improved, iteration(loop.index))
            ti.xcom_push(key="side", value=(loop.index, b"side"))
            return improved

        checked(improve())

    @task
    def last(ti: Any = None) -> None:
        assert_same(list(ti.xcom_pull(task_ids="refine.checked")), [iteration(n) for n in range(ITERATIONS)])

    refine.loop(max_iterations=ITERATIONS) >> last()


@dag(schedule=None)
def handing() -> None:
    @task
    def frame() -> Any:
        return values.frame(300)

    @task
    def same(pulled: Any, ti: Any = None) -> None:
        assert_same(pulled, values.frame(300))
        ti.xcom_push(key="nested", value=values.nested())
        assert_same(ti.xcom_pull(task_ids=ti.task_id, key="nested"), values.nested())

    same(frame())


DAGS: dict[str, DAG] = {"handing": handing()}
if hasattr(airflow.sdk, "LoopDecision"):
    DAGS["looping"] = looping()
