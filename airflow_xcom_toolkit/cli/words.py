"""Numbers as people read them."""

from __future__ import annotations


def seconds(found: float) -> str:
    for unit, factor in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if found >= factor or unit == "µs":
            return f"{digits(found / factor)} {unit}"
    raise AssertionError


def size(nbytes: float) -> str:
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if abs(nbytes) >= factor:
            return f"{digits(nbytes / factor)} {unit}"
    return f"{nbytes:.0f} B"


def count(number: int, one: str, many: str | None = None) -> str:
    """``1 row``, ``2,000 rows``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def digits(number: float) -> str:
    """Three that count."""
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if abs(number) >= 10 else f"{number:.2f}"
