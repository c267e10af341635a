"""Four ways to look at an XCom when a dag does not do what it should: the UI, the database, a task, and the log.

`load_orders` pushes a text, a list of 300 customers, and its return value. Then each task looks in another way:

- **In Airflow's UI**, by hand: the page of the task instance has a tab *XCom*; *Browse → XComs* lists all, and filters.
  What it shows is the **row**. `look_as_the_ui` asks the REST API for the same: the keys (the toolkit's `list_keys`),
  and of each the row and its size.
- **In the database**: `look_in_the_database` runs the toolkit's command `show`, which explains one row: who wrote it,
  how large it is, whether it is encrypted, where its bytes are. In a terminal that is
  `airflow xcom-toolkit show DAG RUN TASK --key KEY`, with `--value` for the beginning of the value.
- **In a task**: `look_from_a_task` pulls the value itself, which no other way needs to do; and takes the toolkit's
  `reference`, which reads the row and not the object: type, size, encrypted or not.
- **In the log**: `log_values` writes what one needs to know to find a mistake: types, lengths, a small value as it is.
  It logs no customer. `read_log` gets that log from the REST API and looks whether one is in it.

**Look for** the XCom `customers` in the UI: the list itself by default; with the toolkit, offload and encryption an
envelope that does not show it. And for the log of `log_values`: what an encrypted XCom holds is masked there, so the
summary, too, is `***`.

**Needs** two connections: `airflow_api` (`http`: address of the API server, login, password), which `[xcom_toolkit]
api_conn_id` names, too; and `airflow_metadata`, Airflow's database, for a login that may read (`postgres`, `mysql`, or
`sqlite` with the file as host).

**With Airflow's default backend** `reference` is a `ConfigurationError`: it reads rows of the toolkit's backends. The
other ways work with any backend.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from typing import Any
from urllib.parse import quote

from airflow.sdk import Connection, dag, task

from airflow_xcom_toolkit import list_keys, reference
from airflow_xcom_toolkit.errors import ConfigurationError

log = logging.getLogger(__name__)


@task(multiple_outputs=False)
def load_orders(ti: Any = None) -> dict[str, Any]:
    """Three XComs: a text, a list with personal data, and a summary."""
    ti.xcom_push(key="source", value="orders.csv")
    ti.xcom_push(key="customers", value=[{"id": n, "email": f"customer-{n}@example.com"} for n in range(300)])
    return {"orders": 3, "total": 60.0}


@task(multiple_outputs=False)
def look_as_the_ui(ti: Any = None) -> dict[str, Any]:
    """By key: whether the row shows the value, and its bytes."""
    found = {}
    for key in list_keys(ti, "load_orders"):
        row = ask_airflow(f"{instance(ti, 'load_orders')}/xcomEntries/{key}")["value"]
        is_envelope = isinstance(row, dict) and "__classname__" in row
        found[key] = {"shows": "envelope" if is_envelope else "value", "bytes": len(json.dumps(row))}
    return found


@task(multiple_outputs=False)
def look_in_the_database(ti: Any = None) -> dict[str, Any]:
    """A command has its own connection to the database; a task has none."""
    command = [sys.executable, "-m", "airflow_xcom_toolkit", "show", ti.dag_id, ti.run_id, "load_orders"]
    url = database_url(Connection.get("airflow_metadata"))
    done = subprocess.run(
        [*command, "--key", "customers", "--json"],
        env={**os.environ, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url, "AIRFLOW__CORE__SQL_ALCHEMY_CONN": url},
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(done.stdout)
    return {name: found[name] for name in ("writer", "row_bytes", "encrypted", "body", "problems")}


@task(multiple_outputs=False)
def look_from_a_task(ti: Any = None) -> dict[str, Any]:
    """The value, for which the object is read, and the reference, for which it is not."""
    customers = ti.xcom_pull(task_ids="load_orders", key="customers")
    found = {"value": f"{type(customers).__name__} of {len(customers)}"}
    try:
        seen = reference(ti, "load_orders", key="customers")
    except ConfigurationError as error:
        return {**found, "reference": type(error).__name__}
    return {
        **found,
        "reference": f"{seen.type}, encrypted: {seen.encrypted}, in an object: {seen.location is not None}",
    }


@task
def log_values(ti: Any = None) -> None:
    """Small and harmless: as it is. Large or personal: what it is, not what is in it."""
    log.info("summary: %r", ti.xcom_pull(task_ids="load_orders"))
    customers = ti.xcom_pull(task_ids="load_orders", key="customers")
    log.info("customers: %s of %s, each with %s", type(customers).__name__, len(customers), sorted(customers[0]))


@task(multiple_outputs=False)
def read_log(ti: Any = None) -> dict[str, bool]:
    """Whoever may read logs sees what was logged; so it is worth a look what that is."""
    text = json.dumps(ask_airflow(f"{instance(ti, 'log_values')}/logs/1?full_content=true")["content"])
    return {"fields": "each with ['email', 'id']" in text, "addresses": "@example.com" in text}


def instance(ti: Any, task_id: str) -> str:
    """Another task of the same run, as the REST API names it."""
    return f"dags/{quote(ti.dag_id, safe='')}/dagRuns/{quote(ti.run_id, safe='')}/taskInstances/{task_id}"


def ask_airflow(path: str) -> Any:
    """One answer of the REST API, as the user of the connection."""
    import requests

    api = Connection.get("airflow_api")
    credentials = {"username": api.login, "password": api.password}
    login = requests.post(f"{api.host}/auth/token", json=credentials, timeout=30)
    login.raise_for_status()
    headers = {"Authorization": f"Bearer {login.json()['access_token']}", "Accept": "application/json"}
    answer = requests.get(f"{api.host}/api/v2/{path}", headers=headers, timeout=30)
    answer.raise_for_status()
    return answer.json()


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


@dag(
    "07_06_05_xcom_debugging",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_debugging() -> None:
    logged = log_values()
    load_orders() >> [look_as_the_ui(), look_in_the_database(), look_from_a_task(), logged]
    logged >> read_log()


xcom_debugging()
