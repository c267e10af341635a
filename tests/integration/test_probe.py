"""A dag, probed as a user does: in processes of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from .airflow_env import environment

DAG = """
from airflow.sdk import dag, task

@dag(schedule=None, default_args={"retries": 3})
def probed():
    @task(multiple_outputs=False)
    def numbered():
        return {1: "x" * 2000}

    @task
    def mapped(x):
        return (x,)

    @task
    def fails():
        raise ValueError("on purpose")

    mapped.expand(x=[1, 2]), numbered(), fails()

probed()
"""


def test_a_probe_tells_what_became_of_each_value_and_leaves_nothing(tmp_path: Path) -> None:
    """A task that fails does not keep the others from being told; nothing is retried."""
    (tmp_path / "probed.py").write_text(DAG)
    env = environment(tmp_path / "home", common_io__xcom_objectstorage_threshold="1000")
    command = [sys.executable, "-m", "airflow_xcom_toolkit", "probe", str(tmp_path / "probed.py"), "--json"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=400)
    assert done.returncode == 1, done.stderr[-4000:]
    (backend,) = json.loads(done.stdout)["backends"]
    found = {(push["task"], push["map_index"]): push for push in backend["pushes"]}
    assert set(found) == {("mapped", 0), ("mapped", 1), ("numbered", -1)}
    assert not [push for push in found.values() if push["changed"] or push["refused"]]
    assert found["numbered", -1]["object_bytes"] > 2000 > found["numbered", -1]["row_bytes"]
    assert "The tasks of probed run now, for real." in done.stderr
    assert "Failed: fails." in done.stderr
    assert not [file for file in (tmp_path / "home" / "store").rglob("*") if file.is_file()]
    assert not (tmp_path / "home" / "airflow.db").exists()
