"""The demo, as ``make demo`` runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .airflow_env import environment


def test_the_demo_shows_every_task_and_ends_well(tmp_path: Path) -> None:
    """Real data through a real Airflow: each value came back the same, and none of it can be read without the key."""
    env = {name: value for name, value in environment(tmp_path).items() if not name.startswith("AIRFLOW")}
    command = [sys.executable, "-m", "airflow_xcom_toolkit.demo"]
    ended = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-2000:]
    for shown in ("load", "clean", "features", "report", "336,776", "refused", "ndarray"):
        assert shown in ended.stdout, ended.stdout
