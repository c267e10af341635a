"""The stand-in for Airflow's supervisor answers as the real one, on every Airflow."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.bases.xcom import BaseXCom
from airflow.sdk.execution_time import comms

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.compat import HAS_ASYNC
from airflow_xcom_toolkit.testing.database.stand_in import RowRefusedError, Supervisor
from airflow_xcom_toolkit.testing.same import assert_same

AT = Coordinate("d", "r", "t", -1, "k")
NAMES: dict[str, Any] = {"dag_id": "d", "run_id": "r", "task_id": "t", "key": "k"}
TI: dict[str, Any] = {"dag_id": "d", "run_id": "r", "task_id": "t"}


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    stand_in = Supervisor()
    with stand_in.installed():
        yield stand_in


@pytest.fixture
def mapped(supervisor: Supervisor) -> list[str]:
    """The values of five map indexes, written in another order."""
    for index in (3, 0, 4, 1, 2):
        BaseXCom.set("k", str(index), **TI, map_index=index)
    return ["0", "1", "2", "3", "4"]


def _slice(supervisor: Supervisor, of: slice, **options: Any) -> Any:
    msg = comms.GetXComSequenceSlice(**NAMES, start=of.start, stop=of.stop, step=of.step, **options)
    return supervisor.send(msg).root


def _lazy_sequence() -> Any:
    from airflow.sdk.execution_time.lazy_sequence import LazyXComSequence

    source = SimpleNamespace(operator=SimpleNamespace(dag_id="d", task_id="t"), key="k")
    return LazyXComSequence(xcom_arg=source, ti=SimpleNamespace(run_id="r"))


def test_what_is_set_is_got(supervisor: Supervisor) -> None:
    """By Airflow's own accessors."""
    BaseXCom.set("k", {"a": [1, "x", None]}, **TI)
    assert_same(BaseXCom.get_one(**NAMES), {"a": [1, "x", None]})
    assert_same(supervisor.row(AT), {"a": [1, "x", None]})


def test_no_row_answers_with_none(supervisor: Supervisor) -> None:
    """As the client does with the server's 404."""
    answer = supervisor.send(comms.GetXCom(**NAMES))
    assert (type(answer), answer.key, answer.value) == (comms.XComResult, "k", None)
    assert BaseXCom.get_one(**NAMES) is None
    with pytest.raises(KeyError):
        supervisor.row(AT)


def test_no_map_index_means_that_of_an_unmapped_task(supervisor: Supervisor, mapped: list[str]) -> None:
    """And not an arbitrary one of those there are."""
    assert supervisor.send(comms.GetXCom(**NAMES, map_index=None)).value is None
    BaseXCom.set("k", "unmapped", **TI)
    assert supervisor.send(comms.GetXCom(**NAMES, map_index=None)).value == "unmapped"
    assert supervisor.row(replace(AT, map_index=None)) == "unmapped"


def test_an_answer_shares_nothing_with_the_row(supervisor: Supervisor) -> None:
    """What a task does to its value stays with the task."""
    supervisor.write_row(AT, [[1]])
    supervisor.send(comms.GetXCom(**NAMES)).value[0].append(2)
    supervisor.row(AT)[0].append(2)  # type: ignore[index, union-attr]
    assert supervisor.rows() == {AT: [[1]]}


def test_a_second_set_replaces_the_row(supervisor: Supervisor) -> None:
    """There is one row for a task instance and key."""
    BaseXCom.set("k", 1, **TI)
    BaseXCom.set("k", 2, **TI)
    assert supervisor.rows() == {AT: 2}


def test_a_refused_row_leaves_the_old_one(supervisor: Supervisor) -> None:
    """The server replaces it in one transaction."""
    BaseXCom.set("k", 1, **TI)
    for refused in (2**64, float("nan"), "\0"):
        with pytest.raises(RowRefusedError):
            BaseXCom.set("k", refused, **TI)
    assert supervisor.row(AT) == 1


def test_what_comes_back_as_too_large_an_int_fails_at_the_pull(supervisor: Supervisor) -> None:
    """PostgreSQL takes the float, and gives back an int that msgpack refuses."""
    BaseXCom.set("k", [1e300], **TI)
    with pytest.raises(RowRefusedError, match=r"^msgpack refuses"):
        BaseXCom.get_one(**NAMES)


