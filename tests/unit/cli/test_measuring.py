"""Timing: who is timed when, and what is not timed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from airflow_xcom_toolkit.cli.bench.measuring import ChangedError, Way, first_line, interleaved


def recorder(calls: list[str], name: str, **options: Any) -> Way:
    return Way(name, lambda: calls.append(name), **options)


def test_ways_take_turns_after_a_warm_up() -> None:
    """Who is last in one round is first in the next, so that no way always follows the same one."""
    calls: list[str] = []
    lines = interleaved("work", [recorder(calls, "a"), recorder(calls, "b")], 2)
    assert calls == ["b", "a", "a", "b", "b", "a"]
    assert [len(line.samples) for line in lines] == [2, 2]


def test_a_cold_way_has_no_warm_up_and_may_be_called_less_often() -> None:
    calls: list[str] = []
    (line,) = interleaved("work", [recorder(calls, "slow", cold=True, repeats=1)], 5)
    assert calls == ["slow"]
    assert len(line.samples) == 1


def test_a_call_of_many_loops_is_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr("airflow_xcom_toolkit.cli.bench.measuring.perf_counter", lambda: next(clock))
    (line,) = interleaved("work", [Way("way", lambda: None, loops=100)], 3)
    assert line.samples == (0.1, 0.1, 0.1)


def test_what_comes_back_is_checked_once_and_cleared_away_each_time() -> None:
    checked: list[int] = []
    cleared: list[int] = []
    way = Way("way", lambda: 7, check=checked.append, after=cleared.append)
    interleaved("work", [way], 3)
    assert (checked, cleared) == ([7], [7, 7, 7, 7])


def test_a_changed_value_ends_the_benchmark_and_is_cleared_away() -> None:
    cleared: list[int] = []

    def check(found: int) -> str | None:
        raise ChangedError("it is another one")

    with pytest.raises(ChangedError):
        interleaved("work", [Way("way", lambda: 7, check, cleared.append)], 3)
    assert cleared == [7]


def test_a_way_that_refuses_the_value_says_so_and_is_not_asked_again() -> None:
    calls: list[str] = []

    def call() -> None:
        calls.append("called")
        raise TypeError("Object of type ndarray is not JSON serializable\nand more")

    (line,) = interleaved("work", [Way("stock", call, may_refuse=True)], 3)
    assert line.samples == ()
    assert line.note == "refused: TypeError: Object of type ndarray is not JSON serializable"
    assert calls == ["called"]


def test_other_failures_come_through() -> None:
    with pytest.raises(OSError, match="gone"):
        interleaved("work", [Way("toolkit", Path("/nowhere/gone").read_bytes)], 1)


def test_a_long_message_is_cut() -> None:
    assert first_line(ValueError("x" * 500)) == f"ValueError: {'x' * 120}…"
