"""A backend is a class with two methods: what makes a row of a value, and what makes the value of a row again.

Two of them, to compare:

- `ZippedXComBackend`, in this file, is **from scratch**, on Airflow's own class. `serialize_value` makes the row: the
  JSON of the value, compressed, where that is shorter. `deserialize_value` is the way back. Airflow 3.4 calls
  `store_value` and `load_value` instead; both pairs are in the same class, and share their code.
- `ShopXComBackend`, in `shop_backend.py` beside this file, is **on top of the toolkit**: two methods, `push` and
  `pull`, the same on each Airflow; types, objects and encryption are there already. Begin with this one.

To **register** a backend, put its module where scheduler, workers, dag processor and API server import it (an
installed package, or a folder on `PYTHONPATH`; a dag file will not do), and name the class. Airflow has one backend
for all dags:

```ini
[core]
xcom_backend = airflow_xcom_toolkit.example_dags.shop_backend.ShopXComBackend
```

- `register` starts a process in which the class is registered, by the variable `AIRFLOW__CORE__XCOM_BACKEND`, and
  asks that process which backend it has. In a deployment, `python -m airflow_xcom_toolkit doctor --only backend` asks
  the same.
- `from_scratch` pushes a price list by the first class, and reads it back by `deserialize_value`.
- `on_the_toolkit` pushes a photo of a product, `bytes`, by the second class, which keeps it. The first one cannot.
- `report` reads both with the **configured** backend.

**Look for** `row_bytes` against `json_bytes` in the XCom of `from_scratch`: a seventh. Then for what `report` got:
the photo as it was, because its row says how to read it; but of the price list only a dict with the key `zipped`. **A
row in a format of your own is read by your own class and by no other**, which matters on the day when you change the
configuration.

Whether a class of your own keeps what a backend has to keep, a test of three lines tells you, without an Airflow
server: `class TestShop(XComBackendContract): backend = ShopXComBackend`, of `airflow_xcom_toolkit.testing`.

**Needs** nothing for the first class. For the second, copy `shop_backend.py`, too.

**With Airflow's default backend** configured, the photo is pulled all the same, where `[core]
allowed_deserialization_classes = airflow.* airflow_xcom_toolkit.*` allows it; to push it is a `TypeError` there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from base64 import b64decode, b64encode
from types import SimpleNamespace
from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.bases.xcom import BaseXCom

REGISTERED = "airflow_xcom_toolkit.example_dags.shop_backend.ShopXComBackend"
# In a task it is a text that no new process of Airflow could start with.
NO_DATABASE = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "sqlite://"}
PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


class ZippedXComBackend(BaseXCom):
    """Compresses what gets shorter by it."""

    @staticmethod
    def serialize_value(value: Any, **xcom: Any) -> Any:
        """The row. ``xcom`` says whose it is: `key`, `task_id`, `dag_id`, `run_id`, `map_index`."""
        row = BaseXCom.serialize_value(value)
        zipped = {"zipped": b64encode(zlib.compress(json.dumps(row).encode())).decode()}
        return zipped if len(json.dumps(zipped)) < len(json.dumps(row)) else row

    @staticmethod
    def deserialize_value(result: Any) -> Any:
        """The value again. Rows that are not zipped were small, or are from before: any backend meets those."""
        row = result.value
        if isinstance(row, dict) and row.keys() == {"zipped"}:
            row = json.loads(zlib.decompress(b64decode(row["zipped"])))
        return BaseXCom.deserialize_value(SimpleNamespace(value=row))

    @classmethod
    def store_value(cls, coordinate: Any, key: str, value: Any) -> Any:
        """Airflow 3.4 and newer."""
        return cls.serialize_value(value)

    @classmethod
    def load_value(cls, stored: Any) -> Any:
        """Airflow 3.4 and newer."""
        return cls.deserialize_value(SimpleNamespace(value=stored))


def own(ti: Any, key: str) -> dict[str, Any]:
    """An XCom of this task."""
    return {"key": key, "dag_id": ti.dag_id, "task_id": ti.task_id, "run_id": ti.run_id}


@task
def register() -> str:
    """Registers the second class for one new process, and asks that process for its backend."""
    environment = {**os.environ, **NO_DATABASE, "AIRFLOW__CORE__XCOM_BACKEND": REGISTERED}
    ask = "from airflow.sdk.execution_time.xcom import XCom; print(XCom.__module__, XCom.__name__, sep='.')"
    done = subprocess.run([sys.executable, "-c", ask], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.split()[-1]


@task(multiple_outputs=False)
def from_scratch(ti: Any = None) -> dict[str, Any]:
    """Pushes and reads by the class of this file. What Airflow's own class refuses, this one refuses as well."""
    prices = {f"nut M{size}": {"currency": "EUR", "price": size / 100} for size in range(1000)}
    ZippedXComBackend.set(value=prices, **own(ti, "prices"))
    refused = None
    try:
        ZippedXComBackend.set(value=PHOTO, **own(ti, "photo"))
    except TypeError as error:
        refused = type(error).__name__
    return {
        "same": ZippedXComBackend.get_one(**own(ti, "prices")) == prices,
        "json_bytes": len(json.dumps(prices)),
        "row_bytes": len(json.dumps(ZippedXComBackend.serialize_value(prices))),
        "photo": refused,
    }


@task(multiple_outputs=False)
def on_the_toolkit(ti: Any = None) -> dict[str, Any]:
    """Pushes and reads by the class of `shop_backend.py`. Its log has a line for each."""
    from airflow_xcom_toolkit.example_dags.shop_backend import ShopXComBackend

    ShopXComBackend.set(value=PHOTO, **own(ti, "photo"))
    return {
        "same": ShopXComBackend.get_one(**own(ti, "photo")) == PHOTO,
        "refuses_above": ShopXComBackend.settings().max_value_bytes,
    }


@task(multiple_outputs=False)
def report(ti: Any = None) -> dict[str, Any]:
    """Reads both rows as the configured backend does."""
    photo = ti.xcom_pull(task_ids="on_the_toolkit", key="photo")
    prices = ti.xcom_pull(task_ids="from_scratch", key="prices")
    return {"photo": type(photo).__name__, "photo_is_the_same": photo == PHOTO, "prices": list(prices)}


@dag(
    "07_03_04_custom_xcom_backend",
    schedule=None,
    tags=["reference", "core", "advanced", "success"],
    doc_md=__doc__,
)
def custom_xcom_backend() -> None:
    register()
    [from_scratch(), on_the_toolkit()] >> report()


custom_xcom_backend()
