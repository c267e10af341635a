"""The examples, in the Airflow of this interpreter: each file can be imported, and gives its dags.

That they run is tested on one Airflow alone, as all of them take minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples.catalogue import EXAMPLE_DAGS, Example, examples
from tests.integration.airflow_env import ROOT

SCRIPT = """
import json, sys
from pathlib import Path
from airflow_xcom_toolkit.compat.dags import load_dags
found = load_dags(Path(sys.argv[1]))
dags = [(dag.fileloc, dag.dag_id, len(dag.tasks)) for dag in found.dags]
with open(sys.argv[2], "w") as file:
    json.dump({"errors": dict(found.errors), "dags": dags}, file)
"""
Found = dict[str, dict[str, int]]


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], Found]:
    """By the name of the file: the error of its import; its dags, with their numbers of tasks. One process does all."""
    home = tmp_path_factory.mktemp("parsing")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    env = {**inherited, "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SCRIPT, str(EXAMPLE_DAGS), str(home / "found.json")]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-6000:]
    found = json.loads((home / "found.json").read_text())
    dags: Found = {}
    for file, dag_id, tasks in found["dags"]:
        dags.setdefault(Path(file).name, {})[dag_id] = tasks
    return {Path(file).name: error for file, error in found["errors"].items()}, dags


@pytest.mark.parametrize("example", examples(), ids=lambda one: one.name)
def test_an_example_parses(example: Example, loaded: tuple[dict[str, str], Found]) -> None:
    errors, dags = loaded
    assert example.filename not in errors, errors[example.filename]
    found = dags.get(example.filename, {})
    assert example.name in found
    assert all(name.startswith(example.name) and tasks for name, tasks in found.items())
