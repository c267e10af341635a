"""An edge worker: a host with the wheel, and variables; no database, no checkout, no file of another host."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.hosts.central import Central
from tests.servers.process import running
from tests.servers.store import Store

HERE = Path(__file__).resolve().parent
NO_DATABASE = "sqlite:////dev/null/airflow.db"
"""What a worker has for a database. Nothing can be opened or made there."""


@dataclass(frozen=True)
class Worker:
    """One that runs."""

    queue: str
    home: Path
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes]

    @property
    def output(self) -> str:
        """What it printed."""
        return (self.home / "worker.log").read_text(errors="replace")

    def open_files(self) -> set[str]:
        """What it and its tasks have open just now."""
        found = set()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if os.getsid(int(process.name)) == self.process.pid:
                    found |= {os.readlink(fd) for fd in (process / "fd").iterdir()}
            except (ProcessLookupError, FileNotFoundError):
                continue
        return found


def toolkit(store: Store, keys: str) -> dict[str, str]:
    """The variables that the toolkit needs on a host whose tasks, or triggers, use XComs. There is nothing else."""
    return {
        "AIRFLOW__CORE__XCOM_BACKEND": "airflow_xcom_toolkit.ToolkitXComBackend",
        "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH": store.path,
        "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD": "0",
        "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_COMPRESSION": "zstd",
        "AIRFLOW__XCOM_TOOLKIT__FERNET_KEYS": keys,
        **store.environment,
    }


def edge(home: Path, python: Path, central: Central) -> dict[str, str]:
    """The variables of an edge worker, whatever its XCom backend. Nothing is inherited."""
    return {
        "PATH": f"{python.parent}:/usr/bin:/bin",
        "HOME": str(home),
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__API_AUTH__JWT_SECRET": central.env["AIRFLOW__API_AUTH__JWT_SECRET"],
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__EXECUTOR": "airflow.providers.edge3.executors.EdgeExecutor",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "plugins"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": NO_DATABASE,
        "AIRFLOW__EDGE__API_URL": f"{central.url}/edge_worker/v1/rpcapi",
        "AIRFLOW__EDGE__HEARTBEAT_INTERVAL": "5",
        "AIRFLOW__EDGE__JOB_POLL_INTERVAL": "1",
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    }


@contextmanager
def edge_worker(queue: str, home: Path, environment: Mapping[str, str]) -> Iterator[Worker]:
    """A worker of one queue, with its own copy of the dags. What it printed is printed at the end."""
    for folder in ("dags", "plugins"):
        shutil.copytree(HERE / folder, home / folder, ignore=shutil.ignore_patterns("__pycache__"))
    airflow = str(Path(environment["PATH"].partition(":")[0]) / "airflow")
    command = [airflow, "edge", "worker", "--queues", queue, "--edge-hostname", queue, "--concurrency", "2"]
    with running(command, output=home / "worker.log", env=environment, cwd=home) as process:
        worker = Worker(queue, home, environment, process)
        try:
            yield worker
        finally:
            print(f"--- {queue}\n" + "\n".join(worker.output.splitlines()[-40:]))
