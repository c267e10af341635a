"""Replaces rows, many in one transaction; what became of each is certain before an object is deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ...errors import MetadataError
from ...metadata import Change, RowStore, StoredRow

MOST_ROWS = 100
MOST_CHARACTERS = 4_000_000


class Replaced(NamedTuple):
    """A row that is to be replaced, what was done, and how many bytes that was about."""

    row: StoredRow
    new: Any
    what: tuple[str, ...]
    nbytes: int


class Batches:
    """Rows wait until they are many. ``done`` is told of each what came of it: replaced, or written by a task."""

    def __init__(self, rows: RowStore, done: Callable[[Replaced, bool], None], failed: Callable[..., None]) -> None:
        self._rows, self._done, self._failed = rows, done, failed
        self._waiting: list[Replaced] = []

    def add(self, one: Replaced) -> None:
        self._waiting.append(one)
        if len(self._waiting) >= MOST_ROWS or sum(len(waits.row.text) for waits in self._waiting) >= MOST_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        """All that wait are replaced, one by one where the database does not take them together."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        try:
            self._replace(waiting)
        except MetadataError:
            if len(waiting) == 1:
                raise
            self._one_by_one(waiting)

    def take_back(self) -> Iterator[Replaced]:
        """Those that wait: nobody has seen their new rows."""
        waiting, self._waiting = self._waiting, []
        yield from waiting

    def _replace(self, waiting: list[Replaced]) -> None:
        for one, done in zip(waiting, self._rows.replace([Change(one.row, one.new) for one in waiting])):
            self._done(one, done)

    def _one_by_one(self, waiting: list[Replaced]) -> None:
        """A row may be too long for this database. If it takes none at all, it is away."""
        failed = 0
        for one in waiting:
            try:
                self._replace([one])
            except MetadataError as e:
                failed += 1
                if failed == len(waiting):
                    raise
                self._failed(one.row, str(e))
