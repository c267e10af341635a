"""A real Airflow for tests: scheduler, dag processor, triggerer and API server, over SQLite, each a process."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.servers.process import free_port, stop, until

from . import sqlite_waits
from .scripts import MARK

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
BACKEND = "airflow_xcom_toolkit.ToolkitXComBackend"
BASE_XCOM = "airflow.sdk.bases.xcom.BaseXCom"
STOCK = "airflow.providers.common.io.xcom.backend.XComObjectStorageBackend"

_NOT_INHERITED = ("AIRFLOW", "XCOM_TEST", "PYTHONDONTWRITEBYTECODE")
"""Without cached bytecode each task compiles pandas anew."""


@dataclass(frozen=True)
class Row:
    """An XCom as the metadata database has it."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    key: str
    text: str

    @property
    def value(self) -> Any:
        return json.loads(self.text)

    @property
    def body(self) -> Any:
        """The ``body`` of its envelope; nothing where it has none."""
        return self.value["__data__"]["body"] if "airflow_xcom_toolkit.Envelope" in self.text else None


def environment(home: Path, *, backend: str = BACKEND, **options: str) -> dict[str, str]:
    """The environment of an Airflow of its own below ``home``. ``options``: ``core__parallelism="4"`` and the like."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
    settings = {
        "core__xcom_backend": backend,
        "core__load_examples": "False",
        "core__dags_folder": str(HERE / "dags"),
        "common_io__xcom_objectstorage_path": f"file://{home}/store",
        **options,
    }
    return {
        **inherited,
        **{f"AIRFLOW__{name.upper()}": value for name, value in settings.items()},
        "AIRFLOW_HOME": str(home),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }


def run_script(name: str, *arguments: str, env: Mapping[str, str]) -> Any:
    """What ``tests/integration/scripts/<name>.py`` answers. Fails with its output if it fails."""
    command = [sys.executable, "-m", f"tests.integration.scripts.{name}", *arguments]
    done = subprocess.run(command, env=dict(env), cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-8000:]}"
    [found] = [line for line in done.stdout.splitlines() if line.startswith(MARK)]
    return json.loads(found.removeprefix(MARK))


class Airflow:
    """``airflow standalone`` below ``home``, in a process group of its own."""

    def __init__(self, home: Path, **options: str) -> None:
        self.home = home
        self.store = home / "store"
        self.log_folder = home / "logs"
        self.database = home / "airflow.db"
        self.output = home / "standalone.log"
        self.port = free_port()
        self.env = environment(home, **{**self._quick(), **options})
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60)

    def _quick(self) -> dict[str, str]:
        url = f"http://127.0.0.1:{self.port}"
        return {
            "api__base_url": url,
            "api__host": "127.0.0.1",
            "api__port": str(self.port),
            "api__workers": "1",
            "api_auth__jwt_secret": secrets.token_hex(32),
            "core__execution_api_server_url": f"{url}/execution/",
            "core__parallelism": "4",
            "core__dags_are_paused_at_creation": "False",
            "core__simple_auth_manager_all_admins": "True",
            "database__sql_alchemy_conn": f"sqlite:///{self.database}",
            "database__sql_alchemy_connect_args": f"{sqlite_waits.__name__}.CONNECT_ARGS",
            "logging__base_log_folder": str(self.log_folder),
            "logging__trigger_log_server_port": str(free_port()),
            "logging__worker_log_server_port": str(free_port()),
            # Dags are read once, and nobody looks too often: that would take the time that tasks need.
            "dag_processor__min_file_process_interval": "3600",
            "scheduler__scheduler_idle_sleep_time": "0.5",
            "workers__min_heartbeat_interval": "1",
        }

    # Its life -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Returns when every part is healthy and every dag is known."""
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "airflow", "standalone"],
                env=self.env,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until(self._is_healthy, "Airflow to be healthy", seconds=120)
        self.log_in()
        until(self._has_parsed, "the dags to be parsed", seconds=180)

    def log_in(self) -> None:
        """What is asked from now on is asked by an admin."""
        token = self._client.get("/auth/token").json()["access_token"]
        self._client.headers["Authorization"] = f"Bearer {token}"

    def stop(self) -> None:
        """Ends the whole process group: the parent alone would leave children that keep the database."""
        self._client.close()
        stop(self._process)

    def tail(self, lines: int = 60) -> str:
        """The end of what its parts printed."""
        return "\n".join(self.output.read_text(errors="replace").splitlines()[-lines:])

    def _is_healthy(self) -> bool:
        assert self._process.poll() is None, f"Airflow ended while it started:\n{self.tail()}"
        try:
            health = self._client.get("/api/v2/monitor/health").json()
        except (httpx.TransportError, ValueError):
            return False
        parts = ("metadatabase", "scheduler", "triggerer", "dag_processor")
        return all(health.get(part, {}).get("status") == "healthy" for part in parts)

    def _has_parsed(self) -> bool:
        errors = self.request("GET", "/importErrors")["import_errors"]
        assert not errors, errors
        files = {Path(dag["fileloc"]).name for dag in self.request("GET", "/dags?limit=100")["dags"]}
        return files >= {path.name for path in Path(self.env["AIRFLOW__CORE__DAGS_FOLDER"]).glob("*.py")}

    # The public REST API ------------------------------------------------------------------------------------------

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON. Tries again where the server has waited for SQLite in vain: see `sqlite_waits`."""
        for _ in range(6):
            answer = self._client.request(method, f"/api/v2{path}", json=body)
            if answer.status_code != 500:
                break
            time.sleep(1)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer.json() if answer.content else None

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
        """The id of a new run."""
        body = {"logical_date": None, "conf": dict(conf or {})}
        run_id: str = self.request("POST", f"/dags/{dag_id}/dagRuns", body)["dag_run_id"]
        return run_id

    def wait(self, dag_id: str, run_id: str, seconds: float = 240) -> str:
        """The state in which the run ended."""

        def ended() -> str | None:
            state: str = self.request("GET", f"/dags/{dag_id}/dagRuns/{run_id}")["state"]
            return state if state in ("success", "failed") else None

        return until(ended, f"dag {dag_id} to end", seconds=seconds, every=0.5) or ""

    def succeed(self, dag_id: str, run_id: str) -> None:
        """Waits for the run's end, and fails with the logs of its tasks if it did not succeed."""
        state = self.wait(dag_id, run_id)
        assert state == "success", f"dag {dag_id} ended as {state}\n{self.logs(dag_id)[-12000:]}"

    def rerun(self, dag_id: str, run_id: str) -> None:
        """Clears every task of a run that has ended, and waits until it has succeeded again."""
        body = {"dry_run": False, "dag_run_id": run_id, "only_failed": False, "reset_dag_runs": True}
        self.request("POST", f"/dags/{dag_id}/clearTaskInstances", body)
        self.succeed(dag_id, run_id)

    # What it keeps ------------------------------------------------------------------------------------------------

    def rows(self, dag_id: str = "%", run_id: str = "%") -> list[Row]:
        """The XComs of the metadata database, read from its file. In Airflow 3.4, also those of earlier tries."""
        with closing(self.connect()) as database:
            found = database.execute(
                f"SELECT dag_id, run_id, task_id, {_xcoms(database)} WHERE dag_id LIKE ? AND run_id LIKE ?"
                " ORDER BY dag_id, run_id, task_id, map_index, key",
                (dag_id, run_id),
            ).fetchall()
        return [Row(*row) for row in found]

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.database, timeout=30)

    def logs(self, dag_id: str) -> str:
        """Everything that the tasks of a dag have logged."""
        files = sorted(self.log_folder.glob(f"dag_id={dag_id}/**/*.log"))
        return "\n".join(f"--- {file.parent.name}\n{file.read_text(errors='replace')}" for file in files)

    def objects(self, dag_id: str = "") -> set[str]:
        """The keys of the objects in the store, of one dag or of all."""
        files = (self.store / dag_id).rglob("*")
        return {file.relative_to(self.store).as_posix() for file in files if file.is_file()}


def _xcoms(database: sqlite3.Connection) -> str:
    """Where rows are, and the columns that differ. Airflow 3.4 keeps them by the id of the task instance."""
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    if "xcom_v2" not in tables:
        return "map_index, key, CAST(value AS TEXT) FROM xcom"
    joined = "xcom_v2 JOIN task_instance ON xcom_v2.task_instance_id = task_instance.id"
    return f"region_index AS map_index, key, CAST(value AS TEXT) FROM {joined}"
