"""Reading an object ahead of who decodes it: in order, bounded, and over when the pull is."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable

import pytest

from airflow_xcom_toolkit.abc import Reference
from airflow_xcom_toolkit.errors import IntegrityError, ObjectMissingError, StorageError
from airflow_xcom_toolkit.placement.reading import BlockReader

STEP = 1000
DATA = bytes(number % 251 for number in range(10 * STEP + 7))


class Store:
    """Gives ranges of ``data``, and notes them; ``fault`` may raise for the one that starts at a byte."""

    def __init__(self, data: bytes = DATA, fault: Callable[[int], None] = lambda start: None) -> None:
        self.data = data
        self.fault = fault
        self.asked: list[int] = []

    def read(self, start: int, end: int) -> bytes:
        self.asked.append(start)
        self.fault(start)
        return self.data[start:end]

    def reader(self, at_once: int = 4, size: int = len(DATA), hashed: bool = True) -> BlockReader:
        sha256 = hashlib.sha256(DATA[:size]).hexdigest() if hashed else None
        reference = Reference("default", "the/key", size, sha256)
        return BlockReader(self.read, reference, lambda: len(self.data), block_bytes=2 * STEP, at_once=at_once)


def threads() -> list[str]:
    """Those that read ahead or hash, once those that are about to end have ended."""
    for _ in range(500):
        found = [thread.name for thread in threading.enumerate() if thread.name.startswith("xcom-")]
        if not found:
            break
        time.sleep(0.01)
    return found


def later_first(start: int) -> None:
    """Ranges arrive in another order than that in which they were asked for."""
    time.sleep(0.02 if start % (2 * STEP) == 0 else 0)


@pytest.mark.parametrize("at_once", [1, 4])
def test_ranges_come_in_order(at_once: int) -> None:
    """Whichever arrives first. When all was read, no thread is left."""
    store = Store(fault=later_first)
    reader = store.reader(at_once)
    assert reader.read(5) + reader.read() == DATA
    reader.verify()
    assert sorted(store.asked) == list(range(0, len(DATA), STEP))
    assert threads() == []


def test_what_fits_in_a_block_costs_one_request_and_no_thread() -> None:
    """The caller itself makes it."""
    asking = []
    store = Store(DATA[: 2 * STEP], lambda start: asking.append(threading.current_thread()))
    reader = store.reader(size=2 * STEP)
    assert reader.read() == DATA[: 2 * STEP]
    reader.verify()
    assert asking == [threading.current_thread()]


def test_ranges_are_got_at_once() -> None:
    """Each waits until the others are under way."""
    together = threading.Barrier(4)
    store = Store(DATA[: 8 * STEP], lambda start: together.wait(60) and None)
    assert store.reader(size=8 * STEP).read() == DATA[: 8 * STEP]


@pytest.mark.parametrize("at_once", [1, 4])
def test_reading_ahead_is_bounded_when_the_caller_is_slow(at_once: int) -> None:
    """Not more is fetched than may wait."""
    store = Store()
    reader = store.reader(at_once)
    for taken in range(1, 6):
        reader.read(STEP)
        time.sleep(0.02)
        assert len(store.asked) <= taken + max(at_once, 2)
    reader.close()


def test_a_reader_that_is_given_up_stops() -> None:
    """Nothing more is asked for, and no thread stays."""
    store = Store()
    reader = store.reader()
    reader.read(1)
    reader.close()
    assert threads() == []
    asked = len(store.asked)
    time.sleep(0.02)
    assert len(store.asked) == asked < 10


def test_a_reader_that_is_forgotten_stops() -> None:
    """As when a task is interrupted amid a pull."""
    reader = Store().reader()
    reader.read(1)
    del reader
    assert threads() == []


@pytest.mark.parametrize("at_once", [1, 4])
def test_a_fault_comes_out_when_its_turn_comes(at_once: int) -> None:
    """What is before it is read; it is raised again, and nothing more is asked for."""

    def fault(start: int) -> None:
        if start == 3 * STEP:
            raise ObjectMissingError("gone")

    store = Store(fault=fault)
    reader = store.reader(at_once)
    assert reader.read(3 * STEP) == DATA[: 3 * STEP]
    for call in (reader.read, reader.read, reader.verify):
        with pytest.raises(ObjectMissingError, match="gone"):
            call()
    assert store.asked.count(3 * STEP) == 1
    assert threads() == []


@pytest.mark.parametrize("data", [DATA[:-1], DATA + b"x", DATA[: 4 * STEP], b"", DATA[:-1] + b"x"])
def test_an_object_that_changed_is_an_integrity_error(data: bytes) -> None:
    """Cut, grown, empty, or of other bytes; once and again, and no thread stays."""
    reader = Store(data).reader()
    for _ in range(2):
        with pytest.raises(IntegrityError, match="the/key"):
            reader.verify()
    assert threads() == []


def test_a_store_that_refuses_ranges_behind_the_end_is_an_integrity_error() -> None:
    """The size that it tells says what it is."""

    def fault(start: int) -> None:
        if start >= 4 * STEP:
            raise StorageError("no such range")

    with pytest.raises(IntegrityError, match="4000 bytes and not 10007"):
        Store(DATA[: 4 * STEP], fault).reader().read()


def test_readers_of_a_forked_process_have_threads_of_their_own() -> None:
    """A task is forked from a process that has pulled."""
    import os

    assert Store().reader().read() == DATA
    child = os.fork()
    if not child:
        os._exit(0 if Store().reader().read() == DATA else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
