"""Values from task to task; what came is compared in the task that pulled it."""

from __future__ import annotations

import datetime
from typing import Any

from airflow.sdk import dag, task

from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration import values


@dag(schedule=None)
def fidelity() -> None:
    @task
    def frame() -> Any:
        return values.frame(5000)

    @task
    def same(pulled: Any) -> None:
        assert_same(pulled, values.frame(5000))

    same(frame())


@dag(schedule=None)
def nesting() -> None:
    @task(show_return_value_in_logs=False)
    def nested() -> Any:
        return values.nested()

    @task
    def same(pulled: Any) -> None:
        assert_same(pulled, values.nested())

    same(nested())


@dag(schedule=None)
def arguments() -> None:
    @task(show_return_value_in_logs=False)
    def odd() -> Any:
        return values.odd()

    @task
    def same(pulled: Any) -> None:
        assert_same(pulled, values.odd())

    same(odd())


@dag(schedule=None)
def mapping() -> None:
    @task
    def frames() -> list[Any]:
        return [values.frame(10), values.frame(200), values.frame(300)]

    @task
    def size(frame: Any) -> Any:
        assert_same(frame, values.frame(len(frame)))
        return frame["number"].to_numpy()

    @task
    def collect(arrays: Any) -> None:
        expected = [values.frame(rows)["number"].to_numpy() for rows in (10, 200, 300)]
        assert len(arrays) == 3
        for actual in (list(arrays), arrays[0:3], [arrays[n] for n in range(3)]):
            assert_same(actual, expected)
        assert_same(arrays[-1], expected[-1])

    @task
    def by_index(ti: Any = None) -> None:
        pulled = ti.xcom_pull(task_ids="size", map_indexes=[2, 0])
        assert_same(list(pulled), [values.frame(rows)["number"].to_numpy() for rows in (300, 10)])
        assert_same(ti.xcom_pull(task_ids="size", map_indexes=1), values.frame(200)["number"].to_numpy())

    @task(multiple_outputs=True)
    def parts() -> dict[str, Any]:
        return {"frame": values.frame(50), "pair": (1, b"2"), "number": 3}

    @task
    def same_parts(frame: Any, pair: Any, number: Any) -> None:
        assert_same((frame, pair, number), (values.frame(50), (1, b"2"), 3))

    sized = size.expand(frame=frames())
    collect(sized)
    sized >> by_index()
    pulled: Any = parts()
    same_parts(pulled["frame"], pulled["pair"], pulled["number"])


@dag(schedule=None)
def keys() -> None:
    @task
    def push(ti: Any = None) -> None:
        for key, value in values.KEYS.items():
            ti.xcom_push(key=key, value=value)
        ti.xcom_push(key="twice", value=values.frame(100))
        ti.xcom_push(key="twice", value=values.frame(200))

    @task
    def pull(ti: Any = None) -> None:
        for key, value in values.KEYS.items():
            assert_same(ti.xcom_pull(task_ids="push", key=key), value)
        assert_same(ti.xcom_pull(task_ids="push", key="twice"), values.frame(200))

    push() >> pull()


@dag(schedule=None)
def small() -> None:
    @task
    def push(ti: Any = None) -> None:
        for key, value in values.SMALL.items():
            ti.xcom_push(key=key, value=value)

    @task
    def pull(ti: Any = None) -> None:
        for key, value in values.SMALL.items():
            assert_same(ti.xcom_pull(task_ids="push", key=key), value)
        assert ti.xcom_pull(task_ids="push", key="never pushed") is None

    push() >> pull()


@dag(schedule=None)
def retrying() -> None:
    @task(retries=1, retry_delay=datetime.timedelta(0))
    def push(ti: Any = None) -> Any:
        ti.xcom_push(key="attempt", value=values.frame(100 * ti.try_number))
        if ti.try_number == 1:
            raise RuntimeError("the first attempt fails, and has pushed")
        return values.frame(300)

    @task
    def pull(ti: Any = None) -> None:
        assert_same(ti.xcom_pull(task_ids="push", key="attempt"), values.frame(200))
        assert_same(ti.xcom_pull(task_ids="push"), values.frame(300))

    push() >> pull()


@dag(schedule=None)
def rerunning() -> None:
    @task
    def push(ti: Any = None) -> Any:
        ti.xcom_push(key="side", value=values.frame(100))
        return values.frame(300)

    push()


fidelity()
nesting()
arguments()
mapping()
keys()
small()
retrying()
rerunning()
