"""The dag of ``docs/how-to/remote-agents.md``, from its own file."""

from __future__ import annotations

import runpy
from pathlib import Path

from airflow.sdk import DAG

FILE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "remote-agents" / "check_xcom.py"

check_xcom: DAG = runpy.run_path(str(FILE))["check_xcom"]()