def test_a_row_nested_too_deep_for_mariadb_is_refused(supervisor: Supervisor) -> None:
    """It takes 31 levels; the old row stays."""
    row: Any = 1
    for _ in range(31):
        row = [row]
    BaseXCom.set("k", row, **TI)
    with pytest.raises(RowRefusedError, match=r"^MariaDB refuses"):
        BaseXCom.set("k", [row], **TI)
    assert supervisor.row(AT) == row


def test_a_row_written_straight_meets_the_database_only(supervisor: Supervisor) -> None:
    """Neither msgpack nor HTTP; but what PostgreSQL refuses is refused."""
    supervisor.write_row(AT, {"__classname__": "some.Class", "n": 2**70})
    assert_same(supervisor.row(AT), {"n": 2**70, "__classname__": "some.Class"})
    with pytest.raises(RowRefusedError, match=r"^PostgreSQL"):
        supervisor.write_row(AT, "\0")


def test_a_row_has_no_task_instance(supervisor: Supervisor) -> None:
    """It is found whatever instance the coordinate names."""
    supervisor.write_row(replace(AT, instance="one"), 1)
    assert supervisor.row(replace(AT, instance="another")) == 1


def test_a_deleted_row_is_gone(supervisor: Supervisor) -> None:
    """By the task or past it, and twice is fine."""
    BaseXCom.set("k", 1, **TI)
    supervisor.send(comms.DeleteXCom(**NAMES))
    supervisor.send(comms.DeleteXCom(**NAMES))
    supervisor.write_row(AT, 1)
    supervisor.delete_row(AT)
    supervisor.delete_row(AT)
    assert supervisor.rows() == {}


def test_delete_asks_for_the_very_map_index(supervisor: Supervisor, mapped: list[str]) -> None:
    """The others stay."""
    supervisor.send(comms.DeleteXCom(**NAMES, map_index=2))
    assert _slice(supervisor, slice(None)) == ["0", "1", "3", "4"]


def test_all_values_come_in_the_order_of_the_map_index(supervisor: Supervisor, mapped: list[str]) -> None:
    """Whatever order they were pushed in."""
    assert BaseXCom.get_all(**NAMES) == mapped
    assert BaseXCom.get_all(**{**NAMES, "key": "other"}) is None


SLICES = [
    slice(start, stop, step)
    for start in (None, 0, 1, 3, -1, -2, -5)
    for stop in (None, 1, 4, -1, -4)
    for step in (None, 1, 2, -1, -2)
]


@pytest.mark.parametrize("of", SLICES, ids=repr)
def test_a_slice_is_that_of_a_list(of: slice, supervisor: Supervisor, mapped: list[str]) -> None:
    """Also from the end, and backwards."""
    assert _slice(supervisor, of) == mapped[of]


def test_an_item_is_found_from_either_end(supervisor: Supervisor, mapped: list[str]) -> None:
    """And beyond them is an index error for the task."""
    sequence = _lazy_sequence()
    assert [sequence[0], sequence[4], sequence[-1], sequence[-5]] == ["0", "4", "4", "0"]
    for beyond in (5, -6):
        with pytest.raises(IndexError):
            sequence[beyond]


def test_an_item_beyond_the_end_is_an_error_that_says_what_was_asked(supervisor: Supervisor) -> None:
    """It is returned, not raised: the task decides."""
    answer = supervisor.send(comms.GetXComSequenceItem(**NAMES, offset=0))
    assert isinstance(answer, comms.ErrorResponse)
    assert answer.error.value == "XCOM_NOT_FOUND"
    assert answer.detail == {**NAMES, "offset": 0}


def test_a_lazy_sequence_has_length_and_items(supervisor: Supervisor, mapped: list[str]) -> None:
    """What a task sees of a mapped one."""
    sequence = _lazy_sequence()
    assert (len(sequence), list(sequence), sequence[1:3]) == (5, mapped, ["1", "2"])


def test_rows_of_null_count(supervisor: Supervisor) -> None:
    """A row that says ``null`` is a row."""
    supervisor.write_row(AT, None)
    assert supervisor.send(comms.GetXComCount(**NAMES)).len == 1
    assert _slice(supervisor, slice(None)) == [None]


@pytest.fixture
def runs(supervisor: Supervisor) -> None:
    """Three runs; the second has nothing."""
    supervisor.write_row(replace(AT, run_id="r1"), "one")
    supervisor.send(comms.GetXCom(**{**NAMES, "run_id": "r2"}))
    supervisor.write_row(replace(AT, run_id="r3"), "three")


