"""A deferrable operator whose trigger pulls what it pushed, and pushes it under another key."""

from __future__ import annotations

from airflow.sdk import dag

from tests.integration.triggers import Deferring


@dag(schedule=None)
def deferring() -> None:
    Deferring(task_id="deferring")


deferring()
