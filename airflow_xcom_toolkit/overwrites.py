"""Objects that an overwrite leaves behind, deleted once the new row stands.

A process knows which objects it wrote itself, and nothing else; what other processes left is for a garbage collector.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from .abc import Coordinate, Json
from .envelope import is_envelope

log = logging.getLogger(__name__)

_MAX_REMEMBERED = 1000


@dataclass(frozen=True, eq=False, repr=False)
class Pushed:
    """A row on its way, and the one that stood when it was made."""

    at: Coordinate
    row: Json
    before: Json


_being_set: ContextVar[list[Pushed] | None] = ContextVar("xcom_toolkit_being_set", default=None)


@contextmanager
def collecting() -> Iterator[list[Pushed]]:
    """Around Airflow's ``set``: the rows that are made in it, in threads that it starts, too."""
    rows: list[Pushed] = []
    token = _being_set.set(rows)
    try:
        yield rows
    finally:
        _being_set.reset(token)


class Overwrites:
    """The rows that this process set last, by XCom and task instance. Bounded: a triggerer lives long."""

    def __init__(self) -> None:
        self._standing: OrderedDict[Coordinate, Json] = OrderedDict()
        self._lock = threading.Lock()

    def pushed(self, at: Coordinate, row: Json) -> None:
        """``row`` was made, and is about to be sent."""
        rows = _being_set.get()
        if rows is not None:
            rows.append(Pushed(at, row, self._standing.get(at)))

    def settle(self, rows: list[Pushed], purge: Callable[[Json], None]) -> None:
        """After Airflow's ``set`` ended well: purges what ``rows``, which were set, replace."""
        for pushed in rows:
            if self._replaces(pushed) and pushed.before is not None:
                try:
                    purge(pushed.before)
                except Exception as e:
                    log.info("An object of %s was left behind (%s)", pushed.at, type(e).__name__)

    def _replaces(self, pushed: Pushed) -> bool:
        """Whether the row before still stood. If not, two sets overlapped, and nobody knows which row stands now."""
        with self._lock:
            alone = self._standing.pop(pushed.at, None) is pushed.before
            if alone and is_envelope(pushed.row):
                self._standing[pushed.at] = pushed.row
            while len(self._standing) > _MAX_REMEMBERED:
                self._standing.popitem(last=False)
        return alone
