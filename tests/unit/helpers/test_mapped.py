"""``iter_mapped`` and ``fetch_ahead``: the values of a mapped task one at a time, each fetched before its turn."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
from airflow.sdk import DAG, task
from airflow.sdk.bases.xcom import BaseXCom
from airflow.sdk.execution_time import xcom as configured
from cryptography.fernet import Fernet

from airflow_xcom_toolkit import (
    afetch_ahead,
    aiter_mapped,
    apull_path,
    apull_upstream,
    fetch_ahead,
    iter_mapped,
    pull_path,
    pull_upstream,
)
from airflow_xcom_toolkit.ahead import AT_ONCE
from airflow_xcom_toolkit.errors import AirflowVersionError, ConfigurationError, DecryptionError
from airflow_xcom_toolkit.helpers import mapped
from airflow_xcom_toolkit.testing.same import assert_same
from tests.unit.conftest import SetOptions
from tests.unit.helpers.conftest import Rows, Ti, needs_async
from tests.unit.test_ahead import Crowd, threads
from tests.unit.test_get_all import Hooked, Watched, Watching

VALUES = [np.full(100, index) for index in range(25)]


def nothing(x: Any = None) -> None: ...


@pytest.fixture
def dag() -> DAG:
    with DAG("d", schedule=None) as made:
        several = task(task_id="several")(nothing).expand(x=[1])
        single = [task(task_id=f"single{n}")(nothing)() for n in range(8)]
        [several, *single] >> task(task_id="last")(nothing)()
    return made


@pytest.fixture
def ti(dag: DAG, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> Ti:
    """A task after a mapped one, whose instances have pushed `VALUES`."""
    monkeypatch.setattr(Watched, "fetched_in", [], raising=False)
    monkeypatch.setattr(configured, "XCom", Watching)
    push()
    rows.order.clear()
    return Ti("last", dag.get_task("last"))


def push() -> None:
    for index, value in enumerate(VALUES):
        Ti("several", map_index=index).xcom_push("return_value", value)


def passed(ti: Ti) -> Any:
    """The argument that Airflow passes for the mapped task."""
    from airflow.sdk import XComArg

    return XComArg(ti.task.dag.get_task("several")).resolve({"ti": ti})  # type: ignore[arg-type]


async def collected(values: AsyncIterator[Any]) -> list[Any]:
    return [value async for value in values]


def test_all_values_are_given_in_the_order_of_their_indexes(ti: Ti) -> None:
    assert_same(list(iter_mapped(ti, "several")), VALUES)
    assert_same(list(fetch_ahead(passed(ti))), VALUES)
    assert threads() == set()


def test_a_task_that_pushed_nothing_has_no_values(ti: Ti) -> None:
    assert list(iter_mapped(ti, "several", key="another")) == []
    assert list(iter_mapped(ti, "several", run_id="another")) == []


def test_a_helper_asks_once_for_all_rows_and_only_when_the_first_value_is_wanted(ti: Ti, rows: Rows) -> None:
    values = iter_mapped(ti, "several")
    assert rows.order == []
    list(values)
    assert rows.order == ["GetXComSequenceSlice"]


@pytest.mark.parametrize("size", [10, 25, 26])
def test_rows_of_an_argument_are_asked_for_in_slices(
    ti: Ti, rows: Rows, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Whether the last one is full, empty or neither; Airflow's own iteration asks for each one."""
    monkeypatch.setattr(mapped, "ROWS", size)
    assert_same(list(fetch_ahead(passed(ti))), VALUES)
    assert rows.order == ["GetXComSequenceSlice"] * (25 // size + 1)


def test_so_many_are_fetched_at_a_time(ti: Ti, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = Crowd(4)
    monkeypatch.setattr(Watched, "crowd", crowd)
    assert len(list(iter_mapped(ti, "several", ahead=4))) == 25
    assert crowd.most == 4


def test_what_nobody_takes_is_not_fetched(ti: Ti) -> None:
    """A consumer that is slow, or stops, has those ahead of it and no more; no thread is left."""
    for values in (iter_mapped(ti, "several", ahead=4), fetch_ahead(passed(ti), ahead=4)):
        Watched.fetched_in.clear()
        for value in values:
            if value[0] == 9:
                break
        values.close()  # type: ignore[attr-defined]
        assert len(Watched.fetched_in) <= 10 + 3
        assert threads() == set()


def test_a_list_is_given_as_it_is() -> None:
    """So that the function of a task can be called with one."""
    assert list(fetch_ahead([1, 2])) == [1, 2]


def test_a_backend_with_hooks_of_its_own_has_each_called(ti: Ti, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configured, "XCom", Hooked)
    wanted = [("hooked", value) for value in VALUES]
    assert_same(list(iter_mapped(ti, "several")), wanted)
    values = passed(ti)
    monkeypatch.setattr(type(values), "__iter__", lambda self: iter(self[:]))
    assert_same(list(fetch_ahead(values)), wanted)


def test_a_row_of_another_task_does_not_open(ti: Ti, rows: Rows, options: SetOptions) -> None:
    options(fernet_keys=Fernet.generate_key().decode())
    push()
    Ti("other").xcom_push("return_value", 1)
    rows.rows["return_value", "d", "several", "r", 7] = rows.rows["return_value", "d", "other", "r", -1]
    values = iter_mapped(ti, "several")
    assert_same([next(values) for _ in range(7)], VALUES[:7])
    with pytest.raises(DecryptionError, match="another XCom"):
        next(values)


def test_arguments_that_make_no_sense_are_refused_at_once(ti: Ti) -> None:
    for wrong in (0, -1, 1.5, True):
        with pytest.raises(ValueError, match="ahead"):
            iter_mapped(ti, "several", ahead=wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="one task id"):
        iter_mapped(ti, ["several"])  # type: ignore[arg-type]


def test_another_backend_is_named(ti: Ti, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configured, "XCom", BaseXCom)
    with pytest.raises(ConfigurationError, match="BaseXCom"):
        iter_mapped(ti, "several")


def test_objects_of_several_upstream_tasks_are_fetched_together(ti: Ti, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of 33 alone, then `AT_ONCE` of them."""
    for index in range(8):
        Ti(f"single{index}").xcom_push("return_value", [index])
    crowd = Crowd(AT_ONCE)
    monkeypatch.setattr(Watched, "crowd", crowd)
    assert pull_upstream(ti)["single2"] == [2]
    assert crowd.most == AT_ONCE


@pytest.mark.parametrize("indexes", [None, [0, 3, 4, 5, 6, 7, 8, 9, 1]])
def test_objects_of_several_instances_are_fetched_together(
    ti: Ti, indexes: list[int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = Crowd(AT_ONCE)
    monkeypatch.setattr(Watched, "crowd", crowd)
    wanted = VALUES if indexes is None else [VALUES[index] for index in indexes]
    assert_same(pull_path(ti, "several.return_value", map_indexes=indexes), wanted)
    assert crowd.most == AT_ONCE


def test_a_value_that_is_missing_among_several_is_none(ti: Ti) -> None:
    Ti("single1").xcom_push("return_value", 1)
    found = pull_upstream(ti)
    assert [found[f"single{index}"] for index in range(3)] == [None, 1, None]
    assert pull_path(ti, "several.return_value", map_indexes=[99, 3])[0] is None


@needs_async
class TestAsync:
    def test_the_twins_give_the_same(self, ti: Ti) -> None:
        assert_same(asyncio.run(collected(aiter_mapped(ti, "several"))), VALUES)
        assert_same(asyncio.run(collected(afetch_ahead(passed(ti)))), VALUES)
        assert asyncio.run(collected(afetch_ahead([1, 2]))) == [1, 2]
        assert_same(asyncio.run(apull_path(ti, "several.return_value")), VALUES)
        assert_same(asyncio.run(apull_upstream(ti))["several"], VALUES)

    def test_nothing_is_fetched_on_the_event_loop(self, ti: Ti) -> None:
        asyncio.run(collected(aiter_mapped(ti, "several")))
        asyncio.run(collected(afetch_ahead(passed(ti))))
        assert len(Watched.fetched_in) == 50
        assert threading.get_ident() not in Watched.fetched_in

    def test_what_nobody_takes_is_not_fetched(self, ti: Ti) -> None:
        async def some() -> None:
            values = aiter_mapped(ti, "several", ahead=4)
            async for value in values:
                if value[0] == 9:
                    break
            await values.aclose()  # type: ignore[attr-defined]

        asyncio.run(some())
        assert len(Watched.fetched_in) <= 10 + 3


@pytest.mark.skipif(hasattr(BaseXCom, "aget_one"), reason="this Airflow has async XCom calls")
def test_the_async_twins_name_the_airflow_that_they_need(ti: Ti) -> None:
    for values in (aiter_mapped(ti, "several"), afetch_ahead(passed(ti))):
        with pytest.raises(AirflowVersionError, match=r"3\.3"):
            asyncio.run(collected(values))
