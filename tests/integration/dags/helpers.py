"""The helpers, in real tasks: plain, mapped, grouped, asynchronous, and in a template; and queues through retries."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseOperator, dag, task, task_group

from airflow_xcom_toolkit import (
    XComQueue,
    adelete,
    afetch_ahead,
    aiter_mapped,
    alist_keys,
    apull_path,
    apull_upstream,
    areference,
    delete,
    fetch_ahead,
    iter_mapped,
    list_keys,
    pull_path,
    pull_upstream,
    reference,
)
from airflow_xcom_toolkit.compat import HAS_ASYNC
from airflow_xcom_toolkit.errors import PathError, QueueEmptyError, XComNotFoundError
from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration import values

AGAIN = {"retries": 1, "retry_delay": timedelta(seconds=0)}


class Templated(BaseOperator):
    """Its fields are rendered by Airflow."""

    template_fields = ("name", "column")

    def __init__(self, *, name: str, column: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.name = name
        self.column = column

    def execute(self, context: Any) -> list[str]:
        return [self.name, self.column]


@dag(schedule=None)
def helping() -> None:
    @task(show_return_value_in_logs=False)
    def extract(ti: Any = None) -> Any:
        ti.xcom_push(key="odd key", value={("a", 1): b"x", "n": 1})
        return {"items": [{"name": "first", "odd.key": 7}], "frame": values.frame(100), "none": None}

    @task
    def number(n: int) -> dict[str, int]:
        return {"n": n}

    @task
    def silent() -> None: ...

    @task_group
    def grouped(n: int) -> None:
        @task
        def first(n: int) -> Any:
            return {"n": n, "frame": values.frame(100 + n)}

        @task
        def second(ti: Any = None) -> int:
            [(task_id, own)] = pull_upstream(ti).items()
            assert (task_id, own["n"]) == ("grouped.first", ti.map_index + 5), own
            assert pull_path(ti, "grouped.first.return_value.n") == own["n"]
            assert pull_path(ti, "extract.return_value.items[0].name") == "first"
            return own["n"]

        first(n) >> second()

    @task
    def check(ti: Any = None) -> None:
        assert pull_path(ti, "extract.return_value.items[0].name") == "first"
        assert pull_path(ti, "extract.return_value.items[-1]['odd.key']") == 7
        assert pull_path(ti, 'extract["odd key"].n') == 1
        assert_same(pull_path(ti, "extract.return_value.frame"), values.frame(100))
        assert pull_path(ti, "extract.return_value.none", default=1) is None
        assert pull_path(ti, "extract.return_value.nothing", default=None) is None
        assert pull_path(ti, "silent.return_value", default=3) == 3
        assert pull_path(ti, "number.return_value[1].n") == 2
        assert pull_path(ti, "number.return_value.n", map_indexes=0) == 1
        assert pull_path(ti, "grouped.second.return_value") == [5, 6]
        raised(PathError, lambda: pull_path(ti, "extract.return_value.items[3]"))
        found = pull_upstream(ti)
        assert list(found) == ["extract", "grouped.second", "number", "silent"]
        assert (found["grouped.second"], found["number"], found["silent"]) == ([5, 6], [{"n": 1}, {"n": 2}], None)
        assert pull_upstream(ti, "odd key")["extract"] == {("a", 1): b"x", "n": 1}
        first = reference(ti, "grouped.first", map_indexes=0)
        assert (first.encrypted, first.location is None) == (True, False)
        assert_same(first.load(), {"n": 5, "frame": values.frame(105)})
        raised(XComNotFoundError, lambda: reference(ti, "silent"))

    @task
    async def coroutine(ti: Any = None) -> None:
        one, all_of_them = await asyncio.gather(
            apull_path(ti, "extract.return_value.items[0].name"), apull_path(ti, "number.return_value")
        )
        assert (one, all_of_them) == ("first", [{"n": 1}, {"n": 2}])
        found = await apull_upstream(ti)
        assert_same(found["extract"]["frame"], values.frame(100))
        assert found["grouped.second"] == [5, 6]
        first = await areference(ti, "grouped.first", map_indexes=1)
        assert_same(await first.aload(), {"n": 6, "frame": values.frame(106)})

    done = [extract(), number.expand(n=[1, 2]), silent(), grouped.expand(n=[5, 6])]
    done[0] >> done[3]
    done >> check()
    if HAS_ASYNC:
        done >> coroutine()
    done[0] >> Templated(
        task_id="templated",
        name='{{ macros.xcom_toolkit.pull_path(ti, "extract.return_value.items[0].name") }}',
        column="{{ macros.xcom_toolkit.pull_path(ti, 'extract.return_value.frame.' ~ 'nothing', default='none') }}",
    )


MANY = 12


@dag(schedule=None)
def gathering() -> None:
    """More values of a mapped task than are fetched at a time, in every way that a task gets them."""

    def made(n: int) -> Any:
        return {"n": (n,), "body": bytes([n]) * 3000}

    @task(show_return_value_in_logs=False)
    def part(n: int) -> Any:
        return made(n)

    @task
    def gather(parts: Any, ti: Any = None) -> None:
        wanted = [made(n) for n in range(MANY)]
        assert_same(ti.xcom_pull("part"), wanted)
        assert_same(ti.xcom_pull("part", map_indexes=[7, 3]), [wanted[7], wanted[3]])
        assert_same(list(iter_mapped(ti, "part", ahead=3)), wanted)
        assert_same(list(fetch_ahead(parts)), wanted)
        assert_same(list(parts), wanted)
        assert_same(list(parts[2:5]), wanted[2:5])
        assert_same(pull_upstream(ti), {"part": wanted})

    @task
    async def gather_asynchronously(parts: Any, ti: Any = None) -> None:
        wanted = [made(n) for n in range(MANY)]
        assert_same(await ti.axcom_pull("part"), wanted)
        assert_same([found async for found in aiter_mapped(ti, "part")], wanted)
        assert_same([found async for found in afetch_ahead(parts)], wanted)

    parts = part.expand(n=list(range(MANY)))
    gather(parts)
    if HAS_ASYNC:
        gather_asynchronously(parts)


@dag(schedule=None)
def deleting() -> None:
    """What ``mapped`` keeps is looked at from outside."""

    @task
    def plain(ti: Any = None) -> None:
        for key in ("a", "b/c d", "e"):
            ti.xcom_push(key=key, value=values.frame(300))
        assert list_keys(ti) == ["a", "b/c d", "e"]
        delete(ti, "a")
        delete(ti, "never pushed")
        assert list_keys(ti) == ["b/c d", "e"]
        delete(ti)
        assert list_keys(ti) == []

    @task
    def mapped(n: int, ti: Any = None) -> None:
        for key in ("a", "b"):
            ti.xcom_push(key=key, value=values.frame(300 + n))
        if n:
            delete(ti)
            assert list_keys(ti) == []

    @task
    async def coroutine(ti: Any = None) -> None:
        await ti.axcom_push(key="a", value=values.frame(300))
        assert await alist_keys(ti) == ["a"]
        assert await alist_keys(ti, "mapped", map_index=0) == ["a", "b"]
        await adelete(ti)
        assert await alist_keys(ti) == []

    @task
    def other(ti: Any = None) -> None:
        delete(ti, "b", task_id="mapped", map_index=0)

    done = plain() >> mapped.expand(n=[0, 1])
    if HAS_ASYNC:
        done = done >> coroutine()
    done >> other()


@dag(schedule=None)
def queueing() -> None:
    @task(**AGAIN)
    def produce(ti: Any = None) -> None:
        queue = XComQueue(ti, "numbers")
        assert len(queue) == 0
        for number in range(3):
            queue.push({"of": ti.try_number, "n": number, "frame": values.frame(100)})
        assert ti.try_number > 1, "the first try fails"

    @task(**AGAIN)
    def consume(ti: Any = None) -> None:
        queue = XComQueue(ti, "numbers", "produce")
        assert [item["n"] for item in queue] == [0, 1, 2]
        assert {item["of"] for item in queue} == {2}
        assert queue.peek()["n"] == 0
        assert_same(queue.pop()["frame"], values.frame(100))
        assert ti.try_number > 1, "the first try fails"
        assert [queue.pop()["n"], queue.pop()["n"], queue.pop("end")] == [1, 2, "end"]
        raised(QueueEmptyError, queue.pop)

    @task
    async def consume_too(ti: Any = None) -> None:
        own = XComQueue(ti, "own")
        await own.apush(1)
        queue = XComQueue(ti, "numbers", "produce")
        assert await queue.alength() == 3
        assert [item["n"] async for item in queue] == [0, 1, 2]
        assert [(await queue.apop())["n"], (await queue.apeek())["n"]] == [0, 1]
        assert await own.apop() == 1

    @task(**AGAIN)
    def produce_mapped(n: int, ti: Any = None) -> None:
        queue = XComQueue(ti, "numbers")
        assert len(queue) == 0
        for number in range(n):
            queue.push([ti.try_number, number])
        assert ti.try_number > 1, "the first try fails"

    @task(**AGAIN)
    def consume_mapped(n: int, ti: Any = None) -> None:
        assert pull_upstream(ti, "numbers.0") == {"produce_mapped": [[2, 0], [2, 0]]}
        assert pull_path(ti, 'produce_mapped["numbers.length"].length', map_indexes=ti.map_index) == n
        queue = XComQueue(ti, "numbers", "produce_mapped", map_index=ti.map_index)
        assert [queue.pop() for _ in range(n)] == [[2, number] for number in range(n)]
        assert not queue
        assert ti.try_number > 1, "the first try fails"

    @task
    def collect(ti: Any = None) -> None:
        own = XComQueue(ti, "numbers")
        for index, count in enumerate([1, 2]):
            queue = XComQueue(ti, "numbers", "produce_mapped", map_index=index)
            while (item := queue.pop(None)) is not None:
                own.push([index, *item])
            assert len(own) == index + count
        assert [own.pop() for _ in range(3)] == [[0, 2, 0], [1, 2, 0], [1, 2, 1]]

    produced = produce()
    produced >> consume()
    if HAS_ASYNC:
        produced >> consume_too()
    produce_mapped.expand(n=[1, 2]) >> [consume_mapped.expand(n=[1, 2]), collect()]


class Pushing(BaseOperator):
    """Fills a queue, defers, and goes on filling it."""

    def execute(self, context: Any) -> None:
        from airflow.providers.standard.triggers.temporal import TimeDeltaTrigger

        XComQueue(context["ti"], "q").push("before")
        self.defer(trigger=TimeDeltaTrigger(timedelta(milliseconds=1)), method_name="resumed")

    def resumed(self, context: Any, event: Any) -> None:
        XComQueue(context["ti"], "q").push("after")


@dag(schedule=None)
def queueing_deferred() -> None:
    @task
    def consume(ti: Any = None) -> None:
        assert list(XComQueue(ti, "q", "pushing")) == ["before", "after"]

    Pushing(task_id="pushing") >> consume()


def raised(error: type[Exception], call: Any) -> None:
    """Asserts that ``call`` raises it."""
    try:
        call()
    except error:
        return
    raise AssertionError(f"no {error.__name__}")


helping()
gathering()
deleting()
queueing()
queueing_deferred()
