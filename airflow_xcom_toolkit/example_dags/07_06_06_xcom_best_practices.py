"""A small daily job that does with XComs what XComs are for, and leaves the rest to what is made for it.

| what is passed | how, here | and not |
|---|---|---|
| the day and the limit of a run | **Params**, asked for when you trigger the dag | a task that pushes settings |
| 2,000 orders | a **file in object storage**; the XCom has its path and its hash | the rows in the database |
| a few numbers, for the next task | one **XCom**: small, plain, of a documented shape | a global variable, a file |
| "the report is there", for other dags | an **asset** event with facts in its `extra` | a pull from another dag |
| a password | a **connection**, by its name (see 7.8.2) | an XCom |

- `extract` writes the file and pushes a small `manifest`. A second try writes the same file again, and so the same
  manifest: what is passed depends on the run and on nothing else.
- `check` stops the dag where the manifest is not what was agreed, in one place and with a clear message; later tasks
  need not doubt it.
- `summarize` makes three numbers of the file.
- `publish` takes them as an argument, which is a pull and a dependency in one. It has no result, and
  `do_xcom_push=False` says so: it pushes none by mistake.
- `clean_up` is a teardown: it deletes the file, and the XCom that led to it, whatever happened in between.
- `advise` measures what some values would take as a row, and says where they belong.

**Look for** the XComs of the run: a few small rows, none above 2 kB; and for `manifest`, which is gone in the end.

**Needs** a folder that all tasks see, `exports` of `AIRFLOW_HOME`: it stands in for a bucket (see `EXPORTS`).
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any, TypedDict

from airflow.sdk import Asset, ObjectStoragePath, Param, dag, task
from airflow.sdk.bases.xcom import BaseXCom

from airflow_xcom_toolkit import delete

HOME = Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser()
EXPORTS = ObjectStoragePath(f"file://{HOME}/exports")  # On several machines a bucket: s3://my_conn@my-bucket/exports
REPORT = Asset("shop_daily_report")
ROW_LIMIT = 4096
"""Bytes. What is larger goes into a file."""


class Manifest(TypedDict):
    """What `extract` promises: the shape of its XCom ``manifest``."""

    path: str
    orders: int
    sha256: str


@task
def extract(params: Any = None, ti: Any = None) -> None:
    orders = [{"day": params["day"], "order": number, "total": number % 50} for number in range(params["orders"])]
    content = json.dumps(orders)
    path = EXPORTS / ti.dag_id / ti.run_id / "orders.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    manifest = Manifest(path=str(path), orders=len(orders), sha256=hashlib.sha256(content.encode()).hexdigest())
    ti.xcom_push(key="manifest", value=manifest)


@task
def check(manifest: Any, params: Any = None) -> str:
    """The path, once it is known to lead to what was promised."""
    missing = Manifest.__annotations__.keys() - manifest.keys()
    if missing:
        raise ValueError(f"The manifest has no {', '.join(sorted(missing))}: see Manifest in this file")
    if manifest["orders"] > params["limit"]:
        raise ValueError(
            f"{manifest['orders']:,} orders in a day are more than {params['limit']:,}: look at the source"
        )
    content = ObjectStoragePath(manifest["path"]).read_bytes()
    if hashlib.sha256(content).hexdigest() != manifest["sha256"]:
        raise ValueError(f"{manifest['path']} is not the file that was written")
    return str(manifest["path"])


@task(multiple_outputs=False)
def summarize(path: str) -> dict[str, int]:
    """Three numbers of two thousand orders."""
    totals = [order["total"] for order in json.loads(ObjectStoragePath(path).read_text())]
    return {"orders": len(totals), "total": sum(totals), "highest": max(totals)}


@task(outlets=[REPORT], do_xcom_push=False)
def publish(summary: dict[str, int], outlet_events: Any = None) -> None:
    """Dags that are scheduled by the asset start now, and find these facts in its event."""
    outlet_events[REPORT].extra = summary


@task
def clean_up(ti: Any = None) -> None:
    """Finds the file by the manifest, and leaves neither."""
    manifest = ti.xcom_pull(task_ids="extract", key="manifest")
    if manifest is not None:
        ObjectStoragePath(manifest["path"]).unlink(missing_ok=True)
        delete(ti, "manifest", task_id="extract")


@task(multiple_outputs=False)
def advise() -> dict[str, dict[str, Any]]:
    """The bytes of the row that Airflow's default backend would write."""
    candidates = {
        "a number": 2000,
        "a path": "s3://shop/orders/2026-01-01.json",
        "a summary": {"orders": 2000, "total": 49_000, "highest": 49},
        "a list of 50 names": [f"orders-{part:04}.json" for part in range(50)],
        "2,000 orders": [{"day": "2026-01-01", "order": number, "total": number % 50} for number in range(2000)],
    }
    sizes = {name: len(json.dumps(BaseXCom.serialize_value(value))) for name, value in candidates.items()}
    return {name: {"bytes": size, "use": "XCom" if size <= ROW_LIMIT else "file"} for name, size in sizes.items()}


@dag(
    "07_06_06_xcom_best_practices",
    schedule=None,
    params={
        "day": Param("2026-01-01", type="string", format="date"),
        "orders": Param(2000, type="integer", minimum=1),
        "limit": Param(10_000, type="integer", minimum=1),
    },
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_best_practices() -> None:
    extracted: Any = extract()
    published = publish(summarize(check(extracted["manifest"])))
    published >> clean_up().as_teardown(setups=extracted)
    advise()


xcom_best_practices()
