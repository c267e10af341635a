"""A real Airflow over a given database: API server, scheduler, and tasks in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import sqlalchemy as sa

from airflow_xcom_toolkit.testing.database.real import commands
from airflow_xcom_toolkit.testing.database.real.rows import VALUE
from airflow_xcom_toolkit.testing.setup import KEY
from tests.integration.airflow_env import Airflow, Row
from tests.servers.process import running, until

DAGS = ("fidelity", "refusing", "returning", "retrying")
FOLDER = Path(__file__).resolve().parent / "dags"
NAMES = ("dag_id", "run_id", "task_id", "map_index", "key")

XCOM = sa.table("xcom", *(sa.column(name) for name in NAMES), sa.column("value", VALUE))
A_DAY = str(24 * 3600)
"""MariaDB does not know ``WITH … DELETE``, by which the scheduler cleans up once in this time, and ends."""

COMMANDS = (["db", "migrate"], ["dags", "reserialize"], ["api-server"])


class AirflowOn(Airflow):
    """Over the database of ``url``. Encrypts every value into an object, unless a task has it otherwise."""

    def __init__(self, home: Path, url: str) -> None:
        options = {
            "core__dags_folder": str(FOLDER),
            "common_io__xcom_objectstorage_threshold": "0",
            "database__sql_alchemy_conn": url,
            "scheduler__parsing_cleanup_interval": A_DAY,
            "xcom_toolkit__fernet_keys": KEY,
        }
        super().__init__(home, **options)
        self._scheduled = home / "scheduler.log"
        self._engine = sa.create_engine(url)
        self._stack = ExitStack()
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Returns when the database is migrated, the dags are known, and the API server answers."""
        migrated = [sys.executable, commands.__file__, *map(json.dumps, COMMANDS)]
        self._process = self._run(migrated, self.output)
        until(self._answers, "Airflow's API server to answer", seconds=120)
        self.log_in()
        self._scheduler = self._run([sys.executable, "-m", "airflow", "scheduler"], self._scheduled)

    def stop(self) -> None:
        """Nothing of what they do must last, so nobody has to finish."""
        self._client.close()
        self._engine.dispose()
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        self._stack.close()

    def rows(self, dag_id: str = "%", run_id: str = "%") -> list[Row]:
        """The XComs of the metadata database."""
        query = (
            sa.select(*XCOM.c).where(XCOM.c.dag_id.like(dag_id), XCOM.c.run_id.like(run_id)).order_by(*XCOM.c[NAMES])
        )
        with self._engine.connect() as connection:
            return [Row(*names, text=json.dumps(value)) for *names, value in connection.execute(query)]

    def wait(self, dag_id: str, run_id: str, seconds: float = 240) -> str:
        """The state in which the run ended; fails at once where the scheduler did."""

        def ended() -> str | None:
            time.sleep(0.4)  # Each question is work for the server that the tasks need, too.
            assert self._scheduler.poll() is None, self._scheduled.read_text(errors="replace")[-8000:]
            state: str = self.request("GET", f"/dags/{dag_id}/dagRuns/{run_id}")["state"]
            return state if state in ("success", "failed") else None

        return until(ended, f"dag {dag_id} to end", seconds=seconds) or ""

    def _run(self, command: list[str], output: Path) -> subprocess.Popen[bytes]:
        process = self._stack.enter_context(running(command, output=output, env=self.env, cwd=self.home))
        self._processes.append(process)
        return process

    def _answers(self) -> bool:
        assert self._process.poll() is None, f"Airflow ended while it started:\n{self.tail()}"
        try:
            return self._client.get("/api/v2/monitor/health").is_success
        except httpx.TransportError:
            return False
