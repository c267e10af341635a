"""Values go through a chain of four tasks, and an integration test runs the whole chain and looks into the database.

- `extract` returns the orders of the run's `orders` parameter; a test gives others with `run_conf`.
- `clean` makes dates of texts, leaves out orders that were canceled, and pushes how many those were as `canceled`.
- `summarize` returns the sum of each country.
- `publish` pulls from two tasks, and returns a line for people.
- `reconcile` compares the end with the beginning: each cent that went in is in a sum, or was canceled. It fails if not.

**Look for** the same sum in the XComs of `summarize`, `publish` and `reconcile`; then start a run with
`{"orders": [{"id": "B-1", "day": "tomorrow", "country": "DE", "cents": 5}]}` as its configuration. `clean` fails with
`ValueError: Invalid isoformat string`, what is behind it does not run, and no half of its values is in the database.

```python
run = integration_testing_xcom_flow().test(run_conf={"orders": [...]})
assert run.state == "success"
assert {row.at.task_id for row in RowStore.connected().scan()} == {"extract", "clean", ...}
```

`test_07_09_03_integration_testing_xcom_flow.py` does this with an SQLite database of its own, in one process, without
scheduler or API server: each value in full and with its type, the rows that a run leaves, what a second run changes,
and what a failure leaves. `dag.test()` is Airflow's own.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from airflow.sdk import dag, task

ORDERS = [
    {"id": "A-1", "day": "2026-03-01", "country": "DE", "cents": 1250},
    {"id": "A-2", "day": "2026-03-01", "country": "FR", "cents": 3995},
    {"id": "A-3", "day": "2026-03-02", "country": "DE", "cents": 9900, "canceled": True},
    {"id": "A-4", "day": "2026-03-03", "country": "DE", "cents": 2550},
]


@task
def extract(params: Any = None) -> list[dict[str, Any]]:
    return list(params["orders"])


@task
def clean(orders: list[dict[str, Any]], ti: Any = None) -> list[dict[str, Any]]:
    """All or nothing: the push comes after the last line that may fail."""
    kept = [order for order in orders if not order.get("canceled")]
    cleaned = [{**order, "day": date.fromisoformat(order["day"])} for order in kept]
    ti.xcom_push(key="canceled", value=len(orders) - len(kept))
    return cleaned


@task(multiple_outputs=False)
def summarize(orders: list[dict[str, Any]]) -> dict[str, int]:
    """In cents, by country."""
    countries = sorted({order["country"] for order in orders})
    return {name: sum(order["cents"] for order in orders if order["country"] == name) for name in countries}


@task
def publish(sums: dict[str, int], ti: Any = None) -> str:
    days = [order["day"] for order in ti.xcom_pull(task_ids="clean")]
    canceled = ti.xcom_pull(task_ids="clean", key="canceled")
    found = ", ".join(f"{country} {cents / 100:.2f}" for country, cents in sums.items())
    return f"{min(days)} to {max(days)}: {found}; {canceled} canceled"


@task
def reconcile(orders: list[dict[str, Any]], sums: dict[str, int]) -> int:
    """The cents that are accounted for."""
    ordered: int = sum(order["cents"] for order in orders if not order.get("canceled"))
    if ordered != sum(sums.values()):
        raise ValueError(f"{ordered} cents were ordered, but {sum(sums.values())} are in the sums")
    return ordered


@dag(
    "07_09_03_integration_testing_xcom_flow",
    schedule=None,
    params={"orders": ORDERS},
    tags=["reference", "core", "intermediate", "success"],
    doc_md=__doc__,
)
def integration_testing_xcom_flow() -> None:
    orders = extract()
    sums = summarize(clean(orders))
    publish(sums)
    reconcile(orders, sums)


integration_testing_xcom_flow()
