"""How time and memory grow with the size of a value, and with the number of its leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import log10
from typing import Any

from . import memory_of
from .context import Bench
from .machine import available_memory
from .measuring import Way
from .options import MB
from .results import LeftOut, Line, slope
from .subjects import Toolkit
from .values import float_array

SIZES = tuple(10**power for power in range(3, 9))
FULL_SIZES = (10**9, 2 * 10**9)
LEAVES = (1, 10, 100, 1_000, 10_000, 100_000)
FRAMES = (1, 10, 100, 1_000)
MOST_EXPONENT = 1.15
"""The goal: of a power law through the points, where 1 is linear. Measured numbers scatter."""

BEFORE_LINEAR = 1_000
"""The exponent is that of the points from a thousandth of the greatest on: below, what each push costs prevails."""


def run(bench: Bench) -> Iterator[Line | LeftOut]:
    toolkit = Toolkit("toolkit, plain", bench.space, bench.deployment.plain())
    yield from _by_size(bench, toolkit)
    arrays = LEAVES[:4] if bench.options.quick else LEAVES
    yield from _series(bench, toolkit, "leaves of a list of arrays", [(count, _arrays) for count in arrays])
    frames = FRAMES[:3] if bench.options.quick else (*FRAMES, 10_000) if bench.options.full else FRAMES
    yield from _series(bench, toolkit, "leaves of a dict of frames", [(count, _frames) for count in frames])
    if not bench.options.full:
        yield LeftOut("a dict of 10,000 frames", "it takes long; --full measures it")


def _by_size(bench: Bench, toolkit: Toolkit) -> Iterator[Line | LeftOut]:
    sizes = SIZES[:4] if bench.options.quick else SIZES + FULL_SIZES * bench.options.full
    if not bench.options.full:
        yield LeftOut(f"values of more than {sizes[-1] / MB:,.0f} MB", "they take long; --full goes to 2,000 MB")
    points = []
    for size in sizes:
        if 4 * size > available_memory():
            yield LeftOut(
                f"values of {size / MB:,.0f} MB", "fewer than four times as many bytes of memory are free here"
            )
        else:
            points.append((size, lambda count: float_array(count / MB)))
    yield from _series(bench, toolkit, "bytes of an array", points, with_memory=True)


def _series(
    bench: Bench,
    toolkit: Toolkit,
    of: str,
    points: list[tuple[int, Callable[[int], Any]]],
    with_memory: bool = False,
) -> Iterator[Line]:
    """The curves of time (and memory), and what they come to."""
    found: list[Line] = []
    for x, make in points:
        value = make(x)
        found += _times(bench, toolkit, of, x, value)
        if with_memory:
            found += _memory(bench, toolkit, of, x, value)
        del value
    yield from found
    yield from _fits(found, bench.goal(MOST_EXPONENT))


def _times(bench: Bench, toolkit: Toolkit, of: str, x: int, value: Any) -> Iterator[Line]:
    repeat = bench.options.repeat if x < SIZES[-1] else min(2, bench.options.repeat)
    push = Way(toolkit.name, lambda: toolkit.push(value), after=toolkit.purge)
    yield from bench.compare(f"push by {of}", [push], repeat, x)
    row = toolkit.push(value)
    pull = Way(toolkit.name, lambda: toolkit.pull(row), lambda pulled: toolkit.check(value, pulled))
    yield from bench.compare(f"pull by {of}", [pull], repeat, x)
    toolkit.purge(row)


def _memory(bench: Bench, toolkit: Toolkit, of: str, x: int, value: Any) -> Iterator[Line]:
    peak, row = memory_of.peak_of(lambda: toolkit.push(value))
    yield Line(f"memory to push by {of}", toolkit.name, (peak,), "B", x=x)
    peak, _ = memory_of.peak_of(lambda: toolkit.pull(row))
    yield Line(f"memory to pull by {of}", toolkit.name, (peak,), "B", x=x)
    toolkit.purge(row)


def _fits(lines: list[Line], most: float | None) -> Iterator[Line]:
    curves: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for line in lines:
        if line.x and line.best is not None:
            curves.setdefault((line.work, line.unit), []).append((line.x, line.best))
    for (work, unit), points in curves.items():
        yield _exponent(work, points, most) if unit == "s" else _by_byte(work, points, most)


def _exponent(work: str, points: list[tuple[float, float]], most: float | None) -> Line:
    """By what power of x the time grows."""
    greatest = max(x for x, _ in points)
    upper = [(log10(x), log10(y)) for x, y in points if x * BEFORE_LINEAR >= greatest]
    return Line(f"exponent of: {work}", "toolkit, plain", (slope(upper),), "", most=most, note="1 is linear")


def _by_byte(work: str, points: list[tuple[float, float]], most: float | None) -> Line:
    """How many bytes more each byte more of the value takes."""
    return Line(f"per byte: {work}", "toolkit, plain", (slope(points),), "", most=most)


def _arrays(count: int) -> Any:
    import numpy as np

    return [np.arange(number, number + 8) for number in range(count)]


def _frames(count: int) -> Any:
    import pandas as pd

    return {f"frame {number}": pd.DataFrame({"a": [number, 1], "b": [0.5, number]}) for number in range(count)}
