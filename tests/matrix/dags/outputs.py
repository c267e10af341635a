"""A task whose dict becomes several XComs."""

from __future__ import annotations

from typing import Any

import numpy as np
from airflow.sdk import dag, task

from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration import values


def made() -> dict[str, Any]:
    return {
        "frame": values.frame(300),
        "array": np.arange(2400, dtype=">f4").reshape(20, 30, 4, order="F"),
        "times": np.array(["2024-02-29", "NaT"], dtype="datetime64[ns]"),
        "nested": values.nested(),
        "small": {"n": 1},
    }


@dag(schedule=None)
def outputs() -> None:
    @task(multiple_outputs=True)
    def parts() -> Any:
        return made()

    @task
    def same(frame: Any, array: Any, ti: Any = None) -> None:
        assert_same(frame, made()["frame"])
        assert_same(array, made()["array"])
        assert_same({key: ti.xcom_pull(task_ids="parts", key=key) for key in made()}, made())
        assert_same(ti.xcom_pull(task_ids="parts"), made())

    pushed = parts()
    same(pushed["frame"], pushed["array"])


outputs()
