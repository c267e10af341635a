"""Old objects go when their time of grace has ended, and not before."""

from __future__ import annotations

from typing import Any

from airflow_xcom_toolkit.cli.migrate.later import Later
from airflow_xcom_toolkit.errors import StorageError


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_each_goes_when_its_grace_ends_in_the_order_they_came() -> None:
    clock, gone = Clock(), []
    later = Later(gone.append, 60, clock)
    for minute, row in enumerate(({"n": 1}, "two", ["3"])):
        clock.now = minute * 10.0
        later.add(row)
    for now, expected in ((59, []), (60, [{"n": 1}]), (75, [{"n": 1}, "two"]), (81, [{"n": 1}, "two", ["3"]])):
        clock.now = now
        later.settle()
        assert gone == expected
        assert later.waiting == 3 - len(expected)
    assert later.deleted == 3


def test_one_that_cannot_be_deleted_is_counted_and_does_not_hold_up_the_others() -> None:
    gone: list[Any] = []

    def purge(row: Any) -> None:
        if row == "stuck":
            raise StorageError("no")
        gone.append(row)

    later = Later(purge, 0, Clock())
    for row in ("stuck", "one", "two"):
        later.add(row)
    later.settle()
    assert (gone, later.deleted, later.failed, later.waiting) == (["one", "two"], 2, 1, 0)
