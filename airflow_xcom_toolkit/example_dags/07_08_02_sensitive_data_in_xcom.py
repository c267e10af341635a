"""A password in an XCom can be read in the database, in the UI and in the log; two ways to keep it out of all three.

A made-up password goes from task to task in three ways. `search` then looks for it where others may look: in the row
(the XCom page of the UI) and in the log, both through Airflow's REST API.

- `return_password` is the **anti-pattern**: a plain `return`. Airflow's default backend writes it into the row as it
  is, and Airflow logs what a task returns. **Whoever may read the XComs or the logs of the dag has the password**, and
  so has each backup of the database and each archive of logs, long after the password was changed, or should have been.
- `name_the_secret` is the **first cure: do not pass it.** It returns the *name* of an Airflow Variable, and
  `use_by_name` gets the value when it needs it: from the **secrets backend** that Airflow is configured with (a vault
  for instance), else from the environment or from Airflow's database, encrypted. `Connection.get("my_conn")` is the
  same for logins; `search` uses one.
- `fetch_token_encrypted` is the **second cure**, for secrets that only a task knows, such as a token from a login:
  `FernetXComBackend` encrypts the row. `use_encrypted` pulls it; where it prints it, the log has `***`, because what
  was decrypted is masked. The task that makes a secret must not print it: where that backend is configured, write
  `@task(show_return_value_in_logs=False)` and `return`.

**Look for** the XCom of `search`: `True` is a place where the password was found. And for `***` in the logs of the
tasks that use it.

**Needs** a key for `FernetXComBackend` (`[xcom_toolkit] fernet_keys`, from `python -m airflow_xcom_toolkit keygen`),
and the connection `airflow_api`: address of Airflow's API server, login and password. `save_secret` and `delete_secret`
stand in for whoever keeps your secrets; in the project's tests that is Airflow's own database.

**With Airflow's default backend** the row of `return_password` has the password, with `ToolkitXComBackend` and a key it
has not: then every XCom of every dag is encrypted, without a word in the dag. Its log has it with both, for Airflow
writes that line before the value is anybody's secret. All else is the same, because the tasks name the backend.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from airflow.sdk import Connection, Variable, dag, task

from airflow_xcom_toolkit import FernetXComBackend

MADE_UP = "correct-horse-42"  # The password of this example. No dag file is a place for a real one.
VARIABLE = "example_07_08_02_shop_password"


def xcom_of(ti: Any, task_id: str) -> dict[str, Any]:
    return {"key": "token", "dag_id": ti.dag_id, "task_id": task_id, "run_id": ti.run_id}


@task
def return_password() -> str:
    return MADE_UP


@task
def save_secret() -> None:
    """Stands in for ``airflow variables set``, or for your vault."""
    Variable.set(VARIABLE, MADE_UP)


@task
def name_the_secret() -> str:
    """A name is no secret."""
    return VARIABLE


@task
def use_by_name(name: str) -> str:
    """Airflow masks the value in the log, because the name ends with ``password``."""
    return log_in(Variable.get(name))


@task(trigger_rule="all_done")
def delete_secret() -> None:
    Variable.delete(VARIABLE)


@task
def fetch_token_encrypted(ti: Any = None) -> None:
    """With that backend, whatever is configured."""
    FernetXComBackend.set(value=MADE_UP, **xcom_of(ti, "fetch_token_encrypted"))


@task
def use_encrypted(ti: Any = None) -> str:
    return log_in(FernetXComBackend.get_one(**xcom_of(ti, "fetch_token_encrypted")))


def log_in(password: str) -> str:
    """Logs more than it should, as people do."""
    print(f"logging in with {password}")
    return "logged in" if password == MADE_UP else "refused"


@task(multiple_outputs=False)
def search(ti: Any = None) -> dict[str, dict[str, bool]]:
    """By task: whether its row and its log have the password."""
    rows = {"return_password": "return_value", "name_the_secret": "return_value", "fetch_token_encrypted": "token"}
    logs = (*rows, "use_by_name", "use_encrypted")
    return {
        "in the row": {name: is_in(f"{instance(ti, name)}/xcomEntries/{key}") for name, key in rows.items()},
        "in the log": {name: is_in(f"{instance(ti, name)}/logs/1?full_content=true") for name in logs},
    }


def is_in(path: str) -> bool:
    return MADE_UP in json.dumps(ask_airflow(path))


def instance(ti: Any, task_id: str) -> str:
    """Another task of the same run, as the REST API names it."""
    return f"dags/{quote(ti.dag_id, safe='')}/dagRuns/{quote(ti.run_id, safe='')}/taskInstances/{task_id}"


def ask_airflow(path: str) -> Any:
    """One answer of the REST API. The connection has a password, too: by its id, at the time that it is needed."""
    import requests

    api = Connection.get("airflow_api")
    credentials = {"username": api.login, "password": api.password}
    login = requests.post(f"{api.host}/auth/token", json=credentials, timeout=30)
    login.raise_for_status()
    headers = {"Authorization": f"Bearer {login.json()['access_token']}", "Accept": "application/json"}
    answer = requests.get(f"{api.host}/api/v2/{path}", headers=headers, timeout=30)
    answer.raise_for_status()
    return answer.json()


@dag(
    "07_08_02_sensitive_data_in_xcom",
    schedule=None,
    tags=["reference", "core", "intermediate", "anti-pattern"],
    doc_md=__doc__,
)
def sensitive_data_in_xcom() -> None:
    name = name_the_secret()
    by_name, encrypted = use_by_name(name), use_encrypted()
    save_secret() >> name
    by_name >> delete_secret()
    fetch_token_encrypted() >> encrypted
    [return_password(), by_name, encrypted] >> search()


sensitive_data_in_xcom()
