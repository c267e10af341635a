"""One task collects the XComs of several others in a single pull, and reduces them to a few numbers.

- `north`, `south` and `west` each return how many of each product they sold, and push their `costs` as well. `east`
  is closed today, and returns nothing.
- `collect` pulls all of them at once: `ti.xcom_pull(task_ids=[...])` gives a **list in the order of the ids**, with
  `None` for a task that pushed nothing. With `key="costs"` it is the same for that key.
- `reduce_sales` shows three **reductions** of the list: add up, merge by product, find the best.
- `reduce_in_steps` needs no list at all: it goes from one value to the next, and keeps the result so far.

**Look for** the `null` of `east` in the XCom tab of `collect`; whoever adds up has to leave it out, or decide what it
means. `reduce_in_steps` does not name the tasks: it pulls from those that are directly before it, whichever they are.
"""

from __future__ import annotations

from collections import Counter
from functools import reduce
from typing import Any

from airflow.sdk import dag, task

SALES = {"north": {"tea": 3, "coffee": 5}, "south": {"tea": 4}, "west": {"coffee": 1, "cocoa": 2}, "east": None}
SHOPS = list(SALES)


@task(multiple_outputs=False)
def sell(shop: str, ti: Any = None) -> dict[str, int] | None:
    """The task of every shop; each gets a task id of its own below."""
    sold = SALES[shop]
    if sold is not None:
        ti.xcom_push(key="costs", value=10 * sum(sold.values()))
    return sold


@task(multiple_outputs=False)
def collect(ti: Any = None) -> dict[str, list[Any]]:
    return {"sold": ti.xcom_pull(task_ids=SHOPS), "costs": ti.xcom_pull(task_ids=SHOPS, key="costs")}


@task(multiple_outputs=False)
def reduce_sales(collected: dict[str, list[Any]]) -> dict[str, Any]:
    open_shops = {shop: sold for shop, sold in zip(SHOPS, collected["sold"]) if sold is not None}
    return {
        "shops": len(open_shops),
        "sold": sum(sum(sold.values()) for sold in open_shops.values()),
        "by product": dict(reduce(Counter.__add__, map(Counter, open_shops.values()), Counter())),
        "best shop": max(open_shops, key=lambda shop: sum(open_shops[shop].values())),
        "costs": sum(costs for costs in collected["costs"] if costs is not None),
    }


@task(multiple_outputs=False)
def reduce_in_steps(ti: Any = None) -> dict[str, int]:
    """One value at a time is in memory, so it does for a hundred large ones."""
    totals: Counter[str] = Counter()
    for task_id in sorted(ti.task.upstream_task_ids):
        totals.update(ti.xcom_pull(task_ids=task_id) or {})
    return dict(totals)


@dag(
    "07_04_03_xcom_aggregation",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_aggregation() -> None:
    shops = [sell.override(task_id=shop)(shop) for shop in SHOPS]
    collected = collect()
    shops >> collected
    shops >> reduce_in_steps()
    reduce_sales(collected)


xcom_aggregation()
