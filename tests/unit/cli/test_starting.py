"""Commands in a process that a task has started, where Airflow puts the metadata database out of reach."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("command", "said"),
    [("schemas list", "No schema is declared"), ("audit", "This needs the metadata database")],
    ids=["needs no database", "needs it"],
)
def test_a_command_that_a_task_starts_starts_airflow(command: str, said: str, tmp_path: Path) -> None:
    """One that needs the database says so, and says where to run it."""
    database = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "airflow-db-not-allowed:///", "AIRFLOW_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "airflow_xcom_toolkit", *command.split()],
        env={**os.environ, **database},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
