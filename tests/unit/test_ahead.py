"""Work that is begun ahead: in order, bounded, and nothing of it stays."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import pytest

from airflow_xcom_toolkit import ahead
from airflow_xcom_toolkit.ahead import AT_ONCE, Ahead

WAIT = 20
"""Seconds after which a thread that never comes is given up."""

asked: ContextVar[str] = ContextVar("asked", default="nobody")


class Piece:
    """Gives what ``call`` gives, and notes where it was done and settled."""

    def __init__(self, call: Callable[[], Any], size: int | None = 1) -> None:
        self.call, self.size = call, size
        self.done_in: int | None = None
        self.settled_in: int | None = None

    def do(self) -> Any:
        self.done_in = threading.get_ident()
        return self.call()

    def settle(self) -> None:
        self.settled_in = threading.get_ident()


class Crowd:
    """Counts who is in at a time; ``parties`` have to be in before the first leaves."""

    def __init__(self, parties: int) -> None:
        self._barrier = threading.Barrier(parties)
        self._lock = threading.Lock()
        self._inside = 0
        self.most = 0

    def __call__(self) -> None:
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
        self._barrier.wait(WAIT)
        with self._lock:
            self._inside -= 1


def fail(error: BaseException) -> Callable[[], Any]:
    def call() -> Any:
        raise error

    return call


def threads() -> set[str]:
    """Those that work ahead."""
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("xcom-ahead")}


def test_results_are_in_order_whichever_ends_first() -> None:
    """The third ends after the last."""
    last = threading.Event()
    pieces = [Piece(lambda n=n: n) for n in range(7)]  # type: ignore[misc]
    pieces[2] = Piece(lambda: last.wait(WAIT) and 2)
    pieces[6] = Piece(lambda: last.set() or 6)  # type: ignore[func-returns-value]
    assert list(Ahead(pieces)) == [*range(7)]


def test_so_many_are_done_at_a_time_and_no_more() -> None:
    """All of them are in at once, or the crowd would wait for ever."""
    crowd = Crowd(3)
    pieces = [Piece(lambda: 0), *(Piece(crowd) for _ in range(9))]
    assert list(Ahead(pieces, 3)) == [0, *[None] * 9]
    assert crowd.most == 3


def test_the_usual_number_fits_into_the_connections_of_a_store() -> None:
    crowd = Crowd(AT_ONCE)
    list(Ahead([Piece(lambda: 0), *(Piece(crowd) for _ in range(2 * AT_ONCE))]))
    assert crowd.most == AT_ONCE < 10


def test_what_fetches_nothing_is_done_in_the_thread_of_the_caller() -> None:
    pieces = [Piece(lambda: 0, None), Piece(lambda: 1), Piece(lambda: 2, None), Piece(lambda: 3), Piece(lambda: 4)]
    assert list(Ahead(pieces)) == [0, 1, 2, 3, 4]
    assert pieces[0].done_in == pieces[2].done_in == threading.get_ident()


def test_the_first_that_fetches_is_done_in_the_thread_of_the_caller() -> None:
    """It connects; a single one takes no thread."""
    pieces = [Piece(lambda: 0, None), Piece(lambda: 1)]
    values = Ahead(pieces)
    assert (next(values), next(values)) == (0, 1)
    assert pieces[1].done_in == threading.get_ident()
    assert threads() == set()
    values.close()


def test_the_first_error_in_order_is_raised_and_the_rest_is_given_up() -> None:
    """The third fails before the second does; nothing behind those under way is begun."""
    third = threading.Event()

    def second() -> None:
        third.wait(WAIT)
        raise ValueError("second")

    def third_fails() -> None:
        third.set()
        raise ValueError("third")

    pieces = [Piece(lambda: 0), Piece(second), Piece(third_fails), *(Piece(lambda: 1) for _ in range(20))]
    values = Ahead(pieces, 3)
    assert next(values) == 0
    with pytest.raises(ValueError, match="second"):
        next(values)
    assert [piece.done_in is None for piece in pieces[4:]] == [True] * 19
    assert list(values) == []


def test_no_thread_is_left_at_the_end_after_an_error_or_when_closed() -> None:
    pieces = [Piece(lambda: 0) for _ in range(20)]
    assert len(list(Ahead(pieces))) == 20
    assert threads() == set()
    with pytest.raises(KeyError):
        list(Ahead([*pieces, Piece(fail(KeyError())), *pieces]))
    assert threads() == set()
    values = Ahead(pieces)
    assert [next(values) for _ in range(3)]
    assert threads()
    values.close()
    assert threads() == set()


def test_an_interrupt_waits_for_nothing() -> None:
    """A task whose time is up ends, though a store does not answer."""
    go_on, begun = threading.Event(), threading.Event()

    def stuck() -> None:
        begun.set()
        go_on.wait(WAIT)

    def interrupted() -> None:
        begun.wait(WAIT)
        raise KeyboardInterrupt

    values = Ahead([Piece(lambda: 0), Piece(interrupted), Piece(stuck)], 2)
    next(values)
    with pytest.raises(KeyboardInterrupt):
        next(values)
    assert threads()
    go_on.set()
    [thread.join(WAIT) for thread in threading.enumerate() if thread.name in threads()]


def test_what_is_large_is_not_fetched_before_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound; what is behind it waits, too."""
    monkeypatch.setattr(ahead, "AHEAD_BYTES", 100)
    sizes = [1, 1, 60, 40, 1, 101, 1]
    pieces = [Piece(lambda n=n: n, size) for n, size in enumerate(sizes)]  # type: ignore[misc]
    values = Ahead(pieces)
    assert (next(values), next(values)) == (0, 1)
    _wait_for(lambda: pieces[2].done_in and pieces[3].done_in)
    assert pieces[4].done_in is None
    assert list(values) == [2, 3, 4, 5, 6]
    assert pieces[5].done_in == threading.get_ident()


def _wait_for(condition: Callable[[], Any]) -> None:
    pause = threading.Event()
    for _ in range(WAIT * 100):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it never came")


def test_the_context_of_the_caller_goes_with_the_work_and_stays_as_it_was() -> None:
    def look() -> str:
        found = asked.get()
        asked.set("somebody else")
        return found

    token = asked.set("the caller")
    try:
        assert list(Ahead([Piece(look) for _ in range(5)])) == ["the caller"] * 5
        assert asked.get() == "the caller"
    finally:
        asked.reset(token)


def test_each_is_settled_in_the_thread_of_the_caller_before_its_result_is_known() -> None:
    """Whether it failed or not."""
    pieces = [Piece(lambda: 0), Piece(lambda: 1), Piece(lambda: 2), Piece(fail(KeyError()))]
    values = Ahead(pieces)
    for piece in pieces[:3]:
        next(values)
        assert piece.settled_in == threading.get_ident()
    with pytest.raises(KeyError):
        next(values)
    assert pieces[3].settled_in == threading.get_ident()


def test_a_stop_iteration_of_a_piece_is_an_error_and_not_the_end() -> None:
    with pytest.raises(RuntimeError, match="not the end"):
        list(Ahead([Piece(lambda: 0), Piece(fail(StopIteration())), Piece(lambda: 2)]))
