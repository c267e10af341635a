"""Memory to push and to pull a large DataFrame, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from . import memory_of
from .context import Bench, opened
from .deployment import Deployment
from .options import MB
from .results import LeftOut, Line
from .space import Space
from .subjects import STOCK, Bare, Stock, Subject, Toolkit, stock_environment
from .values import mixed_frame, read_frame, write_frame

FRAME_MB = 512
STOCK_MB = 64
MOST_TO_PUSH = 64 * MB
MOST_TO_PULL = 128 * MB
"""The goals. To pull: beyond the value's own size."""

BARE = "bare library"
PLAIN, COMPRESSED, ENCRYPTED = "toolkit, plain", "toolkit, compressed", "toolkit, encrypted"
CONFIGURED = "toolkit, as configured"


def run(bench: Bench) -> Iterator[Line | LeftOut]:
    megabytes = bench.options.megabytes(FRAME_MB)
    for way in _ways(bench):
        yield from _lines(bench, way, megabytes)
    if bench.options.quick:
        yield LeftOut("memory of the other ways", "each takes a process of its own, and --quick was asked for")
        return
    of_stock = megabytes if bench.options.full else min(megabytes, STOCK_MB)
    yield from _lines(bench, STOCK, of_stock)
    if of_stock < megabytes:
        why = "it takes many times the value; --full measures it"
        yield LeftOut(f"the memory of the {STOCK} for {megabytes} MB", why)


def _ways(bench: Bench) -> list[str]:
    if bench.options.quick:
        return [PLAIN]
    return [BARE, PLAIN, COMPRESSED, ENCRYPTED, *([] if bench.deployment.is_plain else [CONFIGURED])]


def _lines(bench: Bench, way: str, megabytes: int) -> Iterator[Line]:
    bench.say(f"memory for {megabytes} MB: {way}")
    environment = stock_environment(bench.deployment) if way == STOCK else None
    for found in bench.alone("memory:measure", environment, way=way, megabytes=megabytes):
        most = MOST_TO_PUSH if found["work"] == "push" else found["size"] + MOST_TO_PULL
        yield Line(
            f"{found['work']}, mixed DataFrame, {megabytes} MB",
            way,
            (found["peak"],),
            "B",
            most=bench.goal(most) if way.startswith("toolkit") else None,
            note=found["note"],
        )


def measure(way: str, megabytes: int, **where: Any) -> Iterator[dict[str, Any]]:
    """In a process of its own: the peaks of a push and a pull. A small frame goes first, and brings all imports."""
    deployment, space = opened(**where)
    try:
        subject = _subject(way, deployment, space)
        small = mixed_frame(0.5)
        warm = subject.push(small)
        subject.check(small, subject.pull(warm))
        subject.purge(warm)
        yield from _peaks(subject, megabytes)
    finally:
        space.clear()


def _peaks(subject: Subject, megabytes: float) -> Iterator[dict[str, Any]]:
    frame = mixed_frame(megabytes)
    size = int(frame.memory_usage(deep=False).sum())
    peak, handle = memory_of.peak_of(partial(subject.push, frame))
    yield {"work": "push", "peak": peak, "size": size, "note": ""}
    some = _some_rows(frame)
    del frame
    peak, pulled = memory_of.peak_of(partial(subject.pull, handle))
    note = subject.check(some, _some_rows(pulled)) or ""
    yield {"work": "pull", "peak": peak, "size": size, "note": note}


def _some_rows(frame: Any) -> Any:
    """A thousand, from all of it. Both frames at once would take twice the memory."""
    return frame.iloc[:: max(1, len(frame) // 1000)].copy()


def _subject(way: str, deployment: Deployment, space: Space) -> Subject:
    if way == BARE:
        return Bare(way, space, write_frame, read_frame)
    if way == STOCK:
        return Stock(space)
    variants: dict[str, Callable[[], Any]] = {
        PLAIN: deployment.plain,
        COMPRESSED: lambda: deployment.plain(deployment.compression or "zstd"),
        ENCRYPTED: deployment.encrypted,
        CONFIGURED: lambda: deployment.backend,
    }
    return Toolkit(way, space, variants[way]())
