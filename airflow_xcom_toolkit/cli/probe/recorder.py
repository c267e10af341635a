"""Pulls each value at once that a task pushes, and compares the two. It keeps no value."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from ...abc import Coordinate
from ...comparison import difference
from ...compat.pushing import watching
from .describe import describe

_LONGEST = 500


@dataclass
class Push:
    """A value that was pushed and pulled; in seconds. ``refused``: the error of either, and which it was.

    ``changed`` is where it came back as something else, and how. It quotes nothing of the value, but the keys of dicts.
    """

    task: str
    map_index: int
    key: str
    what: str
    push_seconds: float = 0.0
    pull_seconds: float | None = None
    refused: str | None = None
    changed: str | None = None

    @property
    def is_kept(self) -> bool:
        return not (self.refused or self.changed)


@dataclass
class Recorder:
    """A `Push` for each XCom, in the order in which they were pushed. ``say`` is told what happens next."""

    say: Callable[[str], None]
    pushes: list[Push] = field(default_factory=list)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Watches all pushes of this process while the block runs."""
        with watching(self._around, self._async_around):
            yield

    def _around(self, at: Coordinate, value: Any, push: Callable[[], None], pull: Callable[[], Any]) -> None:
        record = self._begin(at, value)
        with _pushing(record):
            push()
        with _pulling(record, value) as pulled:
            pulled.append(pull())

    async def _async_around(
        self, at: Coordinate, value: Any, push: Callable[[], Awaitable[None]], pull: Callable[[], Awaitable[Any]]
    ) -> None:
        record = self._begin(at, value)
        with _pushing(record):
            await push()
        with _pulling(record, value) as pulled:
            pulled.append(await pull())

    def _begin(self, at: Coordinate, value: Any) -> Push:
        map_index = -1 if at.map_index is None else at.map_index
        record = Push(str(at.task_id), map_index, str(at.key), describe(value))
        self.pushes.append(record)
        self.say(f"{record.task} pushes {record.key}")
        return record


@contextmanager
def _pushing(record: Push) -> Iterator[None]:
    """An error is noted, and fails the task."""
    start = perf_counter()
    try:
        yield
    except Exception as e:
        record.refused = f"at push: {first_line(e)}"
        raise
    finally:
        record.push_seconds = perf_counter() - start


@contextmanager
def _pulling(record: Push, value: Any) -> Iterator[list[Any]]:
    """An error is noted, and fails who pulls it in earnest. What is put into the list is compared with ``value``."""
    pulled: list[Any] = []
    start = perf_counter()
    try:
        yield pulled
        record.pull_seconds = perf_counter() - start
        found = difference(pulled[0], value)
        record.changed = None if found is None else f"{found.path}: {found.problem}"
    except Exception as e:
        record.refused = f"at pull: {first_line(e)}"


def first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"[:_LONGEST]
