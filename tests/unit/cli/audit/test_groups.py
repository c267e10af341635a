"""Counts by name, in bounded memory."""

from __future__ import annotations

import random

import pytest

from airflow_xcom_toolkit.cli.audit import groups
from airflow_xcom_toolkit.cli.audit.groups import First, Groups
from tests.unit.cli.audit.rows import seen


def test_those_with_the_most_bytes_are_named_and_the_others_counted() -> None:
    made = Groups()
    for name, size in {"a": 10, "b": 3000, "c": 20, "d": 10}.items():
        made.add(name, seen(size))
    made.add("a", seen(100, objects=5000))
    report = made.report(2)
    assert report["names"] == 4
    assert report["groups"] == [
        {"name": "a", "rows": 2, "row_bytes": 410, "object_bytes": 5000, "largest": 5400},
        {"name": "b", "rows": 1, "row_bytes": 3000, "object_bytes": 0, "largest": 3000},
    ]
    assert report["others"] == {"rows": 2, "row_bytes": 30, "object_bytes": 0, "largest": 20}


def test_of_very_many_names_the_largest_stay_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "MOST_NAMES", 50)
    made = Groups()
    for number in range(1000):
        made.add(f"key {number}", seen(number + 1))
        made.add("return_value", seen(1000))
        assert len(made._named) <= 100
    report = made.report(1)
    assert [(group["name"], group["rows"]) for group in report["groups"]] == [("return_value", 1000)]
    assert report["others"]["rows"] == 1000
    assert report["names"] == 1001


def test_names_with_equal_bytes_are_in_the_order_of_their_letters() -> None:
    made = Groups()
    for name in ("b", "c", "a"):
        made.add(name, seen(10))
    assert [group["name"] for group in made.report(3)["groups"]] == ["a", "b", "c"]


def test_the_first_are_the_same_in_whatever_order_they_come() -> None:
    numbers = list(range(100))
    random.Random(3).shuffle(numbers)
    first: First[str] = First(3)
    for number in numbers:
        first.add(number, str(number))
    assert first.things == ["0", "1", "2"]
    assert first.seen == 100
