"""Faults on the wire end in success after another try, or in the named error, and never in a wrong value.

Promises 6 and 10 again, with real sockets, the stores' own libraries and real servers.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest

from airflow_xcom_toolkit.errors import ObjectMissingError, StorageError
from airflow_xcom_toolkit.testing.xcoms import XComs
from tests.servers.proxy import (
    CutAnswer,
    CutHead,
    Fault,
    Garbage,
    Lost,
    Refused,
    ResetAnswer,
    ResetRequest,
    Trickle,
    busy,
)
from tests.stores.wired import OnTheWire

OLD = b"old" * 500

FAULTS: dict[str, Callable[[str], Fault]] = {
    "a 503": lambda kind: Refused(busy(kind, 503)),
    "a 500": lambda kind: Refused(busy(kind, 500)),
    "a 429": lambda kind: Refused(busy(kind, 429)),
    "a reset in the request": lambda kind: ResetRequest(),
    "an answer that is lost": lambda kind: Lost(),
    "headers that are cut": lambda kind: CutHead(),
    "an answer that is none": lambda kind: Garbage(),
}
OF_BODIES: dict[str, Callable[[str], Fault]] = {
    "a reset in the answer": lambda kind: ResetAnswer(),
    "an answer that is cut": lambda kind: CutAnswer(),
}
"""Those that need an answer with a body: a pull's."""

WRITES, READS, DELETES = "^(PUT|POST) ", "^GET ", "^DELETE "

sizes = pytest.mark.parametrize("size", ["small", "in parts"])
faults = pytest.mark.parametrize("name", FAULTS)
faults_of_pulls = pytest.mark.parametrize("name", {**FAULTS, **OF_BODIES})


class Faulty(OnTheWire):
    """On each store, with each fault."""

    def fault(self, name: str) -> Fault:
        return {**FAULTS, **OF_BODIES}[name](self.wired.kind)


@pytest.mark.usefixtures("hurried")
class TestFaultsThatPass(Faulty):
    """They end in success."""

    @sizes
    @faults
    def test_a_push_is_tried_again(self, offloaded: XComs, name: str, size: str) -> None:
        """Whichever of its requests has the fault; one object is there, and it is the value."""
        had, place = ["the first"], 0
        while had:
            with self.proxy.failing(self.fault(name), only=WRITES, skip=place, times=1) as had:
                offloaded.push(self.value(size))
            assert offloaded.pull() == self.value(size)
            assert len(offloaded.objects.list_objects()) == 1
            place += 1
        assert place > 1

    @sizes
    @faults_of_pulls
    def test_a_pull_is_tried_again(self, offloaded: XComs, name: str, size: str) -> None:
        """Whichever of its requests has the fault."""
        offloaded.push(self.value(size))
        had, place = ["the first"], 0
        while had:
            with self.proxy.failing(self.fault(name), only=READS, skip=place, times=1) as had:
                assert offloaded.pull() == self.value(size)
            place += 1
        assert place > 1

    @faults
    def test_a_purge_is_tried_again(self, offloaded: XComs, name: str) -> None:
        """The object is gone, even where the answer that said so was lost."""
        row = offloaded.push(OLD)
        with self.proxy.failing(self.fault(name), only=DELETES, times=1) as had:
            offloaded.purge(row)
        assert had
        assert offloaded.objects.list_objects() == []

    def test_a_store_that_is_away_for_a_while_is_waited_for(
        self, offloaded: XComs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its port is closed until the store's library has given up, and the toolkit waits to try again."""
        waits: list[float] = []

        def wait(seconds: float) -> None:
            waits.append(seconds)
            self.proxy.open()

        monkeypatch.setattr(time, "sleep", wait)
        for call in (lambda: offloaded.push(OLD), offloaded.pull, offloaded.delete):
            self.proxy.close()
            call()
        assert len(waits) == 3
        assert offloaded.objects.list_objects() == []

    @sizes
    def test_a_slow_store_gives_the_value(self, offloaded: XComs, size: str) -> None:
        """Its answers come late, and a few pieces at a time."""
        with self.proxy.failing(Trickle()) as had:
            offloaded.push(self.value(size))
            assert offloaded.pull() == self.value(size)
            offloaded.delete()
        assert had


@pytest.mark.usefixtures("hurried")
class TestFaultsThatStay(Faulty):
    """They end in the named error."""

    @sizes
    @faults
    def test_a_push_leaves_the_old_value(self, offloaded: XComs, name: str, size: str) -> None:
        """The error names the object; neither a row nor an object is left of what failed, however far it came."""
        row, before = offloaded.push(OLD), offloaded.objects.list_objects()
        with self.proxy.failing(self.fault(name), only=WRITES), pytest.raises(StorageError, match=r"return_value\."):
            offloaded.push(self.value(size))
        assert offloaded.row() == row
        assert offloaded.objects.list_objects() == before
        assert offloaded.pull() == OLD

    @sizes
    def test_a_push_whose_end_fails_leaves_the_old_value(self, offloaded: XComs, size: str) -> None:
        """All of it has arrived, and from its last request on all fail, or all answers are lost: nobody sees it."""
        count = self._writes_of_a_push(offloaded, size)
        row, before = offloaded.push(OLD), offloaded.objects.list_objects()
        for name in ("a 503", "an answer that is lost"):
            failing = self.proxy.failing(self.fault(name), only=self._own_writes, skip=count - 1)
            with failing, pytest.raises(StorageError):
                offloaded.push(self.value(size))
            assert (offloaded.row(), offloaded.objects.list_objects()) == (row, before)
        assert offloaded.pull() == OLD

    @sizes
    @faults_of_pulls
    def test_a_pull_is_an_error(self, offloaded: XComs, name: str, size: str) -> None:
        """It names the object, and does not say that it is missing. The value is there when the fault is over."""
        offloaded.push(self.value(size))
        failing = self.proxy.failing(self.fault(name), only="^(GET|HEAD) ")
        with failing, pytest.raises(StorageError, match=r"return_value\.") as e:
            offloaded.pull()
        assert not isinstance(e.value, ObjectMissingError)
        assert offloaded.pull() == self.value(size)

    @faults
    def test_a_purge_is_an_error(self, offloaded: XComs, name: str) -> None:
        """Nobody believes that the object is gone who does not know."""
        row = offloaded.push(OLD)
        with self.proxy.failing(self.fault(name), only=DELETES), pytest.raises(StorageError, match=r"return_value\."):
            offloaded.purge(row)
        offloaded.purge(row)
        assert offloaded.objects.list_objects() == []

    def test_a_store_that_is_away_is_an_error(self, offloaded: XComs) -> None:
        """Its port is closed: for a push, a pull and a purge. The old value is there when it is back."""
        row = offloaded.push(OLD)
        self.proxy.close()
        try:
            for call in (lambda: offloaded.push(b"new" * 500), offloaded.pull, lambda: offloaded.purge(row)):
                with pytest.raises(StorageError, match=r"return_value\."):
                    call()
        finally:
            self.proxy.open()
        assert offloaded.row() == row
        assert offloaded.pull() == OLD

    def _writes_of_a_push(self, xcoms: XComs, size: str) -> int:
        self.proxy.seen.clear()
        xcoms.push(self.value(size))
        xcoms.delete()
        lines = [f"{request.method} {request.target}" for request in self.proxy.seen]
        return len([line for line in lines if re.search(self._own_writes, line)])

    @property
    def _own_writes(self) -> str:
        """Those of this test: blocks of an upload that failed before may still be on their way."""
        return WRITES + f".*{self.url.rpartition('/')[2]}"
