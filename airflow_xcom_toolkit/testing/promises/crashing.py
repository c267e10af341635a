"""Promise 10: what is left of a push that fails, and what others see of one that goes on."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from ..base import Contract, Deploy
from ..checks.sent import on_each_row
from ..faults import Call, Fault, FaultyStore, Interrupted, Refused, UploadBroken
from ..same import assert_same, is_same
from ..values.samples import noise
from ..xcoms import AT, MAPPED, XComs

OLD = {"list": [1, 2], "text": noise("old")}
NEW = {"list": [3, 4], "text": noise("new")}
"""Compressed, too, they are longer than where an upload fails in its middle."""

FAILURES: dict[str, tuple[Fault, int | None]] = {
    "refused": (Refused("put"), None),
    "broken off at its start": (UploadBroken(0), None),
    "broken off in the middle": (UploadBroken(1500), None),
    "broken off at its end": (UploadBroken(None), None),
    "killed in the middle": (Interrupted(1500), None),
    "killed at its end": (Interrupted(None), None),
    "interrupted in the middle": (Interrupted(1500), 1),
    "interrupted at its end": (Interrupted(None), 1),
}
"""What may end an upload, and how often: what comes after an interruption still reaches the store."""


class CrashSafe(Contract):
    """The object is complete before the row refers to it; a push that fails leaves the old row and its object."""

    promise = "10. Crash-safe"

    # A push that goes on ---------------------------------------------------------------------------------------------

    def test_the_object_is_complete_before_the_row_is_sent(self, offloaded: XComs) -> None:
        """A reader that is as quick as the database finds it."""
        read: list[Any] = []
        with on_each_row(offloaded.rows, lambda row: read.append(offloaded.load(row))):
            offloaded.push(NEW)
        assert_same(read, [NEW])

    def test_no_reader_sees_half_of_an_object(self, on_faulty: XComs, faulty: FaultyStore) -> None:
        """At every moment of a push, an object is not there, or is what it will be."""
        looking = _Looking(faulty)
        on_faulty.push(OLD)
        with faulty.failing(looking):
            on_faulty.push(NEW)
        assert looking.looks
        for seen in [*looking.looks, on_faulty.stored()]:
            for key, data in seen.items():
                changed = [later[key] for later in looking.looks if later.get(key, data) != data]
                assert not changed, f"The object {key!r} had {len(data)} bytes, and others at another moment"

    def test_the_old_value_is_read_until_the_new_row_stands(self, each_form: XComs) -> None:
        """An overwrite touches nothing of the old value before."""
        each_form.push(OLD)
        read: list[Any] = []
        with on_each_row(each_form.rows, lambda row: read.append(each_form.pull())):
            each_form.push(NEW)
        assert_same(read, [OLD])
        assert_same(each_form.pull(), NEW)

    @pytest.mark.parametrize("by", ["the same process", "another process", "another try"])
    def test_the_old_row_never_gives_the_new_value(self, deploy: Deploy, each_form: XComs, by: str) -> None:
        """A reader that got it just before the overwrite gets the old value, or an error."""
        old = each_form.push(OLD)
        if by != "the same process":
            each_form = deploy(threshold=each_form.setup.threshold, keys=each_form.setup.keys)
        each_form.push(NEW, instance=UUID(int=1) if by == "another try" else None)
        try:
            got = each_form.load(old)
        except Exception:
            return
        assert is_same(got, OLD), f"The old row gave {got!r}"

    # A push that fails -----------------------------------------------------------------------------------------------

    @pytest.mark.usefixtures("hurried")
    @pytest.mark.parametrize("failure", FAILURES)
    def test_an_upload_that_fails_leaves_the_old_value(
        self, on_faulty: XComs, faulty: FaultyStore, failure: str
    ) -> None:
        """And nothing of the new one: no row, and no object that has only a part of its bytes."""
        row, before = on_faulty.push(OLD), on_faulty.stored()
        on_faulty.push(NEW, MAPPED[0])
        [whole] = [data for key, data in on_faulty.stored().items() if key not in before]
        on_faulty.delete(MAPPED[0])
        fault, times = FAILURES[failure]
        with faulty.failing(fault, times=times), _dropping_files():
            assert _fails(lambda: on_faulty.push(NEW)), "The push did not fail, though its upload did"
        assert on_faulty.row() == row
        assert_same(on_faulty.pull(), OLD)
        left = {key: data for key, data in on_faulty.stored().items() if before.get(key) != data}
        assert {key: len(data) for key, data in left.items() if len(data) != len(whole)} == {}, "Half an object is left"

    @pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
    def test_a_row_that_is_refused_leaves_the_old_value(self, each_form: XComs, error: type[BaseException]) -> None:
        """By the supervisor, the API server or the database; or because the task is killed just then."""

        def refuse(row: Any) -> None:
            raise error("refused")

        row = each_form.push(OLD)
        with on_each_row(each_form.rows, refuse):
            assert _fails(lambda: each_form.push(NEW))
        assert each_form.row() == row
        assert_same(each_form.pull(), OLD)

    def test_a_value_that_is_refused_leaves_the_old_value(self, each_form: XComs) -> None:
        """Even where the part that cannot be kept comes last: nothing of it is written."""
        row, before = each_form.push(OLD), each_form.stored()
        with pytest.raises(TypeError):
            each_form.push({"text": "new" * 100_000, "lock": threading.Lock()})
        assert (each_form.row(), each_form.stored()) == (row, before)
        assert_same(each_form.pull(), OLD)

    @pytest.mark.usefixtures("hurried")
    def test_a_push_after_one_that_failed_is_well(self, on_faulty: XComs, faulty: FaultyStore) -> None:
        """The task is tried again: nothing that the first try left behind is in the way."""
        for fault, times in FAILURES.values():
            with faulty.failing(fault, times=times):
                assert _fails(lambda: on_faulty.push(OLD))
            assert AT not in on_faulty.rows.rows()
            on_faulty.assert_round_trip(NEW, NEW)
            on_faulty.delete()


class _Looking(Fault):
    """Does no harm, and notes what is in the store whenever something moves."""

    def __init__(self, store: FaultyStore) -> None:
        self.store = store
        self.looks: list[dict[str, bytes]] = []

    def called(self, call: Call) -> None:
        self.looks.append(dict(self.store.objects))

    def moved(self, call: Call, position: int) -> None:
        self.looks.append(dict(self.store.objects))

    def completing(self, call: Call) -> None:
        self.looks.append(dict(self.store.objects))


@contextmanager
def _dropping_files() -> Iterator[None]:
    """Lets Python drop, at its end, what was left open in the block: a file that is dropped may complete its upload."""
    gc.freeze()  # What was there before is not looked at, which would take long.
    try:
        yield
        gc.collect()
    finally:
        gc.unfreeze()


def _fails(call: Callable[[], Any]) -> bool:
    """Whether ``call`` raises; its error, and what that holds on to, is gone afterwards."""
    try:
        call()
    except BaseException:
        return True
    return False
