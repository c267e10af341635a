"""What each threshold would move to a store, and which to set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .. import words
from .seen import Seen
from .sizes import power

LEAST, MOST = 10, 20
"""From 1 KiB to 1 MiB, as powers of two."""
LARGEST_CONTROL = 14
"""What dags branch, count and map by is not larger than 16 KiB; larger is data."""
USUAL = 4096
"""Where the rows say nothing: that of docs/how-to/offload.md."""
KEPT = 0.99
ENVELOPE_BYTES = 500
"""About so many bytes does the row of a value in a store take."""


@dataclass
class Side:
    """Values of like size: how many, and their bytes in the database if they are in their rows, and if they are not."""

    rows: int = 0
    inline: int = 0
    offloaded: int = 0

    def add(self, seen: Seen) -> None:
        self.rows += 1
        self.inline += seen.row_bytes + (seen.object_bytes or 0) * 4 // 3
        self.offloaded += seen.row_bytes if seen.object_bytes else ENVELOPE_BYTES


class Thresholds:
    """Counts by power of two, and on both sides of the threshold that is configured."""

    def __init__(self, configured: int) -> None:
        self._by_power = [Side() for _ in range(65)]
        self._configured = configured
        self._above, self._below = Side(), Side()

    def add(self, seen: Seen) -> None:
        """A value whose size is known."""
        size = seen.value_bytes or 0
        self._by_power[power(size)].add(seen)
        (self._above if size > self._configured else self._below).add(seen)

    def distribution(self) -> list[dict[str, int]]:
        """Values by size, from the smallest to the largest that there are: ``up_to`` so many bytes, and above half."""
        used = [exponent for exponent, side in enumerate(self._by_power) if side.rows]
        span = range(used[0], used[-1] + 1) if used else ()
        return [{"up_to": 2**exponent, "rows": self._by_power[exponent].rows} for exponent in span]

    def report(self) -> dict[str, Any]:
        table = [self._line(2**exponent, *self._split(exponent)) for exponent in range(LEAST, MOST + 1)]
        if self._configured >= 0:
            table.append(self._line(self._configured, [self._below], [self._above]))
        lines = {line["threshold"]: line for line in table}
        threshold = self._recommended()
        reason = self._reason(threshold, lines[threshold])
        return {"recommended": threshold, "reason": reason, "table": [lines[size] for size in sorted(lines)]}

    @property
    def _rows(self) -> int:
        return sum(side.rows for side in self._by_power)

    @property
    def _small(self) -> int:
        """How many values are as small as control flow."""
        return _rows(self._split(LARGEST_CONTROL)[0])

    def _split(self, exponent: int) -> tuple[list[Side], list[Side]]:
        return self._by_power[: exponent + 1], self._by_power[exponent + 1 :]

    def _line(self, threshold: int, below: list[Side], above: list[Side]) -> dict[str, int]:
        """``requests_saved``: a put and a get of each value that stays in its row, if it is pulled once."""
        left = sum(side.inline for side in below) + sum(side.offloaded for side in above)
        return {
            "threshold": threshold,
            "rows_offloaded": _rows(above),
            "database_bytes": left,
            "requests_saved": 2 * _rows(below),
        }

    def _recommended(self) -> int:
        """The smallest power of two that keeps (nearly) all in its row that is as small as control flow."""
        if not self._small:
            return USUAL
        needed = self._small * KEPT
        fits = (n for n in range(LEAST, LARGEST_CONTROL + 1) if _rows(self._split(n)[0]) >= needed)
        return 1 << next(fits)

    def _reason(self, threshold: int, line: dict[str, int]) -> str:
        if not self._small:
            return "There is no value of up to 16 KiB here to tell control flow by; a few KiB are usual."
        offloaded, now = line["rows_offloaded"], sum(side.inline for side in self._by_power)
        kept = (self._rows - offloaded) / self._small
        first = (
            f"{_percent(min(kept, 1))} of the {words.count(self._small, 'value')} of up to 16 KiB, by which dags "
            f"branch, count and map, are no longer than {threshold:,} bytes, and stay in their rows."
        )
        if not offloaded:
            return f"{first} Nothing here is longer: it changes nothing today, and keeps the database small tomorrow."
        return (
            f"{first} The {words.count(offloaded, 'value')} above it ({_percent(offloaded / self._rows)} of all) go to "
            f"the store: the rows take {words.size(line['database_bytes'])}, instead of {words.size(now)} with all of "
            "them in the database."
        )


def _rows(sides: list[Side]) -> int:
    return sum(side.rows for side in sides)


def _percent(part: float) -> str:
    return f"{part:.2%}" if 0 < part < 0.01 or 0.99 < part < 1 else f"{part:.0%}"
