"""Push and pull of a large value: the toolkit, the stock backend, and the bare library, in turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .context import Bench
from .measuring import Way
from .results import LeftOut, Line
from .subjects import STOCK, Bare, Stock, Subject, Toolkit, stock_options
from .values import (
    encoded,
    float_array,
    hashing,
    mixed_frame,
    read_array,
    read_frame,
    sealing,
    write_array,
    write_frame,
)

FRAME_MB = 75
ARRAY_MB = 80
MOST = 1.3
"""The goal, on local files: times as long as the bare library."""

HASHED = "bare, and one SHA-256"
SEALED = "bare, and AES-GCM alone"


@dataclass(frozen=True)
class _Kind:
    """A kind of value; ``instead`` is what the stock backend is given where it refuses the value itself."""

    name: str
    make: Callable[[float], Any]
    write: Callable[[Any, Any], None]
    read: Callable[[Any], Any]
    instead: Callable[[Any], Any] | None = None


FRAME = _Kind("mixed DataFrame", mixed_frame, write_frame, read_frame)
ARRAY = _Kind("float64 array", float_array, write_array, read_array, lambda array: array.tolist())


def run(bench: Bench) -> Iterator[Line | LeftOut]:
    with stock_options(bench.deployment):
        for kind, megabytes in ((FRAME, FRAME_MB), (ARRAY, ARRAY_MB)):
            yield from _kind(bench, kind, bench.options.megabytes(megabytes))
    if not bench.space.is_local:
        yield LeftOut("the goal of 1.3 × the bare library", "it is one of local files; here, the store takes most time")


def _kind(bench: Bench, kind: _Kind, megabytes: int) -> Iterator[Line]:
    value = kind.make(megabytes)
    goal = bench.goal(MOST if bench.space.is_local else None)
    subjects = list(_subjects(bench, kind, value))
    name = f"{kind.name}, {megabytes} MB"
    ways = [_push(subject, value, against, goal) for subject, against in subjects]
    lines = bench.compare(f"push, {name}", ways)
    yield from lines
    refused = {line.way for line in lines if not line.samples}
    yield from _pulls(bench, f"pull, {name}", value, [pair for pair in subjects if pair[0].name not in refused], goal)
    if STOCK in refused and kind.instead:
        yield from _instead(bench, name, kind.instead(value))


def _subjects(bench: Bench, kind: _Kind, value: Any) -> Iterator[tuple[Subject, str | None]]:
    """Each, and what it is compared with."""
    space, deployment = bench.space, bench.deployment
    data = encoded(kind.write, value)
    seal, open_ = sealing(data)
    yield Bare(HASHED, space, kind.write, kind.read, hashing(data), hashing(data)), None
    yield Bare(SEALED, space, kind.write, kind.read, seal, open_), None
    yield Stock(space), None
    yield Toolkit("toolkit, plain", space, deployment.plain()), HASHED
    yield Toolkit("toolkit, encrypted", space, deployment.encrypted()), SEALED
    if not deployment.is_plain:
        yield Toolkit("toolkit, as configured", space, deployment.backend), None


def _push(subject: Subject, value: Any, against: str | None, most: float | None) -> Way:
    return Way(
        subject.name,
        call=lambda: subject.push(value),
        check=lambda handle: subject.check(value, subject.pull(handle)),
        after=subject.purge,
        against=against,
        most=most if against else None,
        repeats=2 if isinstance(subject, Stock) else None,
        may_refuse=isinstance(subject, Stock),
    )


def _pulls(
    bench: Bench, work: str, value: Any, subjects: list[tuple[Subject, str | None]], most: float | None
) -> list[Line]:
    handles = {subject.name: subject.push(value) for subject, _ in subjects}
    try:
        return bench.compare(
            work, [_pull(subject, handles[subject.name], value, against, most) for subject, against in subjects]
        )
    finally:
        for subject, _ in subjects:
            subject.purge(handles[subject.name])


def _pull(subject: Subject, handle: Any, value: Any, against: str | None, most: float | None) -> Way:
    return Way(
        subject.name,
        call=lambda: subject.pull(handle),
        check=lambda pulled: subject.check(value, pulled),
        against=against,
        most=most if against else None,
        repeats=2 if isinstance(subject, Stock) else None,
    )


def _instead(bench: Bench, name: str, value: Any) -> Iterator[Line]:
    """The stock backend alone, with what it does not refuse: once, it takes long."""
    stock = Stock(bench.space)
    way = f"{STOCK}, as a list"
    handles: list[Any] = []
    push = Way(way, lambda: stock.push(value), after=handles.append, cold=True)
    yield from bench.compare(f"push, {name}", [push], 1)
    pull = Way(way, lambda: stock.pull(handles[0]), lambda pulled: stock.check(value, pulled), cold=True)
    yield from bench.compare(f"pull, {name}", [pull], 1)
    stock.purge(handles[0])
