"""The page of the performance: what a run writes, and that it was written by one."""

from __future__ import annotations

import platform
from dataclasses import replace

import pytest

from airflow_xcom_toolkit.cli.bench.results import LeftOut, Line, Results, Section
from tests.benchmark import page
from tests.contract.pages import part

LINES = [
    Line("push, array", "bare", (1.0, 2.0)),
    Line("push, array", "stock backend", (), note="refused: TypeError: no | arrays"),
    Line("push, array", "toolkit", (1.2,), against="bare", most=1.3),
    Line("memory, array", "toolkit", (70e6,), "B", most=64e6),
    Line("push by bytes of an array", "toolkit", (1.0,), x=1000),
]
MACHINE = {"cpu": "Made-up CPU", "cores": 2, "memory": 8e9, "os": "Linux", "python": "CPython 3.11"}


def results() -> Results:
    section = Section("speed", "Speed", LINES, [LeftOut("boto3", "the store is file, not s3")])
    return Results("0.5.0", MACHINE, {"numpy": "2.0"}, {}, {}, [section])


def shown() -> dict[str, str]:
    return page.parts({"local": results(), "s3": replace(results(), sections=[])})


def test_each_goal_is_shown_and_whether_it_is_reached() -> None:
    assert shown()["goals"].splitlines()[2:] == [
        "| push, array | toolkit | local | ≤ 1.30 × | 1.20 × | yes |",
        "| memory, array | toolkit | local | ≤ 64.0 MB | 70.0 MB | **no** |",
    ]


def test_each_line_is_shown_and_what_refused_says_so() -> None:
    """Points of curves are in the picture."""
    rows = shown()["local"]
    assert "| push, array | bare | 1.00 s | 1.50 s | – |" in rows
    assert "stock backend (refused: TypeError: no \\| arrays) | – | – | – |" in rows
    assert "by bytes" not in rows


def test_what_was_not_measured_is_shown() -> None:
    assert shown()["left-out"] == "* local: boto3, because the store is file, not s3."


def test_the_machine_is_named() -> None:
    assert "| processor | Made-up CPU, 2 cores |" in shown()["machine"]
    assert "| versions | airflow-xcom-toolkit 0.5.0, numpy 2.0 |" in shown()["machine"]


@pytest.mark.parametrize("name", ["machine", "goals", "local", "s3", "left-out"])
def test_the_page_was_written_by_a_run(name: str) -> None:
    """And names no host."""
    found = part(page.PAGE.read_text(), name)
    assert len(found) > 20
    assert platform.node() not in found


@pytest.mark.parametrize("name", ["local", "s3"])
def test_the_pictures_are_there_and_small(name: str) -> None:
    assert 1_000 < len((page.IMAGES / f"performance-{name}.svg").read_bytes()) < 120_000
