"""``XComQueue``: order, ends, retries, and who may do what."""

from __future__ import annotations

import asyncio
from typing import Any

import pandas as pd
import pytest
from airflow.sdk import DAG, task

from airflow_xcom_toolkit import XComQueue
from airflow_xcom_toolkit.errors import AirflowVersionError, QueueEmptyError, QueueError
from tests.same import assert_same
from tests.unit.helpers.conftest import Rows, Ti, needs_async

ITEMS: list[Any] = [(1,), None, pd.DataFrame({"a": [1]}), "x"]


def filled(items: list[Any], ti: Ti | None = None) -> Ti:
    """The task instance that has pushed them."""
    ti = ti or Ti("producer")
    for item in items:
        XComQueue(ti, "q").push(item)
    return ti


def test_items_come_back_in_order_with_their_types(rows: Rows) -> None:
    filled(ITEMS)
    queue = XComQueue(Ti("consumer"), "q", "producer")
    assert len(queue) == 4
    assert_same(list(queue), ITEMS)
    assert_same([queue.pop() for _ in ITEMS], ITEMS)
    assert len(queue) == 0
    assert list(queue) == []


def test_peek_and_iteration_leave_the_items(rows: Rows) -> None:
    filled([1, 2])
    queue = XComQueue(Ti("consumer"), "q", "producer")
    assert (queue.peek(), list(queue), queue.pop(), queue.peek(), list(queue)) == (1, [1, 2], 1, 2, [2])


def test_an_empty_queue_raises_an_index_error_or_gives_the_default(rows: Rows) -> None:
    queue = XComQueue(Ti("consumer"), "q", "producer")
    for take in (queue.pop, queue.peek):
        with pytest.raises(QueueEmptyError, match="'q' of task 'producer'") as raised:
            take()
        assert isinstance(raised.value, IndexError)
        assert take(None) is None
    assert not queue


def test_items_pushed_later_are_seen(rows: Rows) -> None:
    producer = filled([1])
    queue = XComQueue(Ti("consumer"), "q", "producer")
    assert queue.pop() == 1
    filled([2], producer)
    assert queue.pop() == 2


def test_each_consumer_has_its_own_place(rows: Rows) -> None:
    filled([1, 2])
    for name in ("consumer", "other"):
        assert XComQueue(Ti(name), "q", "producer").pop() == 1


def test_the_producer_may_pop_too(rows: Rows) -> None:
    queue = XComQueue(filled([1, 2]), "q")
    assert (queue.pop(), len(queue)) == (1, 1)


def test_several_queues_of_a_task_are_apart(rows: Rows) -> None:
    ti = Ti("producer")
    XComQueue(ti, "a").push(1)
    XComQueue(ti, "a.0").push(2)
    assert (list(XComQueue(ti, "a")), list(XComQueue(ti, "a.0"))) == ([1], [2])


def test_a_resumed_producer_and_consumer_go_on(rows: Rows) -> None:
    """A deferred task comes back in another process, in the same try."""
    filled([1, 2])
    assert XComQueue(Ti("consumer"), "q", "producer").pop() == 1
    filled([3], Ti("producer"))
    assert list(XComQueue(Ti("consumer"), "q", "producer")) == [2, 3]


def test_a_retried_producer_starts_with_an_empty_queue(rows: Rows) -> None:
    """Also where Airflow kept the rows of the first try."""
    filled([1, 2])
    again = Ti("producer", try_number=2)
    assert len(XComQueue(again, "q")) == 0
    filled([3], again)
    assert list(XComQueue(Ti("consumer"), "q", "producer")) == [3]


def test_a_retried_consumer_sees_every_item_again(rows: Rows) -> None:
    filled([1, 2])
    assert XComQueue(Ti("consumer"), "q", "producer").pop() == 1
    assert XComQueue(Ti("consumer", try_number=2), "q", "producer").pop() == 1


def test_only_its_own_task_pushes(rows: Rows) -> None:
    with pytest.raises(QueueError, match="Only task 'producer' pushes"):
        XComQueue(Ti("consumer"), "q", "producer").push(1)


def test_a_mapped_producer_has_a_queue_for_each_index(rows: Rows) -> None:
    def nothing(x: Any = None) -> None: ...

    with DAG("d", schedule=None) as dag:
        task(task_id="producer")(nothing).expand(x=[1, 2]) >> task(task_id="consumer")(nothing)()
    for index in range(2):
        filled([index], Ti("producer", map_index=index))
    consumer = Ti("consumer", dag.get_task("consumer"))
    assert [XComQueue(consumer, "q", "producer", map_index=index).peek() for index in range(2)] == [0, 1]
    with pytest.raises(QueueError, match="name a map_index"):
        XComQueue(consumer, "q", "producer")


@needs_async
def test_the_async_twins_do_the_same(rows: Rows) -> None:
    async def all_of_it() -> Any:
        await XComQueue(Ti("producer"), "q").apush(1)
        await XComQueue(Ti("producer"), "q").apush(2)
        queue = XComQueue(Ti("consumer"), "q", "producer")
        seen = [await queue.alength(), await queue.apeek(), [item async for item in queue]]
        return [*seen, await queue.apop(), await queue.apop(), await queue.apop("end"), await queue.apeek("end")]

    assert asyncio.run(all_of_it()) == [2, 1, [1, 2], 1, 2, "end", "end"]


@pytest.mark.skipif(not needs_async.args[0], reason="this Airflow has async XCom calls")
def test_without_async_calls_the_error_names_the_version(rows: Rows) -> None:
    with pytest.raises(AirflowVersionError, match=r"XComQueue\.apush needs Airflow 3\.3"):
        asyncio.run(XComQueue(Ti("t"), "q").apush(1))
