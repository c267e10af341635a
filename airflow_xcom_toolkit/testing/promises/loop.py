"""Promise 17: what happens to an event loop while XComs are pushed and pulled on it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

import pytest

from ..base import Contract, not_applicable
from ..faults import Call, Fault, FaultyStore
from ..same import assert_same
from ..values.samples import JSON, SAMPLES
from ..xcoms import AT, MAPPED, XComs

VALUE = {"list": [1, 2], "text": "value" * 1000}


class NeverBlocks(Contract):
    """The async calls do their storage work off the event loop, and give what the others give."""

    promise = "17. Never blocks the loop"

    @pytest.mark.usefixtures("asynchronous")
    def test_what_is_awaited_is_what_was_pushed(self, each_form: XComs) -> None:
        """``aset``, then ``aget_one``; and each of them with its counterpart that is not async."""

        async def there_and_back(value: Any, at: Any) -> tuple[Any, Any]:
            await each_form.apush(value, at)
            return await each_form.apull(at), each_form.pull(at)

        for name, make in JSON.items():
            got = asyncio.run(there_and_back(make(), replace(AT, key=name)))
            assert_same(got, (make(), make()), name)

    @pytest.mark.usefixtures("asynchronous")
    @pytest.mark.parametrize("name", SAMPLES)
    def test_values_of_every_kind_are_awaited(self, xcoms: XComs, name: str) -> None:
        """What is made and loaded in a thread is what a task would have."""

        try:
            xcoms.push(SAMPLES[name]())
        except Exception:
            not_applicable(f"the backend refuses {name}")
        kept = xcoms.pull()

        async def there_and_back() -> Any:
            await xcoms.apush(SAMPLES[name]())
            return await xcoms.apull()

        assert_same(asyncio.run(there_and_back()), kept)

    @pytest.mark.usefixtures("asynchronous")
    def test_all_values_of_a_mapped_task_are_awaited(self, each_form: XComs) -> None:
        """``aget_all`` gives them in order, and ``None`` where there is none."""
        for at in MAPPED:
            each_form.push([at.map_index, VALUE], at)
        assert_same(list(asyncio.run(each_form.apull_all(MAPPED[0]))), [[at.map_index, VALUE] for at in MAPPED])
        assert asyncio.run(each_form.apull_all(replace(MAPPED[0], key="other"))) is None

    @pytest.mark.usefixtures("asynchronous")
    def test_coroutines_at_the_same_time_do_not_mix(self, each_form: XComs) -> None:
        """Each gets its own value, whatever the others do meanwhile."""

        async def all_at_once() -> list[Any]:
            await asyncio.gather(*(each_form.apush([at.map_index, VALUE], at) for at in MAPPED))
            return await asyncio.gather(*(each_form.apull(at) for at in MAPPED))

        assert_same(asyncio.run(all_at_once()), [[at.map_index, VALUE] for at in MAPPED])

    @pytest.mark.usefixtures("asynchronous")
    def test_no_storage_call_is_made_on_the_loop(self, on_faulty: XComs, faulty: FaultyStore) -> None:
        """Neither to write an object, nor to read it, nor to delete the one that an overwrite replaces."""

        async def work() -> int:
            await on_faulty.apush("before" * 1000)
            await on_faulty.apush(VALUE)
            await on_faulty.apull()
            await on_faulty.apush(VALUE, MAPPED[0])
            await on_faulty.apull_all(MAPPED[0])
            return threading.get_ident()

        loop = asyncio.run(work())
        assert {"put", "get"} <= {call.name for call in faulty.calls}
        on_loop = [call for call in faulty.calls if call.thread_id == loop or call.on_event_loop]
        assert [f"{call.name} {call.path}" for call in on_loop] == []

    @pytest.mark.usefixtures("asynchronous")
    def test_no_message_to_the_supervisor_is_sent_on_the_loop(self, each_form: XComs) -> None:
        """Rows are written and read while other coroutines go on: with the supervisor's `asend`, or in a thread."""
        sent: list[tuple[str, bool]] = []

        async def work() -> None:
            await each_form.apush(VALUE, MAPPED[0])
            await each_form.apull(MAPPED[0])
            await each_form.apull_all(MAPPED[0])

        each_form.rows.on_send = lambda message: sent.append((type(message).__name__, _is_on_a_loop()))
        asyncio.run(work())
        each_form.rows.on_send = None
        assert {"SetXCom", "GetXCom", "GetXComSequenceSlice"} <= {name for name, _ in sent}
        assert [name for name, on_loop in sent if on_loop] == []

    @pytest.mark.usefixtures("asynchronous")
    @pytest.mark.parametrize("call", ["aset", "aget_one", "aget_all"])
    def test_other_coroutines_go_on_while_the_store_is_slow(
        self, on_faulty: XComs, faulty: FaultyStore, call: str
    ) -> None:
        """The store answers only after another coroutine was run."""
        if call != "aset":
            on_faulty.push(VALUE, MAPPED[0])
        calls = {"aset": on_faulty.apush(VALUE, MAPPED[0])} if call == "aset" else {}
        calls |= {"aget_one": on_faulty.apull(MAPPED[0])} if call == "aget_one" else {}
        calls |= {"aget_all": on_faulty.apull_all(MAPPED[0])} if call == "aget_all" else {}
        waiting = _Waiting()
        with faulty.failing(waiting):
            asyncio.run(waiting.beside(calls[call]))
        assert waiting.calls, "the store was not asked for anything"
        assert waiting.blocked == [], "the event loop stood still while the store was asked"

    @pytest.mark.usefixtures("asynchronous")
    def test_an_object_that_is_missing_is_the_same_error_when_awaited(self, on_faulty: XComs) -> None:
        """Loud on the loop, too."""
        on_faulty.push(VALUE)
        for key in on_faulty.stored():
            on_faulty.objects.delete_object(key)
        with pytest.raises(FileNotFoundError):
            asyncio.run(on_faulty.apull())


def _is_on_a_loop() -> bool:
    """Whether an event loop runs in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class _Waiting(Fault):
    """Holds each call up until another coroutine was run; notes the calls for which none was."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.blocked: list[Call] = []
        self._asked = threading.Event()
        self._answered = threading.Event()

    def called(self, call: Call) -> None:
        self.calls.append(call)
        self._answered.clear()
        self._asked.set()
        if not self.blocked and not self._answered.wait(5):
            self.blocked.append(call)

    async def beside(self, work: Awaitable[Any]) -> None:
        """Runs ``work``, and beside it a coroutine that answers whenever the store is asked."""
        answering = asyncio.ensure_future(self._answer())
        try:
            await work
        finally:
            answering.cancel()

    async def _answer(self) -> None:
        while True:
            if self._asked.is_set():
                self._asked.clear()
                self._answered.set()
            await asyncio.sleep(0.001)
