"""``airflow xcom-toolkit bench``, as it is called."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from airflow_xcom_toolkit.cli.bench.suites import NAMES
from tests.pipelines import objects

from .airflow_env import environment


def test_airflow_has_the_command_and_its_help(home: Path) -> None:
    """From the provider's own definition; the examples are as they were written."""
    command = [sys.executable, "-m", "airflow", "xcom-toolkit", "bench", "--help"]
    done = subprocess.run(command, env=environment(home), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "  airflow xcom-toolkit bench --quick\n      everything at small sizes" in done.stdout
    assert "core.xcom_backend" in done.stdout


def test_everything_is_measured_on_the_configured_store(home: Path) -> None:
    """In small, with compression and encryption configured: each suite has numbers, and nothing is left in the store.

    It is called in the way that every Airflow has.
    """
    env = environment(
        home,
        common_io__xcom_objectstorage_threshold="2000",
        common_io__xcom_objectstorage_compression="zstd",
        xcom_toolkit__fernet_keys="MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    )
    command = [sys.executable, "-m", "airflow_xcom_toolkit", "bench", "--quick", "--repeat", "1", "--size", "1"]
    files = ["--json", str(home / "bench.json"), "--plot", str(home / "bench.svg")]
    done = subprocess.run([*command, *files], env=env, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr[-4000:]
    found = json.loads((home / "bench.json").read_text())
    assert [suite["name"] for suite in found["suites"]] == list(NAMES)
    assert all(any(line["samples"] for line in suite["lines"]) for suite in found["suites"])
    assert found["problems"] == []
    assert found["deployment"]["encrypts"] is True
    assert "toolkit, as configured" in done.stdout
    assert "<svg" in (home / "bench.svg").read_text()
    assert objects(home / "store") == []
    assert not list((home / "store").iterdir())
    assert env["AIRFLOW__XCOM_TOOLKIT__FERNET_KEYS"] not in json.dumps(found) + done.stdout + done.stderr
