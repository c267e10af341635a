"""Tasks push under keys of their own, and unit tests prove key and value of each push without a running Airflow.

- `take_orders` pushes where the orders come from as `source`. It finds its task instance with `get_current_context()`.
- `check_orders` gets its task instance as the argument `ti`. It pushes the sum as `total`, what is wrong as `rejected`,
  and that only where something is wrong; and it returns how many orders are right.
- `report` reads all three.

**Look for** the keys in the XCom tab of `check_orders`: `total`, `rejected` and `return_value`. Its tests ask for the
same three, in milliseconds: what `@task` decorates is still there as `.function`, and a mock stands in for `ti`.

```python
ti = create_autospec(RuntimeTaskInstanceProtocol, instance=True)
assert check_orders.function([{"id": "A-1", "cents": 1250}], ti=ti) == 1
ti.xcom_push.assert_called_once_with(key="total", value=1250)
```

`test_07_09_01_unit_testing_xcom_push.py` has these tests and more: one push, several in order or in any, a push that
must not happen, a push that fails, and that the values are ones that Airflow can keep, which no mock can tell.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, get_current_context, task

ORDERS = [{"id": "A-1", "cents": 1250}, {"id": "A-2", "cents": -300}, {"id": "A-3", "cents": 2948}]


@task
def take_orders() -> list[dict[str, Any]]:
    """Code far from the task's arguments gets at the task instance like this."""
    get_current_context()["ti"].xcom_push(key="source", value="web shop")
    return ORDERS


@task
def check_orders(orders: list[dict[str, Any]], ti: Any = None) -> int:
    """Airflow passes the task instance to an argument of the name ``ti``; a test passes a mock."""
    rejected = [order["id"] for order in orders if order["cents"] <= 0]
    accepted = [order for order in orders if order["cents"] > 0]
    ti.xcom_push(key="total", value=sum(order["cents"] for order in accepted))
    if rejected:
        ti.xcom_push(key="rejected", value=rejected)
    return len(accepted)


@task
def report(accepted: int, ti: Any = None) -> str:
    source = ti.xcom_pull(task_ids="take_orders", key="source")
    total = ti.xcom_pull(task_ids="check_orders", key="total")
    rejected = ti.xcom_pull(task_ids="check_orders", key="rejected") or []
    return f"{accepted} orders of the {source}, {total / 100:.2f} EUR, rejected: {', '.join(rejected) or 'none'}"


@dag(
    "07_09_01_unit_testing_xcom_push",
    schedule=None,
    tags=["reference", "core", "intermediate", "success"],
    doc_md=__doc__,
)
def unit_testing_xcom_push() -> None:
    report(check_orders(take_orders()))


unit_testing_xcom_push()
