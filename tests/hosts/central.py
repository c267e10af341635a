"""The central side of an Airflow whose tasks run elsewhere: API server, scheduler, dag processor, triggerer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from tests.integration.airflow_env import Airflow, Row
from tests.servers.postgres import postgres
from tests.servers.process import listens, running, until

HERE = Path(__file__).resolve().parent
AIRFLOW = [sys.executable, "-m", "airflow"]


class Central(Airflow):
    """Each part is a process of its own, over PostgreSQL. Only the triggerer knows of the toolkit: it runs triggers.

    ``triggerer`` are the variables that it has and the others have not.
    """

    def __init__(self, home: Path, triggerer: Mapping[str, str]) -> None:
        super().__init__(
            home,
            core__dags_folder=str(HERE / "dags"),
            core__executor="airflow.providers.edge3.executors.EdgeExecutor",
            core__plugins_folder=str(HERE / "plugins"),
            edge__api_enabled="True",
        )
        for name in [name for name in self.env if "XCOM" in name]:
            del self.env[name]
        self.url = f"http://127.0.0.1:{self.port}"
        self._triggerer = triggerer
        self._parts: dict[str, subprocess.Popen[bytes]] = {}
        self._started = ExitStack()

    # Its life -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Returns when the API server answers and every dag is known. An edge worker waits for no more."""
        self.database_url = self._started.enter_context(postgres())
        self.env["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = self.database_url
        self._migrate()
        for part in ("api-server", "scheduler", "dag-processor", "triggerer"):
            self._parts[part] = self._started.enter_context(self._running(part))
        listens(self._parts["api-server"], self.port, self._output("api-server"))
        self.log_in()
        until(self._has_parsed, "the dags to be parsed", seconds=60)

    def stop(self) -> None:
        """Ends every part at once, for a triggerer takes ten seconds to end by itself; then the database."""
        self._client.close()
        for process in self._parts.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        self._started.close()

    def tail(self, lines: int = 40) -> str:
        """The end of what each part printed."""
        ends = [self._output(part).read_text(errors="replace").splitlines()[-lines:] for part in self._parts]
        return "\n".join(line for part, end in zip(self._parts, ends) for line in (f"--- {part}", *end))

    def _migrate(self) -> None:
        command = [*AIRFLOW, "db", "migrate"]
        done = subprocess.run(command, env=self.env, cwd=self.home, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]

    def _running(self, part: str) -> Any:
        env = {**self.env, **self._triggerer} if part == "triggerer" else self.env
        return running([*AIRFLOW, part], output=self._output(part), env=env, cwd=self.home)

    def _output(self, part: str) -> Path:
        return self.home / f"{part}.log"

    # What it keeps ------------------------------------------------------------------------------------------------

    def rows(self, dag_id: str = "%", run_id: str = "%") -> list[Row]:
        """The XComs of the metadata database."""
        found = self._select(
            "SELECT dag_id, run_id, task_id, map_index, key, CAST(value AS TEXT) FROM xcom"
            " WHERE dag_id LIKE :dag_id AND run_id LIKE :run_id ORDER BY dag_id, run_id, task_id, map_index, key",
            dag_id=dag_id,
            run_id=run_id,
        )
        return [Row(*row) for row in found]

    def cells(self) -> Iterator[tuple[str, str]]:
        """Every row of every table of the database, as text."""
        tables = self._select("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in tables:
            for (row,) in self._select(f'SELECT CAST(t AS TEXT) FROM "{table}" AS t'):
                yield table, row

    def _select(self, statement: str, **values: str) -> list[Any]:
        engine = create_engine(self.database_url)
        try:
            with engine.connect() as connection:
                return list(connection.execute(text(statement), values))
        finally:
            engine.dispose()


@contextmanager
def central_side(home: Path, triggerer: Mapping[str, str]) -> Iterator[Central]:
    """A central side that runs. What its parts printed is printed at the end, for a test that failed."""
    central = Central(home, triggerer)
    try:
        central.start()
        yield central
    finally:
        print(central.tail())
        central.stop()
