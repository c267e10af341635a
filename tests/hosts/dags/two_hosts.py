"""Values that go from one host to the other and back. No module of the toolkit is imported when this file is parsed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import host_values as values
from airflow.sdk import BaseOperator, dag, task

quiet = partial(task, show_return_value_in_logs=False)
"""For a task that returns a secret: Airflow logs what is returned before any backend sees it."""


def assert_same(got: Any, expected: Any) -> None:
    """Equal in value and in type, however deep."""
    from airflow_xcom_toolkit.testing.same import assert_same

    assert_same(got, expected)


@dag(schedule=None)
def there_and_back() -> None:
    @quiet(queue="left")
    def table() -> Any:
        return values.frame()

    @quiet(queue="left", multiple_outputs=True)
    def arrays() -> Any:
        return values.arrays()

    @quiet(queue="right")
    def compared(frame: Any, made: Any, grid: Any, name: str) -> Any:
        print("pulled", name)
        assert_same([frame, made], [values.frame(), values.arrays()])
        assert_same([grid, name], [values.arrays()["grid"], values.arrays()["name"]])
        return {"frame": frame.assign(more=1.5), "grid": grid}

    @task(queue="left")
    def returned(made: Any) -> None:
        assert_same(made, {"frame": values.frame().assign(more=1.5), "grid": values.arrays()["grid"]})

    made = arrays()
    returned(compared(table(), made, made["grid"], made["name"]))


@dag(schedule=None)
def mapped() -> None:
    @quiet(queue="left")
    def parts() -> Any:
        return values.parts()

    @quiet(queue="right")
    def wrapped(part: Any) -> Any:
        return {"part": part}

    @quiet(queue="left")
    def unwrapped(part: Any) -> Any:
        return part["part"]

    @task(queue="right")
    def together(parts: Any) -> None:
        assert_same(list(parts), values.parts())

    together(unwrapped.expand(part=wrapped.expand(part=parts())))


@dag(schedule=None)
def retried() -> None:
    @quiet(queue="left", retries=1, retry_delay=timedelta(0))
    def tries(ti: Any = None) -> Any:
        ti.xcom_push(key="side", value=values.secret("first try" if ti.try_number == 1 else "second try"))
        assert ti.try_number > 1, "the first try fails"
        return ti.try_number

    @task(queue="right")
    def compared(number: int, ti: Any = None) -> None:
        assert_same(number, 2)
        assert_same(ti.xcom_pull(task_ids="tries", key="side"), values.secret("second try"))

    compared(tries())


@dag(schedule=None)
def again() -> None:
    @quiet(queue="left")
    def pushed() -> Any:
        return values.secret("again")

    @task(queue="right")
    def pulled(value: Any) -> None:
        assert_same(value, values.secret("again"))

    pulled(pushed())


class Deferring(BaseOperator):
    """Pushes, and has a trigger relay what it pushed."""

    def execute(self, context: Any) -> None:
        from host_triggers import Relay

        ti = context["ti"]
        ti.xcom_push(key="source", value=values.secret("relayed"))
        at = {"dag_id": ti.dag_id, "run_id": ti.run_id, "task_id": ti.task_id, "map_index": -1}
        self.defer(trigger=Relay(at, "source", "target"), method_name="resumed")

    def resumed(self, context: Any, event: dict[str, Any]) -> None:
        assert event == {"type": "dict"}


@dag(schedule=None)
def relayed() -> None:
    @task(queue="right")
    def compared(ti: Any = None) -> None:
        assert_same(ti.xcom_pull(task_ids="deferring", key="target"), values.secret("relayed"))

    Deferring(task_id="deferring", queue="left", retries=2, retry_delay=timedelta(0)) >> compared()


@dag(schedule=None)
def wrong_key() -> None:
    @quiet(queue="left")
    def pushed() -> Any:
        return values.secret("wrong key")

    @task(queue="stranger")
    def pulled(value: Any) -> None:
        raise AssertionError("it was read with another key")

    pulled(pushed())


there_and_back()
mapped()
retried()
again()
relayed()
wrong_key()
