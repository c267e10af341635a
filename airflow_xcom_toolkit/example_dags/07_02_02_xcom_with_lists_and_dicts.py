"""Lists and dicts go from task to task, are iterated in four ways, and their size in the database is measured.

- `list_prices` returns a list of dicts, `list_stock` a dict.
- `total` **loops** over the list inside one task.
- `reprice` is **mapped over the list**: one task instance for each item, and each gets one dict.
- `check_stock` is **mapped over the dict**: each instance gets one pair, a tuple of key and value.
- `order_more` is mapped with **`expand_kwargs`**: each dict gives the arguments of one instance.
- `collect` gets the values of all instances of `reprice` in the order of the list, and **loops over them lazily**:
  each is pulled when its turn comes.
- `export` returns the same 1,000 prices twice, and `weigh` measures them: a list of dicts repeats every column's name
  in every row; a dict of lists says it once. It reads the rows that are in the database, and says what they would take
  there with Airflow's default backend.

**Look for** the map indexes of `reprice` and `check_stock` in the grid, and for the XCom of `weigh`. Every value that
a task returns is written to the database in full, once for each run, and read again by each task that pulls it. Some
kilobytes are fine. For more, return fewer columns or rows, let the toolkit's backend offload it, or pass the path of a
file.

**With Airflow's default backend** the list of dicts is a row of 54,790 bytes, the dict of lists one of 17,831. **With
the toolkit's**, where `xcom_objectstorage_threshold` is 4096, each row takes about 1 kB, however large the value is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.bases.xcom import BaseXCom

from airflow_xcom_toolkit import ToolkitXComBackend


@task
def list_prices() -> list[dict[str, Any]]:
    return [{"item": "shoes", "price": 80.0}, {"item": "socks", "price": 4.5}]


@task(multiple_outputs=False)
def list_stock() -> dict[str, int]:
    return {"shoes": 2, "socks": 40}


@task
def total(prices: list[dict[str, Any]]) -> float:
    return float(sum(entry["price"] for entry in prices))


@task(multiple_outputs=False)
def reprice(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "price": entry["price"] * 0.5}


@task
def check_stock(pair: tuple[str, int]) -> str:
    item, count = pair
    return f"{item}: {'enough' if count >= 10 else 'order more'}"


@task
def order_more(item: str, price: float) -> str:
    return f"10 {item} for {10 * price:.2f}"


@task
def collect(entries: Iterable[dict[str, Any]]) -> list[str]:
    """`entries` is a lazy sequence, not a list: in a loop, each value is pulled when its turn comes."""
    return [f"{index}. {entry['item']}: {entry['price']}" for index, entry in enumerate(entries, start=1)]


@task
def export(ti: Any = None) -> None:
    """The same 1,000 prices, as records and as columns."""
    records = [{"identifier": number, "price": number / 100, "currency": "EUR"} for number in range(1000)]
    ti.xcom_push(key="records", value=records)
    ti.xcom_push(key="columns", value={name: [record[name] for record in records] for name in records[0]})


@task(multiple_outputs=False)
def weigh(ti: Any = None) -> dict[str, dict[str, int]]:
    """Bytes in the database: of the rows that are there, and of those that Airflow's default backend writes."""
    sizes: dict[str, dict[str, int]] = {"rows": {}, "rows by default": {}}
    for key in ("records", "columns"):
        row = ToolkitXComBackend.get_row(key=key, dag_id=ti.dag_id, task_id="export", run_id=ti.run_id)
        by_default = BaseXCom.serialize_value(ti.xcom_pull(task_ids="export", key=key))
        sizes["rows"][key], sizes["rows by default"][key] = len(json.dumps(row)), len(json.dumps(by_default))
    print(sizes)
    return sizes


@dag(
    "07_02_02_xcom_with_lists_and_dicts",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_with_lists_and_dicts() -> None:
    prices = list_prices()
    total(prices)
    collect(reprice.expand(entry=prices))
    order_more.expand_kwargs(prices)
    check_stock.expand(pair=list_stock())
    export() >> weigh()


xcom_with_lists_and_dicts()
