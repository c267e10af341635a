"""The example dag that runs ``gc``: the database of a connection, as the command needs it."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from airflow_xcom_toolkit.example_dags import xcom_maintenance
from airflow_xcom_toolkit.example_dags.xcom_maintenance import database_url, xcom_maintenance_dag

PASSWORD = "p@ss/w:rd%"
CONNECTION = {"conn_type": "postgres", "host": "db", "port": 5433, "login": "me", "password": PASSWORD, "schema": "air"}


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`CONNECTION`, with changes, as a task gets it."""
    from airflow.sdk import Connection

    def make(**changed: Any) -> Any:
        found = Connection(conn_id="airflow_metadata", **{**CONNECTION, **changed})
        monkeypatch.setattr(Connection, "get", classmethod(lambda cls, conn_id: found))
        return found

    return make


def test_a_connection_gives_the_url_of_its_database(connection: Any) -> None:
    url = make_url(database_url(connection(extra='{"sslmode": "require"}')))
    assert (url.drivername, url.host, url.port, url.username, url.database) == (
        *("postgresql+psycopg2", "db", 5433, "me", "air"),
    )
    assert (url.password, url.query) == (PASSWORD, {"sslmode": "require"})
    assert make_url(database_url(connection(conn_type="mysql"))).drivername == "mysql"
    sqlite = database_url(connection(conn_type="sqlite", host="/srv/airflow.db", login=None, password=None))
    assert sqlite == "sqlite:////srv/airflow.db"


@pytest.mark.parametrize("code", [0, 1])
def test_the_password_is_in_no_argument_and_in_no_output(
    code: int, connection: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is in the environment of ``gc`` alone. What fails there fails the task."""
    connection()
    dags = [{"dag": "sales", "objects": 2, "bytes": 10, "oldest": "2026-01-02"}]
    answer = json.dumps({"found": 2, "deleted": 2, "deleted_bytes": 10, "dags": dags})
    calls: list[Any] = []

    def run(command: list[str], env: dict[str, str], **options: Any) -> Any:
        calls.append((command, env))
        return subprocess.CompletedProcess(command, code, stdout=answer)

    monkeypatch.setattr(xcom_maintenance.subprocess, "run", run)
    work = xcom_maintenance.collect_garbage.function
    if code:
        with pytest.raises(RuntimeError, match="exit code 1"):
            work()
    else:
        assert work() == {"found": 2, "deleted": 2, "deleted_bytes": 10}
    [(command, env)] = calls
    assert "--delete" in command
    assert make_url(env["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]).password == PASSWORD
    assert "p@ss" not in " ".join(command) + "".join(capfd.readouterr())


def test_it_deletes_only_once_somebody_has_switched_it_on() -> None:
    """And then once a day, one at a time."""
    assert xcom_maintenance_dag.is_paused_upon_creation
    assert xcom_maintenance_dag.max_active_runs == 1
    assert not xcom_maintenance_dag.catchup
