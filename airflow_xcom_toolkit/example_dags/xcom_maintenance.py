"""Keeps the stores small: every night, ``gc --delete`` deletes the objects that no row refers to any more.

Rows go when runs are deleted and when ``airflow db clean`` runs; what they referred to stays in the store until then.

A task may not use Airflow's metadata database, so ``gc`` runs as a command of its own, and gets the database from an
Airflow connection, ``airflow_metadata``: of type ``postgres`` or ``mysql`` with host, port, login, password and schema
(the database's name), or of type ``sqlite`` with the path of its file as host. Its login needs to read alone. The
task's log shows what was found, its XCom is the numbers. What fails one night is done the next. The dag is paused at
first: look at what ``airflow xcom-toolkit gc`` reports before you let it delete.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from typing import Any

from airflow.sdk import Connection, dag, task

DATABASE = "airflow_metadata"
GRACE = "24h"


def database_url(connection: Any) -> str:
    """As SQLAlchemy takes it; with the password, so it is for no log."""
    from sqlalchemy.engine import URL

    if connection.conn_type == "sqlite":
        return URL.create("sqlite", database=connection.host).render_as_string()
    url = URL.create(
        {"postgres": "postgresql+psycopg2"}.get(connection.conn_type, connection.conn_type),
        username=connection.login,
        password=connection.password,
        host=connection.host,
        port=connection.port,
        database=connection.schema,
        query=connection.extra_dejson,
    )
    return url.render_as_string(hide_password=False)


@task(multiple_outputs=False)
def collect_garbage() -> dict[str, int]:
    """How many objects were found and deleted, and their bytes. What it could not delete fails the task."""
    environment = {name: value for name, value in os.environ.items() if name != "AIRFLOW__CORE__SQL_ALCHEMY_CONN"}
    environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = database_url(Connection.get(DATABASE))
    command = [sys.executable, "-m", "airflow_xcom_toolkit", "gc", "--delete", "--json", "--grace", GRACE]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    found = json.loads(done.stdout) if done.stdout else {}
    for one in found.get("dags", ()):
        print(f"{one['dag']}: {one['objects']:,} orphans, {one['bytes']:,} bytes, the oldest of {one['oldest']}")
    if done.returncode != 0:
        raise RuntimeError(f"gc ended with exit code {done.returncode}; what it said is above")
    return {name: found[name] for name in ("found", "deleted", "deleted_bytes")}


@dag(
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=True,
    tags=["example", "xcom-toolkit"],
    doc_md=__doc__,
)
def xcom_maintenance() -> None:
    collect_garbage()


xcom_maintenance_dag = xcom_maintenance()
