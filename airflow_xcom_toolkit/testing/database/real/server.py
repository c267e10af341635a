"""An Airflow API server of its own for the contract: its configuration, its database, its processes."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).resolve().parent
SECONDS_TO_START = 120

AUDIENCE = "urn:airflow.apache.org:task"
"""Whom the tokens of task instances are for."""


class ApiServer:
    """``airflow api-server`` below ``home``, over the database of ``url``; none given: SQLite below ``home``.

    It has an ``AIRFLOW_HOME``, a port and a secret of its own, and the default configuration.
    """

    def __init__(self, home: Path, url: str | None = None) -> None:
        self.home = home
        self.database = url or f"sqlite:///{home / 'airflow.db'}"
        self.secret = secrets.token_hex(32)
        self.log = home / "api-server.log"
        self.address = f"http://127.0.0.1:{_free_port()}"
        self._process: subprocess.Popen[bytes] | None = None
        self._http = httpx.Client(base_url=self.address, timeout=60, trust_env=False)

    def start(self) -> None:
        """Returns when the database is migrated, the dags are known, and the server answers."""
        self.home.mkdir(parents=True, exist_ok=True)
        migrate, parse, serve = ["db", "migrate"], ["dags", "reserialize"], ["api-server"]
        commands = [json.dumps(arguments) for arguments in (migrate, parse, serve)]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-I", HERE / "watchdog.py", sys.executable, HERE / "commands.py", *commands],
                env=self._environment(),
                cwd=self.home,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait_until_it_answers()
        token = self._http.get("/auth/token").raise_for_status().json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def stop(self) -> None:
        """Ends the server and all that it started."""
        self._http.close()
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # Nothing of what it does must last.
        self._process.communicate()

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of an answer of the public REST API."""
        answer = self._http.request(method, f"/api/v2{path}", json=body)
        if not answer.is_success:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:2000]}\n{self.tail()}")
        return answer.json()

    def tail(self, lines: int = 60) -> str:
        """The end of what it printed."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _wait_until_it_answers(self) -> None:
        end = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            assert self._process is not None
            if self._process.poll() is not None:
                raise RuntimeError(f"Airflow's API server ended while it started:\n{self.tail()}")
            if time.monotonic() > end:
                raise TimeoutError(f"Airflow's API server did not start in {SECONDS_TO_START} s:\n{self.tail()}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return self._http.get("/execution/health").is_success
        except httpx.TransportError:
            return False

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.lstrip("_").startswith("AIRFLOW")}
        options = {f"AIRFLOW__{name.upper()}": value for name, value in self._options().items()}
        return {**inherited, **options, "AIRFLOW_HOME": str(self.home), "PYTHONUNBUFFERED": "1"}

    def _options(self) -> Mapping[str, str]:
        port = self.address.rpartition(":")[2]
        return {
            "api__base_url": self.address,
            "api__host": "127.0.0.1",
            "api__port": port,
            "api__workers": "1",
            "api_auth__jwt_secret": self.secret,
            "core__dags_folder": str(HERE / "dags"),
            "core__execution_api_server_url": f"{self.address}/execution/",
            "core__load_examples": "False",
            "core__simple_auth_manager_all_admins": "True",
            "database__sql_alchemy_conn": self.database,
            "execution_api__jwt_audience": AUDIENCE,
            "logging__base_log_folder": str(self.home / "logs"),
            "logging__logging_level": "WARNING",
        }


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
