"""``pull_upstream``: every direct upstream task, and no other."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from airflow.sdk import DAG, task, task_group

from airflow_xcom_toolkit import apull_upstream, pull_path, pull_upstream
from airflow_xcom_toolkit.errors import XComToolkitError
from tests.unit.helpers.conftest import Rows, Ti, needs_async


def nothing(x: Any = None) -> None: ...


@pytest.fixture
def dag() -> DAG:
    with DAG("d", schedule=None) as made:
        made_task = {name: task(task_id=name)(nothing)() for name in ("far", "c", "a", "silent", "last")}
        mapped = task(task_id="b")(nothing).expand(x=[1, 2])
        made_task["far"] >> made_task["c"]
        [made_task["c"], made_task["a"], made_task["silent"], mapped] >> made_task["last"]

        @task_group
        def group(x: Any) -> None:
            task(task_id="first")(nothing)(x) >> task(task_id="second")(nothing)()

        group.expand(x=[1, 2]) >> task(task_id="after")(nothing)()
    return made


def test_each_direct_upstream_task_is_there_in_the_order_of_the_ids(dag: DAG, rows: Rows) -> None:
    for name in ("far", "c", "a"):
        Ti(name).xcom_push("return_value", (name,))
    for index in (1, 0):
        Ti("b", map_index=index).xcom_push("return_value", index)
    found = pull_upstream(Ti("last", dag.get_task("last")))
    assert list(found.items()) == [("a", ("a",)), ("b", [0, 1]), ("c", ("c",)), ("silent", None)]


def test_another_key_may_be_asked_for(dag: DAG, rows: Rows) -> None:
    Ti("a").xcom_push("k", 1)
    assert pull_upstream(Ti("last", dag.get_task("last")), "k") == {"a": 1, "b": [], "c": None, "silent": None}


def test_in_a_mapped_task_group_it_is_the_own_index_and_outside_of_it_all(dag: DAG, rows: Rows) -> None:
    for index in range(2):
        for name in ("group.first", "group.second"):
            Ti(name, map_index=index).xcom_push("return_value", {"n": index})
    second = Ti("group.second", dag.get_task("group.second"), map_index=1)
    assert pull_upstream(second) == {"group.first": {"n": 1}}
    assert pull_path(second, "group.first.return_value.n") == 1
    after = Ti("after", dag.get_task("after"))
    assert pull_upstream(after) == {"group.second": [{"n": 0}, {"n": 1}]}
    assert pull_path(after, "group.first.return_value[1].n") == 1


def test_without_a_dag_it_says_so(rows: Rows) -> None:
    with pytest.raises(XComToolkitError, match="knows its dag"):
        pull_upstream(Ti("t"))


@needs_async
def test_the_async_twin_gives_the_same(dag: DAG, rows: Rows) -> None:
    Ti("a").xcom_push("return_value", 1)
    ti = Ti("last", dag.get_task("last"))
    assert asyncio.run(apull_upstream(ti)) == pull_upstream(ti)
