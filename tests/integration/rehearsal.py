"""An Airflow whose tasks can be given another configuration while runs are in flight, as a deployment does it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from tests.servers.postgres import postgres
from tests.servers.process import listens, running, until

from .airflow_env import BASE_XCOM, HERE, Airflow, Row

AIRFLOW = [sys.executable, "-m", "airflow"]


class Rehearsal(Airflow):
    """API server, dag processor and scheduler over PostgreSQL; the scheduler runs the tasks, and is restarted alone."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, backend=BASE_XCOM, core__dags_folder=str(HERE / "runbook_dags"))
        self.enough = home / "enough"
        self.env["XCOM_TEST_ENOUGH"] = str(self.enough)
        self._parts = ExitStack()
        self._scheduler = ExitStack()
        self._processes: list[subprocess.Popen[bytes]] = []
        self.options: dict[str, str] = {}

    def start(self) -> None:
        """Returns when every part is there, and the dag is known."""
        self._database_url = self._parts.enter_context(postgres())
        self.env["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = self._database_url
        self._done([*AIRFLOW, "db", "migrate"])
        server = self._running("api-server", self._parts)
        self._running("dag-processor", self._parts)
        self.configure({})
        listens(server, self.port, self.home / "api-server.log")
        self.log_in()
        until(self._has_parsed, "the dags to be parsed", seconds=60)

    def stop(self) -> None:
        """Ends every part at once; then the database."""
        self._client.close()
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        self._scheduler.close()
        self._parts.close()

    def configure(self, options: Mapping[str, str]) -> None:
        """Restarts what runs tasks, with these options and no others; commands have them from now on, too."""
        self._scheduler.close()
        self._scheduler = ExitStack()
        self.options = dict(options)
        self._running("scheduler", self._scheduler, self.options)

    def tail(self, lines: int = 30) -> str:
        files = [self.home / f"{part}.log" for part in ("api-server", "dag-processor", "scheduler")]
        ends = [(file.name, file.read_text(errors="replace").splitlines()[-lines:]) for file in files if file.exists()]
        return "\n".join(line for name, end in ends for line in (f"--- {name}", *end))

    def toolkit(self, *arguments: str) -> dict[str, Any]:
        """What a command of the toolkit reports."""
        done = self._done([sys.executable, "-m", "airflow_xcom_toolkit", *arguments, "--json"])
        found: dict[str, Any] = json.loads(done)
        return found

    def open_pool(self, name: str, slots: int) -> None:
        """So many tasks of the pool may run."""
        self.request(
            "PATCH", f"/pools/{name}?update_mask=slots", {"pool": name, "slots": slots, "include_deferred": False}
        )

    def make_pool(self, name: str) -> None:
        self.request("POST", "/pools", {"name": name, "slots": 0})

    def reach(self, dag_id: str, run_id: str, task_id: str, state: str) -> None:
        """Returns when the task is in that state; fails with its log where it ends in another."""

        def there() -> bool:
            found = self.request("GET", f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}")["state"]
            assert found == state or found not in ("success", "failed", "upstream_failed"), self.logs(dag_id)[-8000:]
            return bool(found == state)

        until(there, f"{task_id} to be {state}", seconds=90)

    def rows(self, dag_id: str = "%", run_id: str = "%") -> list[Row]:
        engine = create_engine(self._database_url)
        query = "SELECT dag_id, run_id, task_id, map_index, key, CAST(value AS TEXT) FROM xcom WHERE run_id LIKE :run"
        try:
            with engine.connect() as connection:
                return [Row(*row) for row in connection.execute(text(query), {"run": run_id})]
        finally:
            engine.dispose()

    def _running(self, part: str, until_closed: ExitStack, options: Mapping[str, str] | None = None) -> Any:
        env = {**self.env, **(options or {})}
        started = running([*AIRFLOW, part], output=self.home / f"{part}.log", env=env, cwd=self.home)
        process = until_closed.enter_context(started)
        self._processes.append(process)
        return process

    def _done(self, command: list[str]) -> str:
        env = {**self.env, **self.options}
        done = subprocess.run(command, env=env, cwd=self.home, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-6000:]}"
        return done.stdout