@pytest.mark.parametrize(("run", "expected"), [("r1", "one"), ("r2", "one"), ("r3", "three"), ("r4", "three")])
def test_prior_dates_give_the_newest_up_to_the_run(run: str, expected: str, supervisor: Supervisor, runs: None) -> None:
    """The run itself first; never a later one."""
    assert BaseXCom.get_one(**{**NAMES, "run_id": run}, include_prior_dates=True) == expected


def test_without_prior_dates_only_the_run_itself_answers(supervisor: Supervisor, runs: None) -> None:
    """The default."""
    assert BaseXCom.get_one(**{**NAMES, "run_id": "r2"}) is None
    assert BaseXCom.get_all(**{**NAMES, "run_id": "r2"}) is None


def test_another_dags_runs_are_not_prior(supervisor: Supervisor, runs: None) -> None:
    """Runs are those of one dag."""
    assert BaseXCom.get_one(**{**NAMES, "dag_id": "other", "run_id": "r3"}, include_prior_dates=True) is None


def test_on_send_is_called_before_anything_is_done(supervisor: Supervisor) -> None:
    """A test looks at what is stored at that moment."""
    seen: list[Any] = []
    supervisor.on_send = lambda msg: seen.append((type(msg).__name__, supervisor.rows()))
    BaseXCom.set("k", 1, **TI)
    assert seen == [("SetXCom", {})]


def test_on_send_may_let_the_send_fail(supervisor: Supervisor) -> None:
    """And nothing is written."""

    def fail(msg: Any) -> None:
        raise ConnectionError("gone")

    supervisor.on_send = fail
    with pytest.raises(ConnectionError):
        BaseXCom.set("k", 1, **TI)
    assert supervisor.rows() == {}


def test_secrets_to_mask_are_noted(supervisor: Supervisor) -> None:
    """A test asks whether a secret was handed to the masker."""
    assert supervisor.send(comms.MaskSecret(value=["secret"])) is None
    assert supervisor.masked == [["secret"]]


def test_an_unknown_message_is_named(supervisor: Supervisor) -> None:
    """Rather than answered wrongly."""
    with pytest.raises(NotImplementedError, match="GetVariable"):
        supervisor.send(comms.GetVariable(key="v"))


def test_clear_forgets_everything(supervisor: Supervisor, runs: None) -> None:
    """Rows, runs and secrets."""
    supervisor.send(comms.MaskSecret(value="secret"))
    supervisor.clear()
    assert (supervisor.rows(), supervisor.masked) == ({}, [])
    assert BaseXCom.get_one(**{**NAMES, "run_id": "r4"}, include_prior_dates=True) is None


def test_it_stands_where_airflow_looks_only_while_installed() -> None:
    """What stood there before stands there again."""
    from airflow.sdk.execution_time import task_runner

    assert not hasattr(task_runner, "SUPERVISOR_COMMS")
    first, second = Supervisor(), Supervisor()
    with first.installed(), first.installed():
        with second.installed():
            BaseXCom.set("k", 1, **TI)
        BaseXCom.set("k", 2, **TI)
    assert not hasattr(task_runner, "SUPERVISOR_COMMS")
    assert (first.rows(), second.rows()) == ({AT: 2}, {AT: 1})


def test_any_event_loop_may_send(supervisor: Supervisor) -> None:
    """One after the other, and several messages at once."""

    async def push(*indexes: int) -> None:
        await asyncio.gather(
            *(supervisor.asend(comms.SetXCom(**NAMES, value=index, map_index=index)) for index in indexes)
        )

    asyncio.run(push(0, 1, 2))
    asyncio.run(push(3, 4))
    assert _slice(supervisor, slice(None)) == [0, 1, 2, 3, 4]


@pytest.mark.skipif(not HAS_ASYNC, reason="this Airflow has no XComs from a coroutine")
def test_airflows_async_accessors_are_answered(supervisor: Supervisor) -> None:
    """The same rows as the blocking ones."""

    async def push_and_pull() -> tuple[Any, Any]:
        await BaseXCom.aset("k", [1], **TI)
        return await BaseXCom.aget_one(**NAMES), await BaseXCom.aget_all(**NAMES)

    assert asyncio.run(push_and_pull()) == ([1], [[1]])


def test_any_thread_may_send(supervisor: Supervisor) -> None:
    """No row is lost."""

    def push(worker: int) -> None:
        for index in range(worker * 20, worker * 20 + 20):
            BaseXCom.set("k", index, **TI, map_index=index)

    threads = [threading.Thread(target=push, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert BaseXCom.get_all(**NAMES) == list(range(80))
