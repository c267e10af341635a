"""Threads of one push or pull: they end with it, and no process that is forked meets them."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

Read = Callable[[int, int], bytes]


class Behind:
    """Calls in a thread, one after another, with at most ``limit`` bytes waiting. After one that failed there is none.

    What a call raised is raised as it was, by what is called next here.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._thread = ThreadPoolExecutor(1, "xcom-behind")
        self._pending: deque[tuple[Future[None], int]] = deque()
        self._waiting = 0
        self._is_over = False

    def submit(self, call: Callable[[Any], object], data: Any) -> None:
        """Calls it with ``data``, which nobody changes until then."""
        size = len(data)
        while self._pending and self._waiting + size > self._limit:
            self._wait_for_oldest()
        self._pending.append((self._thread.submit(self._run, call, data), size))
        self._waiting += size

    def drain(self) -> None:
        """All is done when this returns."""
        while self._pending:
            self._wait_for_oldest()

    def close(self) -> None:
        """Begins no call any more, and waits for the current one."""
        self._is_over = True
        self._thread.shutdown(cancel_futures=True)

    def _wait_for_oldest(self) -> None:
        future, size = self._pending.popleft()
        self._waiting -= size
        future.result()

    def _run(self, call: Callable[[Any], object], data: Any) -> None:
        if self._is_over:
            return
        try:
            call(data)
        except BaseException:
            self._is_over = True
            raise


class Blocks:
    """Ranges in order, each got by a call of its own, of which ``at_once`` run at a time: before they are asked for."""

    def __init__(self, read: Read, ranges: Iterator[tuple[int, int]], at_once: int) -> None:
        self._read = read
        self._ranges = ranges
        self._threads = ThreadPoolExecutor(at_once, "xcom-ahead")
        self._at_once = max(at_once, 2)
        self._coming: deque[Future[bytes]] = deque()
        self._give_up = weakref.finalize(self, self._threads.shutdown, wait=False, cancel_futures=True)

    def next(self) -> bytes:
        """The next range. Raises what the call for it raised."""
        self._ask()
        return self._coming.popleft().result()

    def _ask(self) -> None:
        while len(self._coming) < self._at_once and (wanted := next(self._ranges, None)):
            self._coming.append(self._threads.submit(self._read, *wanted))

    def close(self) -> None:
        """Asks for nothing more, and forgets what came. A call under way ends by itself: nobody waits for it."""
        self._coming.clear()
        self._give_up()
