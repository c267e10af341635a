"""An order changes from release to release, and rows that old code has written are read by new code: versioned schemas.

Several releases of the shop's code run beside each other, as they do while a deployment rolls on. Each task is a
process of its own, so each of the first three tasks declares the release that it stands for:

| release | an order has | pushed by |
|---|---|---|
| version 1 | `order_id`, `total` in euros | `push_with_release_1` |
| version 3, the newest here | `order_id`, `cents`, `currency`, `gift_wrap` | `push_with_release_3`, and all that read |
| version 4, of tomorrow | `cents` is called `amount` | `push_with_release_4` |
| version 5, of the day after | a field `coupon` more; `readable_by=3` | `push_with_release_4`, too |

The class of version 3, and the steps (*upcasters*) from 1 to 2 and from 2 to 3, are in the module `shop_schemas`
beside this file.

- `read_orders` is **backward compatible**: it pulls both orders as instances of its own `Order`. The row of version
  1 went through both steps; in the database it stays what it is.
- `read_newer_orders` is old code that meets newer rows. That of version 4 is refused with a `SchemaTooNewError`: a
  pull that dropped `amount` in silence would be worse. That of version 5 is **forward compatible**: its writer has
  said that readers of version 3 can do without `coupon`.
- `check_value` pushes an order that does not fit its own schema. Nothing is written: `SchemaValidationError`.
- `check_deployment` finds out before the deployment that version 4 breaks readers on both sides, as `python -m
  airflow_xcom_toolkit schemas check` does in CI: what was deployed is in a lock file.

**Look for** the XCom `order` of the three tasks that push: its row says the schema and the version in `schema`,
unless it is encrypted.

**With Airflow's default backend** it runs, too, because the tasks name `VersionedXComBackend`; in a deployment
`[core] xcom_backend` names it, or `ToolkitXComBackend`. Airflow's own serialization of dataclasses has a version,
refuses newer ones, and has no steps from older ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from airflow.sdk import dag, task

from airflow_xcom_toolkit import VersionedXComBackend, xcom_schema
from airflow_xcom_toolkit.errors import SchemaTooNewError, SchemaValidationError
from airflow_xcom_toolkit.example_dags.shop_schemas import SCHEMA, Order
from airflow_xcom_toolkit.schemas import check, lock


def place(ti: Any, task_id: str) -> dict[str, Any]:
    """Where an XCom is, but for its key."""
    return {"dag_id": ti.dag_id, "run_id": ti.run_id, "task_id": task_id, "map_index": -1}


@task
def push_with_release_1(ti: Any = None) -> None:
    """What last month's code wrote."""

    @xcom_schema(SCHEMA, version=1)
    @dataclass
    class OrderOfRelease1:
        order_id: str
        total: float

    VersionedXComBackend.set(key="order", value=OrderOfRelease1("A-1", 19.99), **place(ti, ti.task_id))


@task
def push_with_release_3(ti: Any = None) -> None:
    order = Order("A-2", cents=2500, currency="SEK", gift_wrap=True)
    VersionedXComBackend.set(key="order", value=order, **place(ti, ti.task_id))


def declare_release_4() -> Callable[..., Any]:
    @xcom_schema(SCHEMA, version=4)
    @dataclass
    class OrderOfRelease4:
        order_id: str
        amount: int
        currency: str

    return OrderOfRelease4


@task
def push_with_release_4(ti: Any = None) -> None:
    """What workers write that have tomorrow's code already."""

    @xcom_schema(SCHEMA, version=5, readable_by=3)
    @dataclass
    class OrderOfRelease5(Order):
        coupon: str = ""

    order = declare_release_4()("A-3", 990, "EUR")
    VersionedXComBackend.set(key="order", value=order, **place(ti, ti.task_id))
    with_coupon = OrderOfRelease5("A-4", 990, "EUR", coupon="SPRING")
    VersionedXComBackend.set(key="order_with_coupon", value=with_coupon, **place(ti, ti.task_id))


@task
def read_orders(ti: Any = None) -> list[dict[str, Any]]:
    """One class for all: the code of this task knows nothing of ``total``."""
    found = []
    for task_id in ("push_with_release_1", "push_with_release_3"):
        at = {"key": "order", **place(ti, task_id)}
        row: Any = VersionedXComBackend.get_row(**at)
        order = VersionedXComBackend.get_one(**at)
        assert type(order) is Order
        found.append({"row": row["__data__"]["schema"]["version"], **asdict(order)})
    return found


@task(multiple_outputs=False)
def read_newer_orders(ti: Any = None) -> dict[str, Any]:
    """What it can know, and what it cannot."""
    at = place(ti, "push_with_release_4")
    found = {"version 5": asdict(VersionedXComBackend.get_one(key="order_with_coupon", **at))}
    try:
        VersionedXComBackend.get_one(key="order", **at)
    except SchemaTooNewError as error:
        print(error)
        return {**found, "version 4": f"{type(error).__name__}: {error.version} is newer than {error.known}"}
    raise AssertionError("a row was read that this code cannot know")


@task
def check_value(ti: Any = None) -> str:
    """Refused when it is pushed, and not when somebody reads it a month later."""
    cents: Any = "a lot"
    order = Order("A-5", cents, currency="EUR")
    try:
        VersionedXComBackend.set(key="order", value=order, **place(ti, ti.task_id))
    except SchemaValidationError as error:
        print(error)
        return f"{type(error).__name__}: {error.place}"
    raise AssertionError("an order was written that no one can read")


@task
def check_deployment() -> list[str]:
    """What CI does: what is deployed was locked, then somebody declares version 4 and forgets the step to it."""
    with TemporaryDirectory() as folder:
        lock_file = Path(folder, "xcom-schemas.lock.json")
        lock(lock_file)
        declare_release_4()
        problems = [problem for problem in check(lock_file, mode="full") if problem.schema == SCHEMA]
    return [f"{problem.mode}: {problem.path or 'order'}: {problem.problem}" for problem in problems]


@dag(
    "07_07_05_xcom_versioning",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_versioning() -> None:
    [push_with_release_1(), push_with_release_3()] >> read_orders()
    push_with_release_4() >> read_newer_orders()
    check_value()
    check_deployment()


xcom_versioning()
