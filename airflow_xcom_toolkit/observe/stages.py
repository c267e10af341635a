"""How long each stage of a push or pull took.

Stages stream: the one that writes an object runs while the one before it makes the bytes. So what is measured is the
thread of the push or pull itself, which is in one stage at a time; what another thread does meanwhile costs nothing,
and what it makes the first wait for is the time of the stage that waits. The times of a value add up to its whole.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from time import perf_counter
from typing import Any, TypeVar

from ..abc import Sink, Source

F = TypeVar("F", bound=Callable[..., Any])


class Clock:
    """The seconds of each stage, from now until `stop`. Of one thread: it is in one stage at a time."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.total = 0.0
        self._stage = ""
        self._start = self._since = perf_counter()
        self._token = _clock.set(self)

    def switch(self, stage: str) -> str:
        """Enters ``stage``. Gives the one that was left, to go back to."""
        now, left = perf_counter(), self._stage
        if left:
            self.seconds[left] = self.seconds.get(left, 0.0) + now - self._since
        self._stage, self._since = stage, now
        return left

    def stop(self) -> None:
        self.total = perf_counter() - self._start
        _clock.reset(self._token)


_clock: ContextVar[Clock | None] = ContextVar("xcom_toolkit_clock", default=None)
"""Of the value that this thread pushes or pulls. Threads that it starts have none."""


def staged(stage: str) -> Callable[[F], F]:
    """What the function does is that stage, but for the stages in it."""

    def decorate(function: F) -> F:
        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            clock = _clock.get()
            return function(*args, **kwargs) if clock is None else _in(clock, stage, function, *args, **kwargs)

        return run  # type: ignore[return-value]

    return decorate


def staged_sink(stage: str, sink: Sink) -> Sink:
    """Writing to ``sink`` is that stage."""
    clock = _clock.get()
    return sink if clock is None else _StagedSink(clock, stage, sink)


def staged_source(stage: str, source: Source) -> Source:
    """Reading from ``source`` is that stage."""
    clock = _clock.get()
    return source if clock is None else _StagedSource(clock, stage, source)


def _in(clock: Clock, stage: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A library's own thread, which may read a file for the one that waits, is not measured."""
    if _clock.get() is not clock:
        return function(*args, **kwargs)
    left = clock.switch(stage)
    try:
        return function(*args, **kwargs)
    finally:
        clock.switch(left)


class _StagedSink:
    def __init__(self, clock: Clock, stage: str, sink: Sink) -> None:
        self._clock, self._stage, self._sink = clock, stage, sink

    def write(self, data: Any, /) -> int:
        count: int = _in(self._clock, self._stage, self._sink.write, data)
        return count

    def close(self) -> None:
        _in(self._clock, self._stage, self._sink.close)


class _StagedSource:
    def __init__(self, clock: Clock, stage: str, source: Source) -> None:
        self._clock, self._stage, self._source = clock, stage, source

    def read(self, size: int = -1, /) -> bytes:
        data: bytes = _in(self._clock, self._stage, self._source.read, size)
        return data

    def readinto(self, buffer: Any, /) -> int:
        count: int = _in(self._clock, self._stage, self._source.readinto, buffer)
        return count
