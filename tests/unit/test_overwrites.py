"""What an overwrite leaves behind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from airflow_xcom_toolkit.abc import Json
from airflow_xcom_toolkit.overwrites import Overwrites, pushed
from tests.pipelines import AT


def row(number: int) -> Any:
    return {"__classname__": "airflow_xcom_toolkit.Envelope", "__version__": 1, "__data__": number}


def test_the_old_row_is_purged_after_the_new_one_stands() -> None:
    overwrites, purged = Overwrites(), []
    for number in range(3):
        with overwrites.setting(purged.append):
            pushed(AT, row(number))
            assert purged == [row(n) for n in range(number - 1)]
    assert purged == [row(0), row(1)]


def test_a_set_that_fails_purges_nothing() -> None:
    overwrites, purged = Overwrites(), []
    with overwrites.setting(purged.append):
        pushed(AT, row(1))
    with pytest.raises(OSError, match="down"):
        _set_and_fail(overwrites, purged)
    assert purged == []


def _set_and_fail(overwrites: Overwrites, purged: list[Json]) -> None:
    with overwrites.setting(purged.append):
        pushed(AT, row(2))
        raise OSError("down")


def test_task_instances_keys_and_map_indexes_are_told_apart() -> None:
    overwrites, purged = Overwrites(), []
    others = [replace(AT, instance="1"), replace(AT, instance="2"), replace(AT, key="x"), replace(AT, map_index=1)]
    for number, at in enumerate([AT, *others]):
        with overwrites.setting(purged.append):
            pushed(at, row(number))
    assert purged == []


def test_an_object_that_cannot_be_deleted_does_not_fail_the_push() -> None:
    def fails(row: Json) -> None:
        raise OSError("down")

    overwrites = Overwrites()
    for number in range(2):
        with overwrites.setting(fails):
            pushed(AT, row(number))


def test_what_is_remembered_is_bounded() -> None:
    overwrites, purged = Overwrites(), []
    for number in range(3000):
        with overwrites.setting(purged.append):
            pushed(replace(AT, key=str(number)), row(number))
    assert len(overwrites._standing) <= 1000
    assert purged == []
