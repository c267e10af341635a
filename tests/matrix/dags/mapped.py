"""Tasks that are mapped over a list, and over the frames of other mapped tasks."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task

from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration import values


@dag(schedule=None)
def mapped() -> None:
    @task
    def numbers() -> list[int]:
        return [1, 2]

    @task
    def framed(n: int) -> Any:
        return values.frame(100 * n)

    @task
    def pulled(frame: Any, ti: Any = None) -> Any:
        assert_same(frame, values.frame(100 * (ti.map_index + 1)))
        return {"index": ti.map_index, "frame": frame}

    @task
    def collected(every: Any) -> None:
        assert_same(list(every), [{"index": n, "frame": values.frame(100 * (n + 1))} for n in range(2)])

    collected(pulled.expand(frame=framed.expand(n=numbers())))


mapped()
