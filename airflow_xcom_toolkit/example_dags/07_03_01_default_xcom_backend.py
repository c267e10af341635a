"""Airflow's default backend, `BaseXCom`, keeps each value as JSON, in a row of the metadata database.

That is simple, and needs nothing. It keeps what JSON can say, and a few types more. The rest it alters without a
word, or refuses; and whatever its size, a value is one row. `BaseXCom` is called by its name here, so that every line
below is true with any backend configured.

- `keep` pushes an order, reads it back, and shows the **row**: the order as JSON, in plain text. Everybody who may
  read the database, or open the XCom tab, reads the password in it.
- `alter` pushes values that come back as **something else**. No error, no warning.
- `refuse` pushes what it does not take. The task sees the error, and would fail if it did not catch it.
- `weigh` pushes 10, 100, 1,000 orders: the row **grows** with the value. All of it goes through the API server, at
  each push and at each pull.
- `report` pulls as any task does, by `ti.xcom_pull`. The row is all there is to read.

**Look for** `before` and `after` in the XCom `return_value` of `alter`: a key 1 that is a text now, an enum and a
named tuple that lost their type, an amount of money that lost its cents. Then for the errors in that of `refuse`, and
the bytes in that of `weigh`.

**Limits** of the database come on top: 16 MB for a row in MariaDB as it is installed, 256 MB in PostgreSQL. Long
before that, every task that pulls waits for it, and the database keeps each run's copy until the run is deleted.

The other examples of this section show what to do about each of these: `07_03_06_xcom_backend_selection` has them in
one table.
"""

from __future__ import annotations

import json
from collections import namedtuple
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath
from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.bases.xcom import BaseXCom


class Size(str, Enum):
    """How large a parcel is."""

    SMALL = "S"


Place = namedtuple("Place", ["shelf", "box"])

ALTERED = {
    "key": {1: "nut"},
    "enum": Size.SMALL,
    "named tuple": Place("A", 7),
    "money": Decimal("12345678901234567.89"),
}
REFUSED = {
    "bytes": b"%PDF-1.7",
    "path": PurePosixPath("/exports/orders.csv"),
    "complex": 1 + 2j,
    "reserved key": {"__classname__": "shop.Order"},
}


def there_and_back(ti: Any, key: str, value: Any) -> Any:
    """The value, once it has been in the database."""
    xcom = {"key": key, "dag_id": ti.dag_id, "task_id": ti.task_id, "run_id": ti.run_id, "map_index": ti.map_index}
    BaseXCom.set(value=value, **xcom)
    return BaseXCom.get_one(**xcom)


@task
def keep(ti: Any = None) -> str:
    """Pushes what JSON can say. Returns the text that is in the database now."""
    order = {"id": 1001, "items": ["nut", "bolt"], "total": 89.5, "paid": True, "note": None, "password": "s3cret"}
    assert there_and_back(ti, "order", order) == order
    return json.dumps(BaseXCom.serialize_value(order))


@task(multiple_outputs=False)
def alter(ti: Any = None) -> dict[str, dict[str, str]]:
    """Pushes values that JSON cannot say. Returns each before and after."""
    return {
        name: {"before": repr(value), "after": repr(there_and_back(ti, name, value))} for name, value in ALTERED.items()
    }


@task(multiple_outputs=False)
def refuse(ti: Any = None) -> dict[str, str]:
    """Pushes what the default backend refuses. Returns the names of the errors."""
    errors = {}
    for name, value in REFUSED.items():
        try:
            BaseXCom.set(name, value, dag_id=ti.dag_id, task_id=ti.task_id, run_id=ti.run_id)
        except (TypeError, AttributeError) as error:
            print(f"{name}: {error}")
            errors[name] = type(error).__name__
    return errors


@task(multiple_outputs=False)
def weigh(ti: Any = None) -> dict[str, int]:
    """Pushes more and more orders. Returns the bytes of each row."""
    rows: dict[str, int] = {}
    for count in (10, 100, 1000):
        orders = [{"id": 1000 + number, "item": "nut", "price": 0.25} for number in range(count)]
        assert there_and_back(ti, f"{count} orders", orders) == orders
        rows[f"{count} orders"] = len(json.dumps(BaseXCom.serialize_value(orders)))
    return rows


@task(multiple_outputs=False)
def report(ti: Any = None) -> dict[str, Any]:
    """Reads what the others have left, by the configured backend."""
    return {
        "order": ti.xcom_pull(task_ids="keep", key="order")["id"],
        "key": ti.xcom_pull(task_ids="alter", key="key"),
        "refused": ti.xcom_pull(task_ids="refuse", key="bytes"),
        "orders": len(ti.xcom_pull(task_ids="weigh", key="1000 orders")),
    }


@dag(
    "07_03_01_default_xcom_backend",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def default_xcom_backend() -> None:
    [keep(), alter(), refuse(), weigh()] >> report()


default_xcom_backend()
