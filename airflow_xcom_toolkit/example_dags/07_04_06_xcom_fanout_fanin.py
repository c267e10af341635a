"""One value goes to several tasks that work side by side (fan-out), and one task puts their results together (fan-in).

- `read_orders` returns a list of seven prices. Three **different** tasks take the same XCom at the same time:
  `add_up`, `find_largest` and `count_small`. `report` takes all three results as arguments: it starts when the last
  one is there.
- `plan_chunks` splits the same work into **equal** parts: it returns where each part starts and stops, and not the
  prices themselves. `price_chunk` runs once for each part, at most two at a time. `combine` pulls all results with
  one call.
- `compare` fans in both halves: the parts together give what the whole gave.

**Look for** the two diamonds in the graph, and in the grid for instances of `price_chunk` that start together. Their
results are in the order of the parts, whichever ended first. An XCom that five tasks pull is stored once and read
five times; so push a plan, or the place of a file, rather than a large value to every worker.

To have fewer or more at the same time, look at `max_active_tis_per_dagrun` (here), at a pool (across dags), and at
`max_active_tasks` of the dag. In `combine`, a loop over an argument would ask Airflow for each result on its own;
`ti.xcom_pull` asks once. With a backend of the toolkit, `fetch_ahead` reads many large results without holding them
all.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task

PRICES = [9.5, 2.5, 24.5, 4.5, 7.5, 3.5, 12.5]
CHUNK = 3


@task
def read_orders() -> list[float]:
    return PRICES


@task
def add_up(prices: list[float]) -> float:
    return sum(prices)


@task
def find_largest(prices: list[float]) -> float:
    return max(prices)


@task
def count_small(prices: list[float]) -> int:
    return sum(price < 5 for price in prices)


@task(multiple_outputs=False)
def report(total: float, largest: float, small: int) -> dict[str, Any]:
    return {"total": total, "largest": largest, "small": small}


@task
def plan_chunks(prices: list[float]) -> list[dict[str, int]]:
    return [{"start": start, "stop": min(start + CHUNK, len(prices))} for start in range(0, len(prices), CHUNK)]


@task(max_active_tis_per_dagrun=2, multiple_outputs=False)
def price_chunk(start: int, stop: int) -> dict[str, Any]:
    """Reads its own part where the data is, and returns something small."""
    part = PRICES[start:stop]
    return {"rows": [start, stop], "total": sum(part), "largest": max(part), "small": sum(price < 5 for price in part)}


@task(multiple_outputs=False)
def combine(ti: Any = None) -> dict[str, Any]:
    """Each number has a way of its own to be combined: not all of them are sums."""
    parts = ti.xcom_pull(task_ids="price_chunk")
    return {
        "total": sum(part["total"] for part in parts),
        "largest": max(part["largest"] for part in parts),
        "small": sum(part["small"] for part in parts),
    }


@task(multiple_outputs=False)
def compare(whole: dict[str, Any], combined: dict[str, Any]) -> dict[str, Any]:
    return {"same": whole == combined, **combined}


@dag(
    "07_04_06_xcom_fanout_fanin",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_fanout_fanin() -> None:
    prices = read_orders()
    whole = report(add_up(prices), find_largest(prices), count_small(prices))
    combined = combine()
    price_chunk.expand_kwargs(plan_chunks(prices)) >> combined
    compare(whole, combined)


xcom_fanout_fanin()
