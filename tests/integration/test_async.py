"""XComs from coroutines: the same values, and an event loop that goes on turning."""

from __future__ import annotations

from .airflow_env import Airflow


def test_a_coroutine_pushes_and_pulls_off_the_event_loop(airflow: Airflow, runs: dict[str, str]) -> None:
    """``aset``, ``aget_one``, ``aget_all`` and ``axcom_pull`` do their storage work in other threads."""
    airflow.succeed("asynchronous", runs["asynchronous"])


def test_a_trigger_pushes_and_pulls(airflow: Airflow, runs: dict[str, str]) -> None:
    """The triggerer reads a task's object, and writes another that the resumed task reads."""
    airflow.succeed("deferring", runs["deferring"])
    rows = {row.key: row for row in airflow.rows("deferring")}
    assert rows["source"].body["key"] != rows["target"].body["key"]
