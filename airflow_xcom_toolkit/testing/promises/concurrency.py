"""Promise 18, of coroutines and threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from ..base import Contract
from ..checks.each import for_each
from ..same import assert_same
from ..values.samples import SAMPLES
from ..xcoms import AT, MAPPED, XComs
from .calls import VALUES, push_mapped

THREADS = 8


class Concurrency(Contract):
    """The async calls give what the sync ones give; threads do not disturb one another."""

    promise = "18. Called by every Airflow"

    @pytest.fixture
    def coroutines(self, asynchronous: None, each_form: XComs) -> XComs:
        """The backend in each form, where Airflow has async accessors."""
        return each_form

    def test_what_a_coroutine_pushes_a_task_pulls(self, coroutines: XComs) -> None:
        """By `aset` and `get_one`."""

        def check(name: str) -> None:
            asyncio.run(coroutines.apush(SAMPLES[name]()))
            assert_same(coroutines.pull(), SAMPLES[name]())

        for_each(SAMPLES, check)

    def test_what_a_task_pushes_a_coroutine_pulls(self, coroutines: XComs) -> None:
        """By `set` and `aget_one`."""

        def check(name: str) -> None:
            coroutines.push(SAMPLES[name]())
            assert_same(asyncio.run(coroutines.apull()), SAMPLES[name]())

        for_each(SAMPLES, check)

    def test_a_coroutine_pulls_all_map_indexes_in_order(self, coroutines: XComs) -> None:
        """`aget_all` gives what `get_all` gives."""
        push_mapped(coroutines)
        assert_same(asyncio.run(coroutines.apull_all(MAPPED[0])), list(VALUES))

    def test_a_coroutine_pulls_by_task_instance(self, coroutines: XComs) -> None:
        """`aget_value` gives what `get_value` gives."""
        coroutines.push([1, (2,)], MAPPED[2])
        names = {name: getattr(MAPPED[2], name) for name in ("dag_id", "task_id", "run_id", "map_index")}
        call = coroutines.backend.aget_value(ti_key=SimpleNamespace(**names), key=MAPPED[2].key)
        assert_same(asyncio.run(call), [1, (2,)])

    def test_what_was_never_pushed_is_none_to_a_coroutine(self, coroutines: XComs) -> None:
        """As to a task."""
        assert asyncio.run(coroutines.apull()) is None
        assert asyncio.run(coroutines.apull_all()) is None

    def test_a_coroutine_is_refused_what_a_task_is_refused(self, coroutines: XComs) -> None:
        """By the same kind of error; nothing is written."""
        with pytest.raises(TypeError):
            asyncio.run(coroutines.apush([1, object()]))
        assert coroutines.stored() == {}
        assert coroutines.rows.rows() == {}

    def test_coroutines_side_by_side_keep_their_values(self, coroutines: XComs) -> None:
        """A triggerer has one event loop for many."""

        async def all_at_once() -> list[Any]:
            places = [replace(AT, key=f"key_{number}") for number in range(THREADS)]
            await asyncio.gather(*(coroutines.apush([number, b"x" * 3000], at) for number, at in enumerate(places)))
            return await asyncio.gather(*map(coroutines.apull, places))

        assert_same(asyncio.run(all_at_once()), [[number, b"x" * 3000] for number in range(THREADS)])

    def test_the_first_use_may_be_by_many_threads_at_once(self, each_form: XComs) -> None:
        """Whatever a backend makes ready at its first push, it makes ready once, or as well twice."""
        values = [make() for make in (*SAMPLES.values(),) * THREADS][:THREADS]

        def push_and_pull(number: int) -> Any:
            at = replace(AT, key=f"key_{number}")
            each_form.push(values[number], at)
            return each_form.pull(at)

        assert_same(_in_threads(push_and_pull), values)

    def test_threads_do_not_mix_their_values(self, each_form: XComs) -> None:
        """Pushes, overwrites, pulls and deletes of different XComs, side by side."""

        def work(number: int) -> None:
            at = replace(AT, key=f"key_{number}")
            for turn in range(4):
                each_form.push([number, turn, b"x" * 2000], at)
                assert_same(each_form.pull(at), [number, turn, b"x" * 2000], f"{at}, turn {turn}")
                if turn % 2:
                    each_form.delete(at)
                    assert each_form.pull(at) is None

        _in_threads(work)
        assert each_form.stored() == {}

    def test_threads_that_push_the_same_xcom_leave_one_of_their_values(self, each_form: XComs) -> None:
        """Whole, and readable: no push deletes the object that the row of another refers to."""
        values = [[number, b"x" * 2000] for number in range(THREADS)]
        for _ in range(3):
            _in_threads(lambda number: each_form.push(values[number]) and None)
            pulled = each_form.pull()
            assert pulled in values, f"eight pushes at once left {pulled!r:.200}"


def _in_threads(work: Callable[[int], Any]) -> list[Any]:
    """What ``work`` gives, called by some threads at once, each with its number."""
    start = threading.Barrier(THREADS)

    def begin(number: int) -> Any:
        start.wait(timeout=60)
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(begin, range(THREADS)))
