"""A list that one task returns becomes one task instance for each item: ``expand`` maps a task over an XCom.

- `list_files` returns a list of three files. `count_orders` is **mapped** over it: three instances, one for each
  item, side by side. `ti.map_index` says which one it is: 0, 1 or 2.
- `plan_parcels` takes the three results as one argument, and returns a list of dicts. `pack` is mapped over that with
  **`expand_kwargs`**: each dict has the arguments of one instance. What is the same for all is in **`partial`**.
- `close` is mapped over a list of one.
- `read` pulls with **`map_indexes`**: one instance, some in an order of its own, or all.

**Look for** `count_orders [3]` in the graph, and in its list of instances for the names of the files instead of 0, 1,
2: that is `map_index_template`. (Airflow stores such a name as plain text, also where XComs are encrypted.) Each
instance has an XCom tab of its own. In the XCom tab of `read`, compare the pulls of `close`: a pull without
`map_indexes` gives a list of all values, but where there is only **one** instance, the value itself. With
`map_indexes`, it is what you asked for: a number gives a value, a list of numbers a list.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, get_current_context, task

ORDERS = {"monday.csv": 3, "tuesday.csv": 5, "wednesday.csv": 0}


@task
def list_files() -> list[str]:
    return list(ORDERS)


@task(map_index_template="{{ file }}", multiple_outputs=False)
def count_orders(file: str, ti: Any = None) -> dict[str, Any]:
    get_current_context()["file"] = file  # type: ignore[typeddict-unknown-key]  # the template above shows it
    return {"map_index": ti.map_index, "file": file, "orders": ORDERS[file]}


@task
def plan_parcels(counts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """``counts`` has the values of all instances, in the order of their indexes, whichever ended first."""
    return [
        {"name": count["file"].removesuffix(".csv"), "orders": count["orders"]} for count in counts if count["orders"]
    ]


@task
def pack(name: str, orders: int, per_parcel: int) -> str:
    return f"{name}: {-(-orders // per_parcel)} parcels"


@task
def close(day: str) -> str:
    return f"{day} is closed"


@task(multiple_outputs=False)
def read(ti: Any = None) -> dict[str, Any]:
    return {
        "index 1": ti.xcom_pull(task_ids="count_orders", map_indexes=1),
        "indexes 2, 0": [one["file"] for one in ti.xcom_pull(task_ids="count_orders", map_indexes=[2, 0])],
        "all": [one["file"] for one in ti.xcom_pull(task_ids="count_orders")],
        "all parcels": ti.xcom_pull(task_ids="pack"),
        "one instance": ti.xcom_pull(task_ids="close"),
        "one instance, as a list": ti.xcom_pull(task_ids="close", map_indexes=[0]),
    }


@dag(
    "07_04_04_xcom_with_dynamic_task_mapping",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_with_dynamic_task_mapping() -> None:
    counts = count_orders.expand(file=list_files())
    parcels = pack.partial(per_parcel=2).expand_kwargs(plan_parcels(counts))
    [parcels, close.expand(day=["sunday"])] >> read()


xcom_with_dynamic_task_mapping()
