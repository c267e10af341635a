"""The started Airflows in which all examples run: with Airflow's default backend, and with the toolkit's."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy.engine import make_url

from tests.integration.airflow_env import BACKEND, BASE_XCOM, Airflow
from tests.servers import ceph, gcs
from tests.servers.postgres import postgres

from .catalogue import EXAMPLE_DAGS, examples
from .expected.model import DEFAULT, TOOLKIT

BACKENDS = {DEFAULT: BASE_XCOM, TOOLKIT: BACKEND}
THRESHOLD = 4096
"""Bytes. What is larger, the toolkit's backend offloads."""

LOGICAL_DATE = "2026-01-01T00:00:00Z"
"""Of every run that is started here, so that what depends on it is the same each time."""

BUNDLE = {
    "name": "xcom-toolkit-examples",
    "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
    "kwargs": {"path": str(EXAMPLE_DAGS)},
}

ALL = "07%25"
"""What the ids of all dags of examples are like."""

_USER, _PASSWORD = "admin", "admin-password"
_ENDED = ("success", "failed")


class ExamplesAirflow(Airflow):
    """Finds the examples where they are installed."""

    def __init__(self, home: Path, backend: str, **options: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        passwords = home / "passwords.json"
        passwords.write_text(json.dumps({_USER: _PASSWORD}))
        super().__init__(
            home,
            backend=BACKENDS[backend],
            dag_processor__dag_bundle_config_list=json.dumps([BUNDLE]),
            core__dags_are_paused_at_creation="True",
            core__parallelism="12",  # Some tasks wait for others.
            core__simple_auth_manager_all_admins="False",
            core__simple_auth_manager_passwords_file=str(passwords),
            core__simple_auth_manager_users=f"{_USER}:admin",
            core__allowed_deserialization_classes="airflow.* airflow_xcom_toolkit.*",
            dag_processor__refresh_interval="5",
            xcom_toolkit__api_conn_id="airflow_api",
            xcom_toolkit__fernet_keys=Fernet.generate_key().decode(),
            xcom_toolkit__schema_modules="airflow_xcom_toolkit.example_dags.shop_schemas",
            common_io__xcom_objectstorage_threshold=str(THRESHOLD),
            **options,
        )
        self.backend = backend
        self.env["AIRFLOW_CONN_AIRFLOW_API"] = json.dumps(
            {"conn_type": "http", "host": f"http://127.0.0.1:{self.port}", "login": _USER, "password": _PASSWORD}
        )
        database = self.env["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
        self.env["AIRFLOW_CONN_AIRFLOW_METADATA"] = json.dumps(_connection(database))

    def log_in(self) -> None:
        credentials = {"username": _USER, "password": _PASSWORD}
        token = self._client.post("/auth/token", json=credentials).json()["access_token"]
        self._client.headers["Authorization"] = f"Bearer {token}"

    def _has_parsed(self) -> bool:
        errors = self.request("GET", "/importErrors")["import_errors"]
        assert not errors, json.dumps(errors, indent=1)
        found = {Path(dag["fileloc"]).name for dag in self.dags()}
        return found >= {example.filename for example in examples()}

    def dags_of(self, name: str) -> list[str]:
        """The ids of the dags of an example, in order."""
        return sorted(dag["dag_id"] for dag in self.dags() if Path(dag["fileloc"]).stem == name)

    def dags(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while page := self.request("GET", f"/dags?limit=100&offset={len(found)}")["dags"]:
            found += page
        return found

    def forget(self, dag_id: str) -> None:
        """Deletes the runs of a dag, so that it can run for the same date again."""
        for run in self.runs(dag_id):
            self.request("DELETE", f"/dags/{dag_id}/dagRuns/{run['dag_run_id']}")

    def begin(self, dag_ids: Iterable[str]) -> None:
        """Starts their runs once all are there: asked for a run while tasks write, Airflow waits for SQLite, and all
        who ask anything meanwhile wait with it."""
        for dag_id in dag_ids:
            self.request("POST", f"/dags/{dag_id}/dagRuns", {"logical_date": LOGICAL_DATE})
        self.request("PATCH", f"/dags?limit=100&dag_id_pattern={ALL}", {"is_paused": False})

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.request("GET", f"/dags/{dag_id}/dagRuns?limit=100")["dag_runs"]
        return found

    def wait_for(self, dag_ids: list[str], seconds: float) -> None:
        """Until every run has ended, however it did; of a dag that another one starts, until it has one."""
        end = time.monotonic() + seconds
        for dag_id in dag_ids:
            while not (runs := self.runs(dag_id)) or any(run["state"] not in _ENDED for run in runs):
                assert time.monotonic() < end, f"{dag_id} has not ended\n{self.logs(dag_id)[-6000:]}"
                time.sleep(0.5)

    def task_instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100"
        found: list[dict[str, Any]] = self.request("GET", path)["task_instances"]
        return found


def _connection(database: str) -> dict[str, Any]:
    """As `xcom_maintenance` takes it."""
    url = make_url(database)
    if url.drivername == "sqlite":
        return {"conn_type": "sqlite", "host": url.database}
    return {"conn_type": "postgres", "login": url.username, "schema": url.database, "extra": dict(url.query)}


@contextmanager
def started(backend: str, home: Path) -> Iterator[ExamplesAirflow]:
    """The default backend over SQLite, the toolkit's over PostgreSQL; values of both may go to S3 and to GCS."""
    with ExitStack() as servers:
        s3 = servers.enter_context(ceph.s3())
        google = servers.enter_context(gcs.gcs())
        database = {"database__sql_alchemy_conn": servers.enter_context(postgres())} if backend == TOOLKIT else {}
        airflow = ExamplesAirflow(
            home,
            backend,
            **database,
            common_io__xcom_objectstorage_path=s3.path,
            xcom_toolkit__stores=json.dumps({"gcs": google.path}),
        )
        airflow.env.update({**s3.environment, **google.environment})
        try:
            airflow.start()
            yield airflow
        finally:
            airflow.stop()
