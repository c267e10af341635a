"""Values of this dag go to a bucket of Google Cloud Storage, by a backend with a rule of its own, `GcsXComBackend`.

Where all values of a deployment belong into the bucket, no class is needed, only its configuration:

```ini
[core]
xcom_backend = airflow_xcom_toolkit.ThresholdXComBackend

[common.io]
xcom_objectstorage_path = gs://google_cloud_default@my-bucket/xcom
xcom_objectstorage_threshold = 4096
```

Here the bucket is a **second store** beside the default one, and a rule says what goes there. A row names its store,
so that every backend of the toolkit that knows the store reads it, with the rule or without:

```ini
[xcom_toolkit]
stores = {"gcs": "gs://google_cloud_default@my-bucket/xcom"}
```

`google_cloud_default` is an Airflow connection of type `google_cloud_platform`. How it **authenticates** is its own
affair:

| the connection's extra has | then the worker is known by |
|---|---|
| nothing | its own identity: workload identity in GKE, the service account of a VM. The best way: no key to lose |
| `key_path` | a key file that is on each worker |
| `keyfile_dict` | a key that Airflow keeps: the content of such a file |
| `is_anonymous` | nothing; for public data, and emulators |

The rights that are needed are `storage.objects.create`, `get` and `delete` below the path.

- `find_bucket` looks up the store, and how its connection authenticates. Where there is no store `gcs` it **fails**,
  and the error says what to set; the tasks behind it do not run.
- `extract` pushes orders with `GcsXComBackend.set`.
- `read` reads them twice: by that class, and by the configured backend with `ti.xcom_pull`, which does not know the
  rule.
- `look` asks the row for the object, and the bucket for its size.

**Look for** `authentication` in the XCom of `find_bucket`, and in that of `look` for `store` and `url`: the orders
are in `gs://…`, wherever other values of this Airflow go.

**Needs** `pip install 'airflow-xcom-toolkit[gcs]'`, `xcom_objectstorage_path` (of any kind), the store and its
connection. In the project's tests an emulator on the same machine stands in for the bucket.

**With Airflow's default backend** configured, `ti.xcom_pull` reads the row as well, where `[core]
allowed_deserialization_classes = airflow.* airflow_xcom_toolkit.*` allows it to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from airflow.sdk import Connection, ObjectStoragePath, dag, task

from airflow_xcom_toolkit import ThresholdXComBackend
from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.placement import ObjectPlacement

TO_SET = '[xcom_toolkit] stores = {"gcs": "gs://google_cloud_default@my-bucket/xcom"}'
WAYS = {
    "key_path": "a key file on the worker",
    "keyfile_dict": "a key that Airflow keeps",
    "is_anonymous": "none: anonymous",
}


class InGcs(ObjectPlacement):
    """Every object goes to the store `gcs`. A rule may look at the dag, the task and the key, too."""

    def store_name(self, at: Coordinate) -> str:
        return "gcs"


class GcsXComBackend(ThresholdXComBackend):
    """Keeps what is larger than 1,000 bytes in Google Cloud Storage.

    To configure it for all dags, move it into a module that Airflow can import, and name it in `[core] xcom_backend`.
    """

    @classmethod
    def settings(cls) -> Any:
        return replace(super().settings(), threshold=1000)

    @classmethod
    def pipeline(cls) -> Any:
        return replace(super().pipeline(), placement=cls.settings().placement(InGcs))


def own(ti: Any, task_id: str) -> dict[str, Any]:
    """Which XCom the orders are."""
    return {"key": "orders", "dag_id": ti.dag_id, "task_id": task_id, "run_id": ti.run_id}


@task(multiple_outputs=False)
def find_bucket() -> dict[str, Any]:
    """Says where the bucket is, and how Google will know this worker."""
    url = GcsXComBackend.settings().stores.get("gcs")
    if not url:
        raise LookupError(f"There is no store 'gcs'. Set {TO_SET}")
    path = ObjectStoragePath(url)
    extra = Connection.get(path.conn_id).extra_dejson if path.conn_id else {}
    ways = [way for name, way in WAYS.items() if extra.get(name)]
    return {
        "bucket": path.bucket,
        "prefix": path.key,
        "connection": path.conn_id,
        "authentication": ways[0] if ways else "the identity of the machine",
    }


@task
def extract(ti: Any = None) -> None:
    """Pushes orders to the bucket."""
    orders = [{"id": 1000 + number, "item": "bolt", "price": 0.5} for number in range(500)]
    GcsXComBackend.set(value=orders, **own(ti, "extract"))


@task(multiple_outputs=False)
def read(ti: Any = None) -> dict[str, Any]:
    """Pulls by this class, and as any task does."""
    by_class = GcsXComBackend.get_one(**own(ti, "extract"))
    as_configured = ti.xcom_pull(task_ids="extract", key="orders")
    return {"orders": len(by_class), "same": by_class == as_configured, "last": as_configured[-1]}


@task(multiple_outputs=False)
def look(ti: Any = None) -> dict[str, Any]:
    """Where the orders are, by their row and by the bucket."""
    row = GcsXComBackend.get_row(**own(ti, "extract"))
    description: Any = GcsXComBackend.describe_row(row)
    size = ObjectStoragePath(description.location.url).stat().st_size
    return {
        "store": description.location.store,
        "url": description.location.url,
        "bytes": size,
        "as_the_row_says": size == description.size,
    }


@dag(
    "07_03_03_gcs_xcom_backend",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def gcs_xcom_backend() -> None:
    find_bucket() >> extract() >> [read(), look()]


gcs_xcom_backend()
