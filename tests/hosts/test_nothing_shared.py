"""What a host has, and what it has not: a database, a file of another host, a package of the tests'."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.hosts.hosts import DAGS, Hosts, files
from tests.hosts.worker import NO_DATABASE
from tests.servers.process import until

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import importlib.metadata, json, sys, airflow_xcom_toolkit
names = [found.metadata["Name"].lower() for found in importlib.metadata.distributions()]
print(json.dumps({"names": names, "path": sys.path, "file": airflow_xcom_toolkit.__file__}))
"""

QUEUES = ("left", "right", "stranger")


@pytest.fixture(params=QUEUES)
def queue(request: pytest.FixtureRequest) -> str:
    """Each worker in its turn."""
    name: str = request.param
    return name


def test_a_host_has_the_installed_wheel_and_no_package_of_the_tests(hosts: Hosts, queue: str) -> None:
    """Nor is the checkout on its path."""
    worker = hosts.workers[queue]
    python = str(Path(worker.environment["PATH"].partition(":")[0]) / "python")
    printed = subprocess.run(
        [python, "-c", ASK], env=worker.environment, cwd=worker.home, check=True, capture_output=True, text=True
    ).stdout
    found = json.loads(printed.splitlines()[-1])
    assert "airflow-xcom-toolkit" in found["names"]
    assert not {"pytest", "hypothesis", "moto"} & set(found["names"])
    assert not [entry for entry in [*found["path"], found["file"]] if Path(entry).is_relative_to(ROOT)]


def test_a_host_has_no_way_to_the_database(hosts: Hosts, queue: str) -> None:
    """It is not told where it is, has no file of it open, and the database that it is told cannot be opened."""
    worker = hosts.workers[queue]
    assert worker.environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == NO_DATABASE
    folder = hosts.central.database_url.partition("host=")[2]
    assert not [value for value in worker.environment.values() if folder in value or str(hosts.central.home) in value]
    until(lambda: "unable to open database file" in worker.output, "the worker to look for it", seconds=60)


def test_the_central_side_has_no_key_and_no_backend(hosts: Hosts) -> None:
    """API server, scheduler and dag processor never look into a value."""
    assert not [name for name in hosts.central.env if "XCOM" in name or "FERNET" in name or "AIRFLOW_CONN" in name]


def test_no_host_has_a_file_of_another(hosts: Hosts, queue: str) -> None:
    """Below its home are the logs of its own tasks, and nothing that it has open is another's."""
    for dag_id in DAGS:
        hosts.wait(dag_id)
    worker = hosts.workers[queue]
    ran = {(dag_id, task) for dag_id in DAGS for task, host in hosts.tasks(dag_id) if host == queue}
    assert {_task(file) for file in files(worker.home / "airflow" / "logs")} == ran
    others = [hosts.central.home, *(other.home for other in hosts.workers.values() if other is not worker)]
    assert not [name for name in worker.open_files() if any(Path(name).is_relative_to(home) for home in others)]


def _task(log: Path) -> tuple[str, str]:
    parts = dict(part.split("=", 1) for part in log.parts if "=" in part)
    return parts["dag_id"], parts["task_id"]
