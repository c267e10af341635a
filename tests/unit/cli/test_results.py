"""What is made of the measured numbers."""

from __future__ import annotations

import json

import pytest

from airflow_xcom_toolkit.cli.bench import words
from airflow_xcom_toolkit.cli.bench.results import LeftOut, Line, Results, Section, slope

BARE = Line("push", "bare", (0.2, 0.1, 0.4))
OURS = Line("push", "toolkit", (0.15, 0.12, 0.3), against="bare", most=1.3)


def results(*lines: Line) -> Results:
    section = Section("speed", "Speed", list(lines), [LeftOut("boto3", "the store is file")], 1.5)
    return Results("0.5.0", {"cpu": "x"}, {"numpy": "2"}, {"store": "file"}, {"quick": True}, [section], ["p"])


def test_best_and_median() -> None:
    assert (BARE.best, BARE.median) == (0.1, 0.2)


def test_a_ratio_is_best_to_best() -> None:
    section = results(BARE, OURS).sections[0]
    assert section.ratio(OURS) == pytest.approx(1.2)
    assert section.ratio(BARE) is None


def test_a_ratio_is_to_the_same_point_of_a_curve() -> None:
    points = [Line("push", way, (time,), x=x, against="bare") for way, x, time in (("bare", 1, 1.0), ("bare", 2, 4.0))]
    ours = Line("push", "toolkit", (2.0,), x=2, against="bare")
    assert Section("s", "S", [*points, ours]).ratio(ours) == 0.5


@pytest.mark.parametrize(("most", "reached"), [(1.3, True), (1.1, False), (None, None)])
def test_a_goal_of_a_ratio(most: float | None, reached: bool | None) -> None:
    line = Line("push", "toolkit", (0.12,), against="bare", most=most)
    assert Section("s", "S", [BARE, line]).reached(line) is reached


def test_a_goal_of_a_number_needs_nothing_to_compare_with() -> None:
    line = Line("push", "toolkit", (63_000_000,), "B", most=64_000_000)
    assert Section("s", "S", [line]).reached(line) is True


def test_a_goal_without_a_number_is_neither_reached_nor_missed() -> None:
    line = Line("push", "toolkit", (), against="bare", most=1.3)
    assert Section("s", "S", [BARE, line]).reached(line) is None


def test_curves_are_the_points_in_their_order() -> None:
    points = [Line("push", "toolkit", (float(x),), x=x) for x in (100, 1, 10)]
    curves = Section("s", "S", [*points, BARE]).curves()
    assert [line.x for line in curves["push", "toolkit"]] == [1, 10, 100]
    assert list(curves) == [("push", "toolkit")]


def test_the_json_has_what_is_computed_and_can_be_read_again() -> None:
    found = json.loads(json.dumps(results(BARE, OURS).to_json()))
    line = found["suites"][0]["lines"][1]
    assert found["format"] == 1
    assert (line["best"], line["median"], line["reached"]) == (0.12, 0.15, True)
    assert line["ratio"] == pytest.approx(1.2)
    assert Results.from_json(found) == results(BARE, OURS)


def test_json_of_another_format_is_not_read() -> None:
    with pytest.raises(ValueError, match="format 2; this reads 1"):
        Results.from_json({"format": 2})


def test_the_slope_of_a_line() -> None:
    assert slope([(1, 3), (2, 5), (3, 7)]) == pytest.approx(2)


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (words.seconds(12.34), "12.3 s"),
        (words.seconds(0.0305), "30.5 ms"),
        (words.seconds(0.0000091), "9.10 µs"),
        (words.size(64_000_000), "64.0 MB"),
        (words.size(2e9), "2.00 GB"),
        (words.size(12), "12 B"),
        (words.times(1.234), "1.23 ×"),
        (words.times(None), "–"),
        (words.measured(None, "s"), "–"),
        (words.measured(1.0, ""), "1.00"),
        (words.goal(OURS), "≤ 1.30 ×"),
        (words.goal(Line("push", "toolkit", unit="B", most=64e6)), "≤ 64.0 MB"),
        (words.point(1000, "push by bytes of an array"), "1.00 kB"),
        (words.point(1000, "push by leaves of a list"), "1,000"),
    ],
)
def test_numbers_are_shown_with_three_digits_and_a_unit(shown: str, text: str) -> None:
    assert shown == text
