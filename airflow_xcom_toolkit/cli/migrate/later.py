"""Objects that no row refers to any more, until no task can be about to read them."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from typing import Any

from ...errors import XComToolkitError


class Later:
    """Rows that were replaced, whose objects go ``grace`` seconds after that. They wait on disk: there may be millions.

    If this ends before, the objects stay, and are found by ``gc``.
    """

    def __init__(self, purge: Callable[[Any], None], grace: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._purge, self._grace, self._clock = purge, grace, clock
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._read_at = 0
        self._next: tuple[float, Any] | None = None
        self.waiting = self.deleted = self.failed = 0

    def add(self, row: Any) -> None:
        """``row`` was replaced just now."""
        self._file.seek(0, 2)
        self._file.write(json.dumps([self._clock() + self._grace, row]).encode() + b"\n")
        self.waiting += 1

    def settle(self) -> None:
        """Deletes what is due."""
        while self.waiting and self.remaining <= 0:
            assert self._next is not None
            row, self._next = self._next[1], None
            self.waiting -= 1
            try:
                self._purge(row)
                self.deleted += 1
            except (XComToolkitError, OSError):
                self.failed += 1

    @property
    def remaining(self) -> float:
        """Seconds until the next one is due."""
        if self._next is None:
            self._file.seek(self._read_at)
            due, row = json.loads(self._file.readline())
            self._read_at = self._file.tell()
            self._next = due, row
        return self._next[0] - self._clock()

    def close(self) -> None:
        self._file.close()
