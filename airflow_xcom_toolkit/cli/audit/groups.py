"""Rows and bytes by name, and the first few of many, in bounded memory."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .seen import Seen

T = TypeVar("T")

MOST_NAMES = 10_000
"""So many names are told apart for certain; of more, those with the fewest bytes are counted together."""


@dataclass
class Count:
    """``row_bytes`` are in the database, ``object_bytes`` in stores; ``largest`` is both of one value."""

    rows: int = 0
    row_bytes: int = 0
    object_bytes: int = 0
    largest: int = 0

    def add(self, seen: Seen) -> None:
        self.rows += 1
        self.row_bytes += seen.row_bytes
        self.object_bytes += seen.object_bytes or 0
        self.largest = max(self.largest, seen.stored_bytes)

    def include(self, other: Count) -> None:
        self.rows += other.rows
        self.row_bytes += other.row_bytes
        self.object_bytes += other.object_bytes
        self.largest = max(self.largest, other.largest)

    @property
    def stored_bytes(self) -> int:
        return self.row_bytes + self.object_bytes

    def to_json(self) -> dict[str, int]:
        return dict(vars(self))


class Groups:
    """Counts by name."""

    def __init__(self) -> None:
        self._named: dict[str, Count] = {}
        self._cut = Count()
        self._names_cut = 0

    def add(self, name: str, seen: Seen) -> None:
        count = self._named.get(name)
        if count is None:
            if len(self._named) >= 2 * MOST_NAMES:
                self._cut_smallest()
            count = self._named[name] = Count()
        count.add(seen)

    def report(self, top: int) -> dict[str, Any]:
        """The ``top`` with the most bytes; all others together. A name that was cut, and came again, is counted twice
        among the names."""
        ranked = self._ranked()
        others = Count(**vars(self._cut))
        for _, count in ranked[top:]:
            others.include(count)
        return {
            "names": len(ranked) + self._names_cut,
            "groups": [{"name": name, **count.to_json()} for name, count in ranked[:top]],
            "others": others.to_json() if others.rows else None,
        }

    def _ranked(self) -> list[tuple[str, Count]]:
        return sorted(self._named.items(), key=lambda item: (-item[1].stored_bytes, item[0]))

    def _cut_smallest(self) -> None:
        ranked = self._ranked()
        for _, count in ranked[MOST_NAMES:]:
            self._cut.include(count)
        self._names_cut += len(ranked) - MOST_NAMES
        self._named = dict(ranked[:MOST_NAMES])


class First(Generic[T]):
    """The first few things in the order of their keys, in whatever order they come."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: list[tuple[Any, T]] = []
        self.seen = 0

    def add(self, key: Any, thing: T) -> None:
        self.seen += 1
        if len(self._kept) < self._most or key < self._kept[-1][0]:
            insort(self._kept, (key, thing), key=lambda item: item[0])
            del self._kept[self._most :]

    @property
    def things(self) -> list[T]:
        return [thing for _, thing in self._kept]
