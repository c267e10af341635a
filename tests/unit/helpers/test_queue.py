"""``XComQueue``: order, ends, retries, and who may do what."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from airflow.sdk import DAG, task
from airflow.sdk.execution_time.comms import GetXCom

from airflow_xcom_toolkit import XComQueue
from airflow_xcom_toolkit.errors import AirflowVersionError, ObjectMissingError, QueueEmptyError, QueueError
from airflow_xcom_toolkit.testing.same import assert_same
from tests.pipelines import objects
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


def test_a_consumer_has_a_place_in_the_queue_of_each_producer(rows: Rows) -> None:
    """Of one name: of two tasks, of two instances of a mapped task, of its own; with dots in the ids, too."""
    producers = [("a", None), ("b", None), ("m", 0), ("m", 1), ("m.1", None), ("m", 11), ("consumer", None)]
    for task_id, index in producers:
        filled([f"{task_id}-{index}-{n}" for n in range(2)], Ti(task_id, map_index=index))
    queues = [XComQueue(Ti("consumer"), "q", task_id, map_index=index) for task_id, index in producers]
    for n in range(2):
        assert [queue.pop() for queue in queues] == [f"{task_id}-{index}-{n}" for task_id, index in producers]


def test_a_relay_pushes_to_its_own_queue_of_the_same_name(rows: Rows) -> None:
    filled([1, 2])
    relay = Ti("relay")
    taken, own = XComQueue(relay, "q", "producer"), XComQueue(relay, "q")
    while (item := taken.pop(None)) is not None:
        own.push(item * 10)
    assert list(own) == [10, 20]
    assert list(XComQueue(Ti("consumer"), "q", "relay")) == [10, 20]


NAMES = ["a", "a.0", "a.length", "a.popped", "a.popped[t]", "a.popped[t].0", "a.popped[t,0]", ""]


def test_queues_of_any_names_share_no_key(rows: Rows) -> None:
    ti = Ti("t")
    for name in NAMES:
        for task_id, index in (("t", None), ("t.0", None), ("t", 0)):
            other = Ti(task_id, map_index=index)
            XComQueue(other, name).push(name)
            XComQueue(other, name).push("last")
            XComQueue(ti, name, task_id, map_index=-1 if index is None else index).pop()
    own = [at for at in rows.rows if at[2:] == ("t", "r", -1)]
    assert len(own) == len(NAMES) * (2 + 1 + 3)
    for name in NAMES:
        queue = XComQueue(ti, name)
        assert (len(queue), queue.pop()) == (1, "last")


def test_a_retried_producer_starts_a_consumer_anew_that_is_under_way(rows: Rows) -> None:
    """At once, and not after as many items as it had popped."""
    filled(["a", "b", "c"])
    queue = XComQueue(Ti("consumer"), "q", "producer")
    assert [queue.pop() for _ in range(3)] == ["a", "b", "c"]
    filled(["A", "B", "C", "D"], Ti("producer", try_number=2))
    assert [queue.pop() for _ in range(4)] == ["A", "B", "C", "D"]
    assert not queue


@pytest.fixture
def overtaken(rows: Rows, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The producer pushes once the consumer has its row, and purges the object before the consumer reads that."""
    filled(["a"])
    send, later = rows.send, ["b"]
    before = the_object(tmp_path, "q.length")

    def slowly(msg: Any) -> Any:
        answer = send(msg)
        if isinstance(msg, GetXCom) and msg.key == "q.length" and later:
            filled([later.pop()])
            before.unlink(missing_ok=True)
        return answer

    monkeypatch.setattr(rows, "send", slowly)


def the_object(folder: Path, key: str) -> Path:
    """The only one with that key."""
    [file] = [file for file in objects(folder / "store") if file.name.startswith(f"{key}.")]
    return file


def test_a_row_that_is_overwritten_while_it_is_read_is_read_again(overtaken: None) -> None:
    assert len(XComQueue(Ti("consumer"), "q", "producer")) == 2


@needs_async
def test_the_async_twin_reads_it_again_too(overtaken: None) -> None:
    assert asyncio.run(XComQueue(Ti("consumer"), "q", "producer").alength()) == 2


@pytest.mark.parametrize("key", ["q.length", "q.0"])
def test_an_object_that_is_gone_for_good_is_an_error(key: str, rows: Rows, tmp_path: Path) -> None:
    filled(["a"])
    the_object(tmp_path, key).unlink()
    with pytest.raises(ObjectMissingError):
        XComQueue(Ti("consumer"), "q", "producer").pop()


def test_a_negative_map_index_is_that_of_an_unmapped_task(rows: Rows) -> None:
    queue = XComQueue(Ti("producer"), "q", map_index=-1)
    queue.push(1)
    assert list(XComQueue(Ti("consumer"), "q", "producer", map_index=-1)) == list(queue) == [1]


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
