"""A nested JSON object travels as it is; values that JSON has no form for may come back changed, with no error.

- `take_order` returns an order: a dict with a dict and a list of dicts inside, and with all that JSON has: text,
  numbers, `True`, `None`.
- `invoice` gets that dict as its argument, and works with what is nested in it.
- `show_serialization` says how Airflow writes values that are no JSON: a tuple becomes a small object that names its
  class, and comes back as a tuple. A dict with the keys 38 and 39 just gets other keys: nothing is noted, nothing
  fails.
- `count_stock` returns such values, and `compare` lists which of them came back changed.

**Look for** the order in the XCom tab of `take_order`: it is shown as the JSON that is in the database (with the
toolkit's encryption it is a token instead). Then look at the XCom of `compare`.

**With Airflow's default backend** five of the seven values come back changed, and no error says so: keys become text;
the keys `1` and `"1"` become one, so that a value is gone; an `OrderedDict` and a `Counter` become dicts; and the
price `9.90` is `9.9`. A tuple and a date are kept. **With the toolkit's** none is changed.
"""

from __future__ import annotations

import json
from collections import Counter, OrderedDict
from datetime import date
from decimal import Decimal
from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.bases.xcom import BaseXCom

STOCK = {
    "by size": {38: 4, 39: 0},
    "two keys": {1: "a number", "1": "a text"},
    "in this order": OrderedDict(first="unpack", then="label"),
    "sold": Counter(["red", "red", "blue"]),
    "price": Decimal("9.90"),
    "shelf": ("A", 3),
    "counted on": date(2026, 1, 1),
}


@task(multiple_outputs=False)
def take_order() -> dict[str, Any]:
    """JSON through and through, however deep: any backend keeps it."""
    return {
        "id": 1001,
        "customer": {"name": "Ada", "address": {"city": "Zürich", "floor": None}},
        "lines": [
            {"item": "shoes", "quantity": 1, "price": 89.5, "options": ["red", "wide"]},
            {"item": "socks", "quantity": 3, "price": 4.0, "options": []},
        ],
        "paid": True,
    }


@task
def invoice(order: dict[str, Any]) -> str:
    """An argument is a pull: the nested dict is an ordinary one."""
    total = sum(line["quantity"] * line["price"] for line in order["lines"])
    return f"{order['customer']['name']} in {order['customer']['address']['city']} pays {total:.2f}"


@task(multiple_outputs=False)
def show_serialization() -> dict[str, str]:
    """The very JSON that Airflow's default backend writes into the database, for a few of the values."""
    return {name: json.dumps(BaseXCom.serialize_value(STOCK[name])) for name in ("by size", "two keys", "shelf")}


@task(multiple_outputs=False)
def count_stock() -> dict[str, Any]:
    """Values that a Python programmer returns without a thought, and that JSON has no form for."""
    return STOCK


@task(multiple_outputs=False)
def compare(stock: dict[str, Any]) -> dict[str, str]:
    """What came back otherwise than it was pushed; `repr`, because a `Counter` equals a dict of the same counts."""
    changed = {name: repr(stock[name]) for name in STOCK if repr(stock[name]) != repr(STOCK[name])}
    for name, now in changed.items():
        print(f"{name}: pushed {STOCK[name]!r}, pulled {now}")
    return changed


@dag(
    "07_02_01_xcom_with_json",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_with_json() -> None:
    invoice(take_order())
    show_serialization()
    compare(count_stock())


xcom_with_json()
