"""What is noted of a push, and of the pull that follows it."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.cli.probe.recorder import Push, Recorder

AT = Coordinate("d", "r", "t", None, "k")


def recorded(value: Any, pull: Any, push: Any = lambda: None) -> Push:
    recorder = Recorder(lambda doing: None)
    recorder._around(AT, value, push, pull)
    (found,) = recorder.pushes
    return found


def fail() -> Any:
    raise ValueError("no\nand more")


def test_a_value_that_came_back_is_kept() -> None:
    found = recorded({"a": np.arange(3)}, lambda: {"a": np.arange(3)})
    assert found.is_kept
    assert (found.task, found.map_index, found.key) == ("t", -1, "k")
    assert found.pull_seconds is not None


def test_a_change_is_told_with_its_place_and_not_its_value() -> None:
    found = recorded({"a": [0, (1, 2)]}, lambda: {"a": [0, [1, 2]]})
    assert found.changed == "value['a'][1]: list instead of tuple"
    assert not found.is_kept


def test_no_value_is_quoted() -> None:
    assert recorded({"a": "secret"}, lambda: {"a": "other"}).changed == "value['a']: another value"


def test_a_push_that_is_refused_is_told_and_fails_the_task() -> None:
    recorder = Recorder(lambda doing: None)
    with pytest.raises(ValueError, match="no"):
        recorder._around(AT, 1, fail, lambda: 1)
    assert recorder.pushes[0].refused == "at push: ValueError: no"


def test_a_pull_that_is_refused_is_told_and_does_not_fail_the_task() -> None:
    assert recorded(1, fail).refused == "at pull: ValueError: no"


def test_no_value_is_held() -> None:
    """A dag may push many that are large."""
    found = recorded(["marked"], lambda: ["marked"])
    assert "marked" not in repr(found)


def test_a_coroutine_is_recorded_likewise() -> None:
    recorder = Recorder(lambda doing: None)

    async def push() -> None: ...

    async def pull() -> Any:
        return (1,)

    asyncio.run(recorder._async_around(AT, [1], push, pull))
    assert recorder.pushes[0].changed == "value: tuple instead of list"
