"""Writing an object while its bytes are still made: what is stored, and what is left of a write that fails."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from airflow_xcom_toolkit.abc import Sink
from airflow_xcom_toolkit.placement.writing import WriterFailed, write_object

MB = 1 << 20


class Kept:
    """A file in memory, whose ``write`` number ``failing`` fails; notes the threads that wrote."""

    def __init__(self, failing: int | None = None) -> None:
        self.data = bytearray()
        self.failing = failing
        self.threads: list[str] = []
        self.ended: list[str] = []

    def write(self, data: memoryview, /) -> None:
        self.threads.append(threading.current_thread().name)
        if len(self.threads) == self.failing:
            raise ConnectionResetError from TimeoutError()
        self.data += data

    def commit(self) -> None:
        self.ended.append("committed")

    def abort(self) -> None:
        self.ended.append("aborted")


@contextmanager
def no_thread_stays() -> Iterator[None]:
    """Those that there are when the block ends were there before."""
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def in_pieces(piece: Callable[[int], object], count: int = 6) -> Callable[[Sink], None]:
    """A writer of so many pieces."""

    def write(sink: Sink) -> None:
        for number in range(count):
            sink.write(piece(number))

    return write


def megabyte(number: int) -> bytes:
    return bytes([number]) * MB


@pytest.mark.parametrize("size", [0, 1, 1000, 300_000, MB, MB + 1, 5 * MB])
@pytest.mark.parametrize("form", [bytes, bytearray, lambda data: memoryview(bytearray(data))])
def test_what_is_written_is_stored_and_hashed(form: Callable[[bytes], object], size: int) -> None:
    """In order, whatever its pieces are."""
    data = bytes(number % 251 for number in range(size // 4)) * 4 + b"x" * (size % 4)
    file = Kept()

    def write(sink: Sink) -> None:
        for start in range(0, size, 400_000):
            sink.write(form(data[start : start + 390_000]))
            sink.write(form(data[start + 390_000 : start + 400_000]))

    with no_thread_stays():
        assert write_object(file, write, hashed=True) == (size, hashlib.sha256(data).hexdigest())
    assert (bytes(file.data), file.ended) == (data, ["committed"])


def test_what_is_not_hashed_has_no_hash() -> None:
    """The bytes are all there."""
    file = Kept()
    assert write_object(file, in_pieces(megabyte), hashed=False) == (6 * MB, None)
    assert file.data == b"".join(map(megabyte, range(6)))


def test_a_buffer_may_be_used_again_by_its_writer() -> None:
    """What was in it when it was written is stored."""
    file, buffer = Kept(), bytearray(MB)

    def write(sink: Sink) -> None:
        for number in range(6):
            buffer[:] = megabyte(number)
            sink.write(memoryview(buffer))
            buffer[:] = b"\xff" * MB

    _, sha256 = write_object(file, write, hashed=True)
    assert file.data == b"".join(map(megabyte, range(6)))
    assert sha256 == hashlib.sha256(file.data).hexdigest()


def test_a_small_object_starts_no_thread() -> None:
    """The caller writes it."""
    file = Kept()
    write_object(file, in_pieces(lambda number: b"x" * 100_000), hashed=True)
    assert set(file.threads) == {threading.current_thread().name}


def test_bytes_of_a_large_object_are_written_by_a_thread() -> None:
    """The caller makes the next ones meanwhile."""
    file = Kept()
    write_object(file, in_pieces(megabyte), hashed=True)
    assert threading.current_thread().name not in file.threads[1:]


def test_bytes_that_wait_are_bounded() -> None:
    """A writer that is quicker than its store waits for it."""
    ready, ahead = threading.Semaphore(0), []

    class Slow(Kept):
        def write(self, data: memoryview, /) -> None:
            assert ready.acquire(timeout=60)
            super().write(data)

    def write(sink: Sink) -> None:
        for number in range(40):
            ahead.append(number * MB - len(file.data))
            ready.release()
            sink.write(megabyte(number))

    file = Slow()
    write_object(file, write, hashed=True)
    assert max(ahead) <= 5 * MB


@pytest.mark.parametrize("form", [bytes, bytearray])
@pytest.mark.parametrize("failing", [1, 2, 5, 6])
def test_a_fault_of_the_file_ends_the_write(form: Callable[[bytes], object], failing: int) -> None:
    """It comes out with its cause; nothing more is written, the file is given up, and no thread stays."""
    file = Kept(failing)
    with no_thread_stays(), pytest.raises(ConnectionResetError) as caught:
        write_object(file, in_pieces(lambda number: form(megabyte(number))), hashed=True)
    assert isinstance(caught.value.__cause__, TimeoutError)
    assert len(file.threads) == failing
    assert file.ended == ["aborted"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_writer_that_fails_leaves_nothing(error: type[BaseException]) -> None:
    """Its error comes out, the file is given up, and no thread stays."""
    file = Kept()

    def write(sink: Sink) -> None:
        in_pieces(megabyte)(sink)
        raise error

    with no_thread_stays(), pytest.raises((WriterFailed, KeyboardInterrupt)) as caught:
        write_object(file, write, hashed=True)
    assert isinstance(getattr(caught.value, "error", caught.value), error)
    assert file.ended == ["aborted"]


def test_a_writer_that_hides_a_fault_of_the_file_fails_all_the_same() -> None:
    """What a library makes of the fault is not the writer's own error."""
    file = Kept(1)

    def write(sink: Sink) -> None:
        try:
            sink.write(bytearray(megabyte(0)))
        except ConnectionResetError:
            raise ValueError("the file is broken") from None

    with pytest.raises(ConnectionResetError):
        write_object(file, write, hashed=True)
