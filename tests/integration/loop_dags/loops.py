"""Dags for ``dag.test``: one with a loop, where Airflow has loops, and one without."""

from __future__ import annotations

from typing import Any

import airflow.sdk
from airflow.sdk import DAG, dag, task

from airflow_xcom_toolkit import XComQueue, delete, pull_path, pull_upstream
from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration import values

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
            assert pull_path(ti, "refine.improve.return_value.index") == loop.index
            assert pull_upstream(ti)["refine.improve"]["index"] == loop.index
            XComQueue(ti, "queue").push(loop.index)
            assert list(XComQueue(ti, "queue")) == [loop.index]
            ti.xcom_push(key="side", value=(loop.index, b"side"))
            return improved

        checked(improve())

    @task
    def last(ti: Any = None) -> None:
        assert_same(list(ti.xcom_pull(task_ids="refine.checked")), [iteration(n) for n in range(ITERATIONS)])
        assert_same(pull_path(ti, "refine.checked.return_value"), [iteration(n) for n in range(ITERATIONS)])
        assert pull_path(ti, "refine.checked.return_value[-1].index") == ITERATIONS - 1

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


@dag(schedule=None)
def helping() -> None:
    @task
    def fill(ti: Any = None) -> Any:
        for number in range(3):
            XComQueue(ti, "queue").push({"n": number})
        ti.xcom_push(key="gone", value=values.frame(300))
        delete(ti, "gone")
        return values.frame(300)

    @task
    def number(n: int) -> int:
        return n

    @task
    def read(ti: Any = None) -> None:
        assert pull_upstream(ti)["number"] == [1, 2]
        assert_same(pull_path(ti, "fill.return_value"), values.frame(300))
        assert pull_path(ti, "fill.gone", default="gone") == "gone"
        queue = XComQueue(ti, "queue", "fill")
        assert [queue.pop()["n"], len(queue), [item["n"] for item in queue]] == [0, 2, [1, 2]]

    [fill(), number.expand(n=[1, 2])] >> read()


DAGS: dict[str, DAG] = {"handing": handing(), "helping": helping()}
if hasattr(airflow.sdk, "LoopDecision"):
    DAGS["looping"] = looping()
