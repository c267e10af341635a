"""The rows that a task sends, before anything on the way to the database can change them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...abc import Coordinate, Json
from ..xcoms import AT, XComs


@contextmanager
def sending(xcoms: XComs) -> Iterator[list[Json]]:
    """The rows that are sent within the block, in order."""
    rows: list[Json] = []

    def note(msg: Any) -> None:
        if type(msg).__name__ == "SetXCom":
            rows.append(msg.value)

    xcoms.rows.on_send = note
    try:
        yield rows
    finally:
        xcoms.rows.on_send = None


def pushed(xcoms: XComs, value: Any, at: Coordinate = AT) -> Json:
    """Pushes ``value``; the row that the task sent for it."""
    with sending(xcoms) as rows:
        xcoms.push(value, at)
    assert len(rows) == 1, f"one push sent {len(rows)} rows"
    return rows[0]
