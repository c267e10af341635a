"""Numbers as people read them."""

from __future__ import annotations

from .results import Line

NONE = "–"


def seconds(found: float) -> str:
    for unit, factor in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if found >= factor or unit == "µs":
            return f"{_digits(found / factor)} {unit}"
    raise AssertionError


def size(nbytes: float) -> str:
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if abs(nbytes) >= factor:
            return f"{_digits(nbytes / factor)} {unit}"
    return f"{nbytes:.0f} B"


def times(ratio: float | None) -> str:
    return NONE if ratio is None else f"{_digits(ratio)} ×"


def measured(found: float | None, unit: str) -> str:
    """With its unit: ``s``, ``B``, or none."""
    if found is None:
        return NONE
    return seconds(found) if unit == "s" else size(found) if unit == "B" else f"{found:.2f}"


def goal(line: Line) -> str:
    """What is to be reached: of the ratio, or of the number."""
    if line.most is None:
        return ""
    return f"≤ {_digits(line.most)} ×" if line.against else f"≤ {measured(line.most, line.unit)}"


def point(x: float, work: str) -> str:
    """Where on a curve: a size, or a count."""
    return size(x) if "bytes of" in work else f"{x:,.0f}"


def _digits(number: float) -> str:
    """Three that count."""
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if abs(number) >= 10 else f"{number:.2f}"
