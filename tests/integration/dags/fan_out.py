"""One value, and many mapped tasks that pull it."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np
from airflow.sdk import dag, task

os.environ.update(json.loads(os.environ.get("XCOM_TEST_FAN_OUT", "{}")))
"""The options of these tasks: each is a process of its own, which reads the dag file before it reads options."""


@dag(schedule=None, params={"tasks": 12, "megabytes": 20})
def fan_out() -> None:
    @task(show_return_value_in_logs=False)
    def push(params: Any = None) -> Any:
        return np.arange(params["megabytes"] * 125_000) * 1.5

    @task
    def numbers(params: Any = None) -> list[int]:
        return list(range(params["tasks"]))

    @task
    def pull(array: Any, number: int, params: Any = None) -> None:
        assert array.nbytes == params["megabytes"] * 1_000_000
        assert (array[-1], array[number]) == ((len(array) - 1) * 1.5, number * 1.5)

    pull.partial(array=push()).expand(number=numbers())


fan_out()
