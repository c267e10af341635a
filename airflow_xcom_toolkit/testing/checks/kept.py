"""What no backend may do to a value: keep something like it."""

from __future__ import annotations

from typing import Any

from ...abc import Coordinate
from ..same import assert_same
from ..xcoms import AT, XComs


def assert_kept_or_refused(xcoms: XComs, value: Any, expected: Any, at: Coordinate = AT) -> None:
    """Raises unless ``value`` comes back as ``expected``, or its push raises `TypeError` and writes nothing."""
    before = xcoms.stored()
    xcoms.rows.delete_row(at)
    try:
        xcoms.push(value, at)
    except TypeError:
        assert_nothing_is_written(xcoms, before, at)
        return
    assert_same(xcoms.pull(at), expected, key_order=False)


def assert_nothing_is_written(xcoms: XComs, before: dict[str, bytes], at: Coordinate = AT) -> None:
    """Raises if there is a row, or there are objects beside those of ``before``."""
    assert at not in xcoms.rows.rows(), f"a row was written: {xcoms.row(at)!r:.500}"
    assert sorted(xcoms.stored()) == sorted(before), "an object was written, or one is gone"
    assert xcoms.stored() == before, "an object was written over"
