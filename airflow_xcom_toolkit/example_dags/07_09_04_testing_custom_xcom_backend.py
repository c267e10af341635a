"""An acceptance test of a backend of your own, as a dag: run it where the backend is to be used, before it is used.

The tasks use the class `ShopXComBackend` by name, whatever backend is configured, against this Airflow's API server,
database, object store and keys:

- `round_trip` pushes four values that JSON cannot hold, and a large one, and compares what comes back, type and all.
- `refuse` pushes a value that cannot be kept where one is already: it must be an error, and the old one must stay.
- `damage` changes one character of a row: reading it must be an error, and never another value.
- `measure` counts the bytes in the database for a text of 65,000 characters, and for one of twice the size.
- `verdict` fails unless all is well.

**Look for** the XComs of `damage` and `measure`: the change was found, and the database has the same few bytes for both
texts, which go to the object store. The log of `round_trip` has the backend's line for each push.

This is what a test cannot show: your network, your rights, your keys. All else is quicker in pytest, and
`test_07_09_04_testing_custom_xcom_backend.py` has it: the backend **mocked** for the code that uses it, round trips
with generated values, a store that **fails** as told, the toolkit's contract, and a benchmark that asserts no times.

**Needs** `shop_backend.py` beside this file (of `07_03_04_custom_xcom_backend`), and a configured store
(`[common.io] xcom_objectstorage_path`) with a threshold below 65,000. In the project's tests the store is Ceph, which
speaks S3's protocol, and `[xcom_toolkit] fernet_keys` is set: the error of `damage` is then a `DecryptionError`.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from airflow.sdk import dag, task

from airflow_xcom_toolkit.example_dags.shop_backend import ShopXComBackend

VALUES = {
    "price": Decimal("19.90"),
    "sizes": (38, 40, 42),
    "days": {date(2026, 3, 1), date(2026, 3, 2)},
    "label": b"\x89PNG\r\n\x1a\n",
    "manual": "Keep it dry. " * 5000,
}


def own(ti: Any, key: str) -> dict[str, Any]:
    """An XCom of this task."""
    return {"key": key, "dag_id": ti.dag_id, "task_id": ti.task_id, "run_id": ti.run_id}


@task(multiple_outputs=False)
def round_trip(ti: Any = None) -> dict[str, bool]:
    """Whether each value came back as it was."""
    for key, value in VALUES.items():
        ShopXComBackend.set(value=value, **own(ti, key))
    found = {key: ShopXComBackend.get_one(**own(ti, key)) for key in VALUES}
    return {key: type(found[key]) is type(value) and found[key] == value for key, value in VALUES.items()}


@task(multiple_outputs=False)
def refuse(ti: Any = None) -> dict[str, Any]:
    """The error for an object that holds a connection, and what is there afterwards."""
    ShopXComBackend.set(value="the old value", **own(ti, "kept"))
    try:
        ShopXComBackend.set(value={"connection": object()}, **own(ti, "kept"))
        error = None
    except Exception as e:
        error = type(e).__name__
    return {"error": error, "there": ShopXComBackend.get_one(**own(ti, "kept"))}


@task(multiple_outputs=False)
def damage(ti: Any = None) -> dict[str, Any]:
    """What comes of reading a row with one changed character, as a disk or a person might leave it."""
    row = json.dumps(ShopXComBackend.serialize_value(VALUES["price"], **own(ti, "price")))
    middle = len(row) // 2
    changed = row[:middle] + chr(ord(row[middle]) ^ 1) + row[middle + 1 :]
    try:
        return {"error": None, "value": ShopXComBackend.deserialize_value(SimpleNamespace(value=json.loads(changed)))}
    except Exception as e:
        return {"error": type(e).__name__}


@task(multiple_outputs=False)
def measure(ti: Any = None) -> dict[str, int]:
    """The bytes in the database for a text of so many characters."""
    return {str(size): row_bytes("x" * size, own(ti, "size")) for size in (65_000, 130_000)}


def row_bytes(value: Any, xcom: dict[str, Any]) -> int:
    """Of a row that is made, measured, and given up again, with its object."""
    row = ShopXComBackend.serialize_value(value, **xcom)
    ShopXComBackend.purge(SimpleNamespace(value=row, **xcom))
    return len(json.dumps(row))


@task
def verdict(same: dict[str, bool], refused: dict[str, Any], damaged: dict[str, Any], rows: dict[str, int]) -> str:
    """Fails with all that is wrong, not with the first of it."""
    checks = {
        **{f"{name} came back changed": is_same for name, is_same in same.items()},
        "a value that cannot be kept was taken": refused["error"] is not None,
        "a refused push replaced the old value": refused["there"] == "the old value",
        "a damaged row was read": damaged["error"] is not None,
        "large values are in the database": max(rows.values()) < 2000,
    }
    if wrong := [text for text, is_well in checks.items() if not is_well]:
        raise ValueError("; ".join(wrong))
    return f"{len(checks)} checks passed"


@dag(
    "07_09_04_testing_custom_xcom_backend",
    schedule=None,
    tags=["reference", "core", "advanced", "success"],
    doc_md=__doc__,
)
def testing_custom_xcom_backend() -> None:
    verdict(round_trip(), refuse(), damage(), measure())


testing_custom_xcom_backend()
