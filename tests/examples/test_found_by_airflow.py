"""Airflow finds the examples where they are installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from .catalogue import EXAMPLE_DAGS

BUNDLES = """
import json
from airflow.dag_processing.bundles.manager import DagBundlesManager
print("BUNDLES", json.dumps([str(bundle.path) for bundle in DagBundlesManager().get_all_dag_bundles()]))
"""


def test_they_are_found_when_examples_are_on(tmp_path: Path) -> None:
    """As every provider's, from Airflow 3.3 on."""
    env = {**os.environ, "AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CORE__LOAD_EXAMPLES": "True"}
    done = subprocess.run([sys.executable, "-c", BUNDLES], env=env, capture_output=True, text=True, timeout=120)
    [found] = [line for line in done.stdout.splitlines() if line.startswith("BUNDLES")] or [done.stderr]
    assert str(EXAMPLE_DAGS) in json.loads(found.removeprefix("BUNDLES"))
