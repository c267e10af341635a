"""A group of tasks that Airflow runs again and again: they share dag, run, task, map index and key."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task, task_group

from airflow_xcom_toolkit import XComQueue, pull_path, pull_upstream
from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration import values

ITERATIONS = 3


def iteration(index: int) -> dict[str, Any]:
    """What one iteration returns."""
    return {"index": index, "frame": values.frame(100 * (index + 1))}


@dag(schedule=None)
def loops() -> None:
    @task_group
    def refine() -> None:
        @task
        def improve(*, loop: Any) -> Any:
            if loop.index:
                assert_same(loop.previous, iteration(loop.index - 1))
            return iteration(loop.index)

        @task
        def checked(improved: Any, *, loop: Any, ti: Any = None) -> Any:
            assert_same(improved, iteration(loop.index))
            assert pull_path(ti, "refine.improve.return_value.index") == loop.index
            assert pull_upstream(ti)["refine.improve"]["index"] == loop.index
            XComQueue(ti, "queue").push(loop.index)
            assert list(XComQueue(ti, "queue")) == [loop.index]
            ti.xcom_push(key="side", value=(loop.index, b"side" * 600))
            return improved

        checked(improve())

    @task
    def last(ti: Any = None) -> None:
        every = [iteration(n) for n in range(ITERATIONS)]
        assert_same(list(ti.xcom_pull(task_ids="refine.checked")), every)
        assert_same(list(ti.xcom_pull(task_ids="refine.checked", key="side")), [(n, b"side" * 600) for n in range(3)])
        assert_same(pull_path(ti, "refine.checked.return_value"), every)
        assert pull_path(ti, "refine.checked.return_value[-1].index") == ITERATIONS - 1

    refine.loop(max_iterations=ITERATIONS) >> last()


loops()
