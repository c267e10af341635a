"""What deletes XComs: Airflow at a new try, a task by hand, and a dag that gives them the time to live Airflow has not.

- `load` fails at its first try, after it pushed `draft`. Airflow **deletes the XComs of a task before each try**
  (after a retry, and when somebody clears the task): the second try finds none.
- `delete_by_hand` pushes three keys and deletes two: with the toolkit's `delete`, and with Airflow's `XCom.delete`.
- `make_previews` leaves two XComs, and `expire` is the **time to live**: it asks the REST API for all entries of this
  dag, in every run, and deletes those that are older than their key may be. A dag of yours can do that every night.
- `list_what_is_left` lists the keys that are still there.

**Look for** `[]` in the XCom tab of `load`, and for what `expire` deleted, in its log: `preview` may be 0 seconds
old, so it goes at once; `total` may be 30 days old, and stays.

| what | its XComs | objects of a toolkit backend |
|---|---|---|
| a retry, a cleared task | are deleted (3.4: hidden, until the run is deleted) | are deleted (3.4: stay as long) |
| `delete`, `XCom.delete` in a task | are deleted | are deleted |
| deleting the run or the dag | are deleted | stay, until `airflow xcom-toolkit gc --delete` |
| `airflow db clean --tables xcom` | older ones are deleted, or moved to an archive | stay, until `gc` |
| `DELETE …/xcomEntries/{key}` in the REST API (since 3.2) | are deleted | stay, until `gc` |
| time alone | stay for ever: Airflow has no time to live | stay |

`airflow db clean --tables xcom --clean-before-timestamp 2026-01-01 --dry-run` shows, for all dags, how many rows
would go. It needs the database, so it is for cron beside the scheduler, not for a task.

**Needs** the connection `airflow_api`: of type `http`, with the address of Airflow's API server as host, such as
`https://airflow.example.com`, and the login and password of a user who may read XComs. `list_keys` needs
`[xcom_toolkit] api_conn_id = airflow_api`, too.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

from airflow.sdk import Connection, dag, task

MAX_AGE = {"preview": timedelta(seconds=0), "total": timedelta(days=30)}


@task(retries=1, retry_delay=timedelta(seconds=0))
def load(ti: Any = None) -> list[str]:
    """Returns the keys that its second try found of the first."""
    from airflow_xcom_toolkit import list_keys

    if ti.try_number == 1:
        ti.xcom_push(key="draft", value=[3, 4])
        raise ConnectionError(f"lost after {list_keys(ti)} was pushed")
    return list_keys(ti)


@task(multiple_outputs=False)
def delete_by_hand(ti: Any = None) -> dict[str, Any]:
    """Both calls delete the row, and with a toolkit backend the object as well."""
    from airflow.sdk.execution_time.xcom import XCom

    from airflow_xcom_toolkit import delete, list_keys

    for key in ("rows", "secret", "log"):
        ti.xcom_push(key=key, value=f"{key} of the morning")
    before = list_keys(ti)
    delete(ti, "secret")
    XCom.delete(key="log", dag_id=ti.dag_id, task_id=ti.task_id, run_id=ti.run_id)
    return {"before": before, "after": list_keys(ti), "pulled": ti.xcom_pull(key="secret")}


@task
def make_previews(ti: Any = None) -> None:
    ti.xcom_push(key="preview", value="the first lines")
    ti.xcom_push(key="total", value=12)


@task
def expire(ti: Any = None) -> list[str]:
    """Deletes what is too old, and returns what that was."""
    from airflow.sdk.execution_time.xcom import XCom

    expired = [entry for entry in entries_of(ti.dag_id) if is_too_old(entry)]
    for entry in expired:
        print(f"deletes {entry['key']} of {entry['task_id']}, written at {entry['timestamp']}")
        XCom.delete(**{name: entry[name] for name in ("key", "dag_id", "task_id", "run_id", "map_index")})
    return [entry["key"] for entry in expired if entry["run_id"] == ti.run_id]


@task
def list_what_is_left(ti: Any = None) -> list[str]:
    from airflow_xcom_toolkit import list_keys

    return list_keys(ti, "make_previews")


def is_too_old(entry: dict[str, Any]) -> bool:
    """By the time when the row was written. A key that has no limit is never too old."""
    written = datetime.fromisoformat(entry["timestamp"].replace("Z", "+00:00"))
    return entry["key"] in MAX_AGE and datetime.now(timezone.utc) - written > MAX_AGE[entry["key"]]


def entries_of(dag_id: str) -> list[dict[str, Any]]:
    """The XComs of all runs and tasks of a dag: ``~`` means every one. They come in pages."""
    import requests

    api = Connection.get("airflow_api")
    credentials = {"username": api.login, "password": api.password}
    login = requests.post(f"{api.host}/auth/token", json=credentials, timeout=30)
    login.raise_for_status()
    header = {"Authorization": f"Bearer {login.json()['access_token']}"}
    url = f"{api.host}/api/v2/dags/{quote(dag_id, safe='')}/dagRuns/~/taskInstances/~/xcomEntries"
    found: list[dict[str, Any]] = []
    while True:
        answer = requests.get(url, headers=header, params={"limit": 100, "offset": len(found)}, timeout=30)
        answer.raise_for_status()
        page = answer.json()["xcom_entries"]
        if not page:
            return found
        found += page


@dag(
    "07_01_06_xcom_cleanup",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_cleanup() -> None:
    load()
    delete_by_hand()
    make_previews() >> expire() >> list_what_is_left()


xcom_cleanup()
