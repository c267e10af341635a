"""What an overwrite leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from airflow_xcom_toolkit.abc import Json
from airflow_xcom_toolkit.overwrites import Overwrites, collecting
from tests.pipelines import AT


def row(number: int) -> Any:
    return {"__classname__": "airflow_xcom_toolkit.Envelope", "__version__": 1, "__data__": number}


@contextmanager
def setting(overwrites: Overwrites, purge: Callable[[Json], None]) -> Iterator[None]:
    """What a backend does around Airflow's ``set``."""
    with collecting() as rows:
        yield
    overwrites.settle(rows, purge)


def test_the_old_row_is_purged_after_the_new_one_stands() -> None:
    overwrites, purged = Overwrites(), []
    for number in range(3):
        with setting(overwrites, purged.append):
            overwrites.pushed(AT, row(number))
            assert purged == [row(n) for n in range(number - 1)]
    assert purged == [row(0), row(1)]


def test_a_set_that_fails_purges_nothing() -> None:
    overwrites, purged = Overwrites(), []
    with setting(overwrites, purged.append):
        overwrites.pushed(AT, row(1))
    with pytest.raises(OSError, match="down"):
        _set_and_fail(overwrites, purged)
    assert purged == []


def _set_and_fail(overwrites: Overwrites, purged: list[Json]) -> None:
    with setting(overwrites, purged.append):
        overwrites.pushed(AT, row(2))
        raise OSError("down")


def test_task_instances_keys_and_map_indexes_are_told_apart() -> None:
    overwrites, purged = Overwrites(), []
    others = [replace(AT, instance="1"), replace(AT, instance="2"), replace(AT, key="x"), replace(AT, map_index=1)]
    for number, at in enumerate([AT, *others]):
        with setting(overwrites, purged.append):
            overwrites.pushed(at, row(number))
    assert purged == []


def test_an_object_that_cannot_be_deleted_does_not_fail_the_push() -> None:
    def fails(row: Json) -> None:
        raise OSError("down")

    overwrites = Overwrites()
    for number in range(2):
        with setting(overwrites, fails):
            overwrites.pushed(AT, row(number))


def test_what_is_remembered_is_bounded() -> None:
    overwrites, purged = Overwrites(), []
    for number in range(3000):
        with setting(overwrites, purged.append):
            overwrites.pushed(replace(AT, key=str(number)), row(number))
    assert len(overwrites._standing) <= 1000
    assert purged == []


def test_overlapping_sets_delete_nothing_that_may_stand() -> None:
    """Two sets of one key at a time: whichever row stands in the end, its object is there."""
    overwrites, purged = Overwrites(), []
    with setting(overwrites, purged.append):
        overwrites.pushed(AT, row(0))
    with setting(overwrites, purged.append):
        overwrites.pushed(AT, row(1))
        with setting(overwrites, purged.append):
            overwrites.pushed(AT, row(2))
    with setting(overwrites, purged.append):
        overwrites.pushed(AT, row(3))
    assert purged == [row(0)]
