"""The helpers: paths, upstream tasks, queues, and deletion."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task

from airflow_xcom_toolkit import XComQueue, delete, pull_path, pull_upstream
from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration import values


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


helping()
