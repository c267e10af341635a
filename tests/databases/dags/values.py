"""Values from task to task, on whatever database there is; what came is compared in the task that pulled it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from airflow.sdk import dag, task

from airflow_xcom_toolkit.errors import UnsupportedTypeError
from airflow_xcom_toolkit.testing.base import FORMS
from airflow_xcom_toolkit.testing.checks.each import for_each
from airflow_xcom_toolkit.testing.same import assert_same
from airflow_xcom_toolkit.testing.values import REFUSED
from tests.databases.cases import cases, configure


@dag(schedule=None)
def fidelity() -> None:
    @task
    def push(ti: Any = None) -> None:
        for form in FORMS:
            configure(form)
            for key, value in cases(form).items():
                ti.xcom_push(key=key, value=value)

    @task
    def pull(ti: Any = None) -> None:
        expected = {key: value for form in FORMS for key, value in cases(form).items()}
        for_each(expected, lambda key: assert_same(ti.xcom_pull(task_ids="push", key=key), expected[key]))

    push() >> pull()


@dag(schedule=None)
def refusing() -> None:
    @task
    def push(ti: Any = None) -> None:
        configure("in an object")  # Encrypted, the error would keep the names of keys to itself.
        for_each(REFUSED, lambda name: refuse(ti, name))

    def refuse(ti: Any, name: str) -> None:
        with pytest.raises(UnsupportedTypeError) as caught:
            ti.xcom_push(key=name, value=REFUSED[name].make())
        assert REFUSED[name].place in str(caught.value)

    push()


@dag(schedule=None)
def returning() -> None:
    @task(show_return_value_in_logs=False)
    def refused() -> Any:
        configure("in an object")
        return REFUSED["a lambda"].make()

    refused()


@dag(schedule=None)
def retrying() -> None:
    @task(retries=1, retry_delay=datetime.timedelta(0))
    def push(ti: Any = None) -> Any:
        ti.xcom_push(key="attempt", value=b"%d" % ti.try_number * 10_000)
        if ti.try_number == 1:
            raise RuntimeError("the first attempt fails, and has pushed")
        return b"x" * 10_000

    push()


fidelity()
refusing()
returning()
retrying()
