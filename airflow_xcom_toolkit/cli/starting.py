"""Airflow, started for a command."""

from __future__ import annotations

import os
from importlib import import_module

DATABASE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


def start_airflow() -> None:
    """It imports the configured backend as it starts: let that end before ours begins. What it prints is no result."""
    from .console import standard_output

    without_the_database_of_a_task()
    with standard_output():
        import_module("airflow")


def without_the_database_of_a_task() -> None:
    """In a process that a task starts, Airflow sees to it that the database is out of reach, and could not start."""
    if os.environ.get(DATABASE, "").startswith("airflow-db-not-allowed"):
        os.environ[DATABASE] = "sqlite://"
