"""Counts of sizes in bounded memory: percentiles, and what is above each power of two."""

from __future__ import annotations

from collections import Counter
from math import ceil, log

RELATIVE_ERROR = 0.005
"""Of a percentile, at most, before it is rounded to whole bytes.

Source: the sketch of Masson, Rim and Lee, DDSketch, VLDB 2019.
"""
_GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_PER_BUCKET = 1 / log(_GROWTH)


class Sizes:
    """Sizes, in buckets that grow by one percent each: some 3,000 up to a terabyte. Up to 100 bytes they are exact."""

    def __init__(self) -> None:
        self.count = self.total = self.largest = 0
        self._buckets: Counter[int] = Counter()

    def add(self, size: int) -> None:
        self.count += 1
        self.total += size
        self.largest = max(self.largest, size)
        self._buckets[ceil(log(size) * _PER_BUCKET) if size else -1] += 1

    def percentile(self, percent: float) -> int:
        """So many percent of the sizes are not larger: the smallest one of which that is true, or close to it."""
        rank = ceil(round(self.count * percent / 100, 6))
        for bucket, count in sorted(self._buckets.items()):
            rank -= count
            if rank <= 0:
                return min(_middle(bucket), self.largest)
        return 0


def _middle(bucket: int) -> int:
    return 0 if bucket < 0 else round(2 * _GROWTH**bucket / (_GROWTH + 1))


def power(size: int) -> int:
    """The exponent of the smallest power of two that is not smaller than ``size``."""
    return max(0, size - 1).bit_length()
