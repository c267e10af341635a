"""Timing that is fair: the ways take turns in one process, each after a warm-up and a garbage collection."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from .results import Line

Say = Callable[[str], None]


class ChangedError(Exception):
    """A value did not come back as it was pushed. A benchmark of that measures nothing."""


def ignore(result: Any) -> None:
    """Does nothing."""


@dataclass(frozen=True)
class Way:
    """One way to do some work. ``call`` alone is timed.

    ``check`` looks once at what it gives, and returns a note on it; ``after`` clears it away, each time. ``loops``:
    how many turns of the work a call is. ``repeats`` limits how often it is called; with ``cold``, and no warm-up.
    What it raises is its note, where it ``may_refuse``.
    """

    name: str
    call: Callable[[], Any]
    check: Callable[[Any], str | None] = ignore
    after: Callable[[Any], None] = ignore
    against: str | None = None
    most: float | None = None
    loops: int = 1
    repeats: int | None = None
    cold: bool = False
    may_refuse: bool = False


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what it gave."""
    gc.collect()
    start = perf_counter()
    result = call()
    return perf_counter() - start, result


def interleaved(work: str, ways: Sequence[Way], repeat: int, say: Say = ignore, x: float | None = None) -> list[Line]:
    """A line for each way; they take turns, and who is first in a round is last in the next."""
    turns = [_Turns(way) for way in ways]
    for number in range(repeat + 1):
        for turn in turns[:: 1 if number % 2 else -1]:
            say(f"{work}: {turn.way.name}")
            turn.take(number, repeat)
    return [turn.line(work, x) for turn in turns]


class _Turns:
    def __init__(self, way: Way) -> None:
        self.way = way
        self._samples: list[float] = []
        self._note = ""
        self._checked = self._refused = False

    def take(self, number: int, repeat: int) -> None:
        """Turn 0 is the warm-up."""
        if self._refused or number > min(repeat, self.way.repeats or repeat) or (number == 0 and self.way.cold):
            return
        try:
            seconds, result = timed(self.way.call)
        except Exception as e:
            if not self.way.may_refuse:
                raise
            self._refused, self._note = True, f"refused: {first_line(e)}"
            return
        try:
            self._look_at(result)
        finally:
            self.way.after(result)
        if number:
            self._samples.append(seconds / self.way.loops)

    def _look_at(self, result: Any) -> None:
        if not self._checked:
            self._note = self.way.check(result) or ""
            self._checked = True

    def line(self, work: str, x: float | None) -> Line:
        way = self.way
        samples = () if self._refused else tuple(self._samples)
        return Line(work, way.name, samples, against=way.against, most=way.most, x=x, note=self._note)


def first_line(error: Exception) -> str:
    """Type and message, as far as its first line."""
    text = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {text}" if len(text) <= 120 else f"{type(error).__name__}: {text[:120]}…"
