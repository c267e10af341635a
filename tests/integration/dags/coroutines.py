"""XComs from coroutines: a task that is one, and a trigger."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.execution_time.xcom import XCom

from airflow_xcom_toolkit.placement import ObjectPlacement
from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration import values
from tests.integration.triggers import Deferring

SLOW = 0.5


@dag(schedule=None)
def asynchronous() -> None:
    @task
    def number(n: int) -> Any:
        return values.frame(100 * n)

    @task
    async def coroutine(ti: Any = None) -> Any:
        threads = slow_down_storage()
        at = {"dag_id": ti.dag_id, "run_id": ti.run_id}
        await ticking(lambda: XCom.aset(key="side", value=values.frame(400), **at, task_id=ti.task_id))
        assert_same(await ticking(lambda: ti.axcom_pull(task_ids=ti.task_id, key="side")), values.frame(400))
        one = await ticking(lambda: XCom.aget_one(key="return_value", **at, task_id="number", map_index=1))
        assert_same(one, values.frame(200))
        every = await ticking(lambda: XCom.aget_all(key="return_value", **at, task_id="number"))
        assert_same(every, [values.frame(100), values.frame(200), values.frame(300)])
        assert await XCom.aget_one(key="never pushed", **at, task_id="number", map_index=1) is None
        assert threads
        assert threading.get_ident() not in threads
        return values.frame(250)

    @task
    def same(pulled: Any) -> None:
        assert_same(pulled, values.frame(250))

    done = coroutine()
    number.expand(n=[1, 2, 3]) >> done
    same(done)


def slow_down_storage() -> set[int]:
    """Makes each storage call of this process take long; the threads that called are in the set returned."""
    threads: set[int] = set()

    def slow(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **named: Any) -> Any:
            threads.add(threading.get_ident())
            time.sleep(SLOW)
            return call(*arguments, **named)

        return wrapper

    ObjectPlacement.store = slow(ObjectPlacement.store)  # type: ignore[method-assign]
    ObjectPlacement.fetch = slow(ObjectPlacement.fetch)  # type: ignore[method-assign]
    return threads


async def ticking(call: Callable[[], Awaitable[Any]]) -> Any:
    """The result of ``call``, which let the event loop do other things meanwhile."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(SLOW / 20)
            ticks += 1

    ticker = asyncio.create_task(tick())
    try:
        return await call()
    finally:
        ticker.cancel()
        assert ticks >= 5, f"the event loop turned {ticks} times"


@dag(schedule=None)
def deferring() -> None:
    Deferring(task_id="deferring")


asynchronous()
deferring()
