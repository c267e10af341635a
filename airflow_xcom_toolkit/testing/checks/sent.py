"""The rows that a task sends, before anything on the way to the database can change them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ...abc import Coordinate, Json
from ..xcoms import AT, Rows, XComs


@contextmanager
def on_each_row(rows: Rows, call: Callable[[Json], Any]) -> Iterator[None]:
    """Calls ``call`` with each row that is sent within the block, before anything is done about it.

    What it raises fails the sending.
    """
    rows.on_send = lambda message: call(message.value) if type(message).__name__ == "SetXCom" else None
    try:
        yield
    finally:
        rows.on_send = None


def cut_off(row: Json) -> None:
    """For `on_each_row`: the database is gone."""
    raise ConnectionError("the task was cut off from the database")


@contextmanager
def sending(xcoms: XComs) -> Iterator[list[Json]]:
    """The rows that are sent within the block, in order."""
    found: list[Json] = []
    with on_each_row(xcoms.rows, found.append):
        yield found


def pushed(xcoms: XComs, value: Any, at: Coordinate = AT) -> Json:
    """Pushes ``value``; the row that the task sent for it."""
    with sending(xcoms) as rows:
        xcoms.push(value, at)
    assert len(rows) == 1, f"one push sent {len(rows)} rows"
    return rows[0]
