"""Objects that an overwrite leaves behind, deleted once the new row stands.

A process knows which objects it wrote itself, and nothing else; what other processes left is for a garbage collector.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from .abc import Coordinate, Json
from .envelope import is_envelope

log = logging.getLogger(__name__)

_MAX_REMEMBERED = 1000
_being_set: ContextVar[list[tuple[Coordinate, Json]] | None] = ContextVar("xcom_toolkit_being_set", default=None)


def pushed(at: Coordinate, row: Json) -> None:
    """``row`` was made, and is about to be sent."""
    rows = _being_set.get()
    if rows is not None:
        rows.append((at, row))


class Overwrites:
    """The rows that this process set last, by XCom and task instance. Bounded: a triggerer lives long."""

    def __init__(self) -> None:
        self._standing: OrderedDict[Coordinate, Json] = OrderedDict()

    @contextmanager
    def setting(self, purge: Callable[[Json], None]) -> Iterator[None]:
        """Around Airflow's ``set``: when it ends well, purges what the rows set in it replace."""
        rows: list[tuple[Coordinate, Json]] = []
        token = _being_set.set(rows)
        try:
            yield
        finally:
            _being_set.reset(token)
        for at, row in rows:
            self._stands(at, row, purge)

    def _stands(self, at: Coordinate, row: Json, purge: Callable[[Json], None]) -> None:
        old = self._standing.pop(at, None)
        if is_envelope(row):
            self._standing[at] = row
        while len(self._standing) > _MAX_REMEMBERED:
            self._standing.popitem(last=False)
        if old is not None:
            try:
                purge(old)
            except Exception as e:
                log.info("An object that %s no longer refers to was left behind (%s)", at, type(e).__name__)
