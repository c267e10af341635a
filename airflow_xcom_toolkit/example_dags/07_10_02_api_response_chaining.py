"""Answers of an API lead to the next calls: page by page, id by id, and at the end one result.

The API is Airflow's own REST API, so that real requests get real answers without a network: an inventory of the dags
that have a tag, and of their tasks. Any API with pages, ids and tokens is asked in the same way.

- `plan_pages` asks how many dags there are, and returns the **offset of each page**.
- `fetch_page` is mapped over the offsets, one request for each. It pushes the **answer**, without the fields that
  nobody needs: an answer is often large, and who may see XComs would see all of it.
- `collect_ids` takes the **ids for the next call** out of all pages.
- `fetch_tasks` is mapped over the ids: one request for each dag, so only a failed one is asked again (`retries=2`).
- `add_up` makes one result of all answers.

**The token is no XCom.** `api()` asks for one in each task, with the connection's login: a pushed token would be in the
database and in the XCom tab, and would have expired when a task is cleared a week later.

**An API that only says "next page" at the end of a page** cannot be planned: then one task follows the links in a
`while` loop and returns the list of ids. The rest stays the same.

**Needs** a connection `airflow_api` of type `http`: the host of Airflow's API server, `http://…:8080`, login and
password of a user who may read dags. With an API outside, add its client's retries and limits to `api()`.

**Look for** two instances of `fetch_page`, each with one dag of two (a page is one dag long, to have pages at all), two
of `fetch_tasks`, and the XCom of `add_up`: six tasks, five of them in `flights`.
"""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import Connection, dag, task

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx

TAG = "xcom-toolkit"
PAGE = 1


def api() -> httpx.Client:
    """A client with a token of its own."""
    import httpx

    connection = Connection.get("airflow_api")
    client = httpx.Client(base_url=str(connection.host), timeout=30)
    answer = client.post("/auth/token", json={"username": connection.login, "password": connection.password})
    client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"
    return client


def get(path: str, **parameters: Any) -> dict[str, Any]:
    """The answer's JSON. An error of the API fails the task, and a retry asks again."""
    with closing(api()) as client:
        answer: dict[str, Any] = client.get(f"/api/v2{path}", params=parameters).raise_for_status().json()
        return answer


@task(retries=2, retry_delay=timedelta(seconds=1))
def plan_pages() -> list[int]:
    total = get("/dags", tags=TAG, limit=1)["total_entries"]
    return list(range(0, total, PAGE))


@task(multiple_outputs=False, retries=2, retry_delay=timedelta(seconds=1))
def fetch_page(offset: int) -> dict[str, Any]:
    """One page. `order_by` keeps it the same page if it is asked for again."""
    answer = get("/dags", tags=TAG, limit=PAGE, offset=offset, order_by="dag_id")
    dags = [{"dag_id": one["dag_id"], "schedule": one["timetable_summary"]} for one in answer["dags"]]
    return {"offset": offset, "total_entries": answer["total_entries"], "dags": dags}


@task
def collect_ids(pages: Iterable[dict[str, Any]]) -> list[str]:
    """Fails where a dag came or went between two pages: an id would be missing, or there twice."""
    pages = list(pages)
    ids = [one["dag_id"] for page in pages for one in page["dags"]]
    if {page["total_entries"] for page in pages} != {len(set(ids))}:
        raise ValueError(f"the pages do not fit together: {len(ids)} ids")
    return ids


@task(multiple_outputs=False, retries=2, retry_delay=timedelta(seconds=1))
def fetch_tasks(dag_id: str) -> dict[str, Any]:
    tasks = get(f"/dags/{dag_id}/tasks")["tasks"]
    return {"dag_id": dag_id, "tasks": sorted(one["task_id"] for one in tasks)}


@task(multiple_outputs=False)
def add_up(pages: Iterable[dict[str, Any]], found: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """One entry for each dag, of two different answers, and the sums."""
    schedules = {one["dag_id"]: one["schedule"] for page in pages for one in page["dags"]}
    dags = {one["dag_id"]: {"schedule": schedules[one["dag_id"]], "tasks": len(one["tasks"])} for one in found}
    return {"dags": dags, "tasks": sum(one["tasks"] for one in dags.values())}


@dag(
    "07_10_02_api_response_chaining",
    schedule=None,
    tags=["reference", "patterns", "intermediate", "success"],
    doc_md=__doc__,
)
def api_response_chaining() -> None:
    pages = fetch_page.expand(offset=plan_pages())
    add_up(pages, fetch_tasks.expand(dag_id=collect_ids(pages)))


api_response_chaining()
