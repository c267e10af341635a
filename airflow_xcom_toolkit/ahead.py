"""Work that is begun before its turn, in threads: bounded, and its results are in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from itertools import islice
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

AT_ONCE = 8
"""Results that are made, or wait for their turn, at a time. A store's client has, as a rule, ten connections."""

AHEAD_BYTES = 256 * 1024 * 1024
"""Bytes that are fetched before their turn, at most; what is larger is fetched when its turn comes."""


class Work(Protocol[T_co]):
    """Something to do. ``size``: the bytes that it fetches, 0 where nobody knows; ``None``: it fetches nothing."""

    @property
    def size(self) -> int | None: ...

    def do(self) -> T_co:
        """In any thread, in a copy of the context of the caller."""

    def settle(self) -> None:
        """In the thread of the caller, once `do` ended or failed, and before anyone learns how."""


class Ahead(Iterator[T]):
    """The results of ``works`` in their order.

    What fetches is begun ahead, in threads. The first that does is not: it is done in the thread of the caller, and
    what it connects to is there for the others. What fetches nothing is done there, too, when its turn comes.

    An error is raised at its turn, and gives up the rest; `close` does, too. No thread is left at the end of either.
    """

    def __init__(self, works: Iterable[Work[T]], at_once: int = AT_ONCE) -> None:
        self._works = iter(works)
        self._turns: deque[_Turn[T]] = deque()
        self._behind = at_once - 1
        self._is_connected = False
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="xcom-ahead")

    def __next__(self) -> T:
        try:
            turn = self._next_turn()
            self._begin_those_behind()
            result = turn.take()
        except BaseException as e:
            self.close(wait=isinstance(e, Exception))  # What interrupts a task, as its time limit, waits for nothing.
            raise
        self._is_connected = self._is_connected or turn.size is not None
        return result

    def close(self, *, wait: bool = True) -> None:
        """Begins nothing more; with ``wait``, returns when what was begun has ended."""
        self._works = iter(())
        self._turns.clear()
        self._pool.shutdown(wait=wait, cancel_futures=True)

    def _next_turn(self) -> _Turn[T]:
        return self._turns.popleft() if self._turns else _Turn(next(self._works))

    def _begin_those_behind(self) -> None:
        self._turns.extend(map(_Turn, islice(self._works, self._behind - len(self._turns))))
        room = AHEAD_BYTES
        for turn in self._turns if self._is_connected else ():
            room -= turn.size or 0
            if room < 0:
                return
            turn.begin(self._pool)


class _Turn(Generic[T]):
    """A piece of work, and where it is done."""

    def __init__(self, work: Work[T]) -> None:
        self.size = work.size
        self._work = work
        self._begun: Future[T] | None = None

    def begin(self, pool: ThreadPoolExecutor) -> None:
        if self._begun is None and self.size is not None:
            self._begun = pool.submit(copy_context().run, self._work.do)

    def take(self) -> T:
        try:
            return self._begun.result() if self._begun else copy_context().run(self._work.do)
        except StopIteration as e:
            raise RuntimeError("A piece of work raised StopIteration, which is not the end of all") from e
        finally:
            self._work.settle()
