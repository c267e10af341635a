"""Times, sizes and ratios of a benchmark, as people read them."""

from __future__ import annotations

from ..words import digits, seconds, size
from .results import Line

__all__ = ["goal", "measured", "point", "seconds", "size", "times"]

NONE = "–"


def times(ratio: float | None) -> str:
    return NONE if ratio is None else f"{digits(ratio)} ×"


def measured(found: float | None, unit: str) -> str:
    """With its unit: ``s``, ``B``, or none."""
    if found is None:
        return NONE
    return seconds(found) if unit == "s" else size(found) if unit == "B" else f"{found:.2f}"


def goal(line: Line) -> str:
    """What is to be reached: of the ratio, or of the number."""
    if line.most is None:
        return ""
    return f"≤ {digits(line.most)} ×" if line.against else f"≤ {measured(line.most, line.unit)}"


def point(x: float, work: str) -> str:
    """Where on a curve: a size, or a count."""
    return size(x) if "bytes of" in work else f"{x:,.0f}"
