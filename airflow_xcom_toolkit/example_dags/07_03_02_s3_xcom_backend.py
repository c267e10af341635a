"""Large values go to a bucket of S3, by `ThresholdXComBackend`; the database keeps a small row that says where.

What makes this the backend of a deployment, so that `return` and `ti.xcom_pull` do all of it by themselves:

```ini
[core]
xcom_backend = airflow_xcom_toolkit.ThresholdXComBackend

[common.io]
xcom_objectstorage_path = s3://my_aws@my-bucket/xcom
xcom_objectstorage_threshold = 4096
```

`my_aws` is an Airflow connection of type `aws`; without it (`s3://my-bucket/xcom`) the identity of the machine
counts. Put, get and delete below the path are all the rights that are needed. In this dag the backend is called by
its name, so that it runs whatever backend is configured.

- `preflight` asks the command `doctor` whether **this worker** may put, get and delete below the path. A failure says
  what to do, before the first value is lost.
- `extract` pushes 5,000 orders, and one small summary, which is below the threshold.
- `locate` asks the row, and then **the bucket** by `ObjectStoragePath`: the object is there, and has as many bytes as
  the row says. The summary has none. With a backend of the toolkit configured, `reference(ti, "extract",
  "orders").location` says the same in one line.
- `export` copies the object into a file, a little at a time: for values that are larger than the memory.
- `total` pulls the orders as any task does, by `ti.xcom_pull`.

**Look for** `row_bytes` and `object_bytes` in the XCom of `locate`: some hundred bytes in the database, 250 KB in the
bucket; and for `url`, which you find in the bucket. When the run is deleted by a backend of the toolkit, the object
goes with it; what stays behind, `xcom_maintenance` removes.

**Needs** `pip install 'airflow-xcom-toolkit[s3]'` and the two options of `[common.io]`. In the project's tests the
server is Ceph, a real S3 server on the same machine. Without S3: `xcom_objectstorage_path = file:///tmp/xcom` lets
all of this run with a folder.

**With Airflow's default backend** configured, `ti.xcom_pull` reads these rows as well, where `[core]
allowed_deserialization_classes = airflow.* airflow_xcom_toolkit.*` allows it to.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from tempfile import TemporaryFile
from typing import Any

from airflow.sdk import ObjectStoragePath, dag, task

from airflow_xcom_toolkit import ThresholdXComBackend

DOCTOR = ["doctor", "--only", "store", "--backend", "airflow_xcom_toolkit.ThresholdXComBackend", "--json"]


def row_of(ti: Any, key: str) -> Any:
    """What the database has of an XCom of `extract`."""
    return ThresholdXComBackend.get_row(key=key, dag_id=ti.dag_id, task_id="extract", run_id=ti.run_id)


@task
def preflight() -> list[str]:
    """What this worker may do in the store. A check that fails, fails this task, with the remedy in its log."""
    command = [sys.executable, "-m", "airflow_xcom_toolkit", *DOCTOR]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout)
    if done.returncode != 0:
        raise RuntimeError("The store cannot be used from here; what to do is above")
    passed = [found["text"] for found in json.loads(done.stdout)["checks"][0]["findings"] if found["status"] == "ok"]
    return [verb for verb in ("put", "get", "delete") if any(text.startswith(f"{verb}:") for text in passed)]


@task
def extract(ti: Any = None) -> None:
    """Pushes a large value and a small one. Nothing in the code says which of them goes to the bucket."""
    own = {"dag_id": ti.dag_id, "task_id": ti.task_id, "run_id": ti.run_id}
    orders = [{"id": 1000 + number, "item": "nut", "price": 0.25, "paid": True} for number in range(5000)]
    ThresholdXComBackend.set("orders", orders, **own)
    ThresholdXComBackend.set("summary", {"orders": len(orders)}, **own)


@task(multiple_outputs=False)
def locate(ti: Any = None) -> dict[str, Any]:
    """Where the orders are, by their row and by the bucket; no value is loaded."""
    row = row_of(ti, "orders")
    location = ThresholdXComBackend.describe_row(row).location
    if location is None:
        raise LookupError("The orders are in their row. Set [common.io] xcom_objectstorage_threshold = 4096")
    in_bucket = ObjectStoragePath(location.url)
    return {
        "url": location.url,
        "row_bytes": len(json.dumps(row)),
        "object_bytes": in_bucket.stat().st_size,
        "begins_with": in_bucket.read_bytes()[:12].decode(),
        "summary_is_in_its_row": ThresholdXComBackend.describe_row(row_of(ti, "summary")).location is None,
    }


@task
def export(ti: Any = None) -> int:
    """Copies the object into a file, 64 KB at a time. Bytes that were changed in the bucket would be an error."""
    with TemporaryFile() as file, ThresholdXComBackend.open_row(row_of(ti, "orders")) as body:
        shutil.copyfileobj(body, file, 65536)
        return file.tell()


@task(multiple_outputs=False)
def total(ti: Any = None) -> dict[str, Any]:
    """Pulls both as if they were in the database."""
    orders = ti.xcom_pull(task_ids="extract", key="orders")
    summary = ti.xcom_pull(task_ids="extract", key="summary")
    return {"orders": summary["orders"], "price": sum(order["price"] for order in orders)}


@dag(
    "07_03_02_s3_xcom_backend",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def s3_xcom_backend() -> None:
    preflight() >> extract() >> [locate(), export(), total()]


s3_xcom_backend()
