"""The same work in a slow way and in a quick one, measured: batching, two caches, reading ahead, and reading in part.

- **Batching**: `push_orders` pushes 50 orders as 50 XComs, and as one. Each push is a request to Airflow's API
  server and a row in its database, whatever is in it.
- **A cache in the process**: `read_orders` looks 50 orders up and pulls once, by `functools.cache`. It is
  **profiled** with `cProfile`: the table is in its log.
- **A cache on the disk, for fan-out**: three mapped tasks `quote` need the same 2 MB of prices. With the option
  `[xcom_toolkit] cache_dir` one of them downloads the object, and the others read its copy. It is for objects over
  1 MiB on a store that is further away than a disk. (Here a class sets the option, so that you can try it as it
  is.)
- **Reading ahead**: `add_up` goes through what the mapped tasks returned with `iter_mapped`: one request for all
  rows, and the next objects are fetched while the loop works on one. `for quote in quotes` over Airflow's argument
  asks for each row by itself.
- **Reading in part**: `read_column` needs one column of a DataFrame with twenty. `reference(…).load(columns=…)`
  keeps that column only; `tracemalloc` measures how much memory each way takes.

**Look for** `seconds` in the XCom of `push_orders`: one push is tens of times quicker than 50. In that of `add_up`,
`downloads` is 1 for three tasks. In that of `read_column`, one column is 1.6 MB where the frame is 32 MB, and the
peak is about half. What Airflow waits for is nearly always a request or a download, so measure before you optimize
code; `airflow xcom-toolkit bench` does it for your own stores and values.

**Needs** `airflow-xcom-toolkit[pandas]`, a store in `[common.io] xcom_objectstorage_path` that is no local folder
(S3; in the tests of the project, a Ceph server stands in), and tasks on one machine for the cache. **With Airflow's
default backend** `iter_mapped` and `reference` are refused with a `ConfigurationError`, since its rows do not say
where a value is; the tasks catch it, load everything, and say so.
"""

from __future__ import annotations

import cProfile
import pstats
import shutil
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import dag, get_current_context, task

from airflow_xcom_toolkit import ToolkitXComBackend, iter_mapped, reference
from airflow_xcom_toolkit.errors import ConfigurationError

if TYPE_CHECKING:
    import pandas as pd

REGIONS = ["north", "south", "west"]


def place(ti: Any, task_id: str) -> dict[str, Any]:
    """Where an XCom is, but for its key."""
    return {"dag_id": ti.dag_id, "run_id": ti.run_id, "task_id": task_id, "map_index": -1}


def cache_folder() -> Path:
    """Of this run alone; in a deployment it is one folder for all."""
    return Path(tempfile.gettempdir(), f"xcom_cache_{get_current_context()['run_id'].replace(':', '-')}")


class CachedXCom(ToolkitXComBackend):
    @classmethod
    def settings(cls) -> Any:
        return replace(super().settings(), cache_dir=str(cache_folder()))


@task(multiple_outputs=False)
def push_orders(ti: Any = None) -> dict[str, Any]:
    """The seconds of both ways; of the quick one the best of three, since a single request may have to wait."""
    orders = [{"id": number, "cents": number * 100} for number in range(50)]

    def one_by_one() -> None:
        for order in orders:
            ti.xcom_push(key=f"order.{order['id']}", value=order)

    def batched() -> None:
        ti.xcom_push(key="orders", value=orders)

    return {
        "one_by_one": {"rows": len(orders), "seconds": seconds(one_by_one)},
        "batched": {"rows": 1, "seconds": min(seconds(batched) for _ in range(3))},
    }


def seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return round(time.perf_counter() - start, 4)


@task(multiple_outputs=False)
def read_orders(ti: Any = None) -> dict[str, int]:
    """A cache lives as long as the process, and each task is a process: it saves pulls within a task."""

    @cache
    def orders() -> dict[int, int]:
        return {order["id"]: order["cents"] for order in ti.xcom_pull(task_ids="push_orders", key="orders")}

    profiler = cProfile.Profile()
    cents = profiler.runcall(lambda: sum(orders()[number] for number in range(50)))
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(10)
    return {"cents": cents, "lookups": 50, "pulls": orders.cache_info().misses}


@task
def push_prices(ti: Any = None) -> None:
    """2 MB, so that it is an object in the store."""
    ToolkitXComBackend.set(key="prices", value=list(range(300_000)), **place(ti, ti.task_id))


@task(multiple_outputs=False)
def quote(region: str, ti: Any = None) -> dict[str, Any]:
    """Says which file the copy is: the inode is another one if somebody downloads it again."""
    prices = CachedXCom.get_one(key="prices", **place(ti, "push_prices"))
    (copy,) = [path for path in cache_folder().rglob("*") if path.is_file() and path.stat().st_size > 1_000_000]
    return {"region": region, "articles": len(prices), "copy": copy.stat().st_ino}


@task(multiple_outputs=False)
def add_up(ti: Any = None) -> dict[str, Any]:
    quotes: Iterable[dict[str, Any]]
    try:
        quotes, how = list(iter_mapped(ti, "quote")), "iter_mapped"
    except ConfigurationError as error:
        quotes, how = ti.xcom_pull(task_ids="quote"), f"xcom_pull, because of a {type(error).__name__}"
    shutil.rmtree(cache_folder())
    return {
        "regions": [one["region"] for one in quotes],
        "articles": sum(one["articles"] for one in quotes),
        "downloads": len({one["copy"] for one in quotes}),
        "read_by": how,
    }


@task(multiple_outputs=False)
def read_column(ti: Any = None) -> dict[str, Any]:
    """The sum of one column of twenty, in both ways."""
    import pandas as pd

    frame = pd.DataFrame({f"day_{number}": range(number, number + 200_000) for number in range(20)})
    ToolkitXComBackend.set(key="sales", value=frame, **place(ti, ti.task_id))

    def whole() -> pd.DataFrame:
        return ToolkitXComBackend.get_one(key="sales", **place(ti, ti.task_id))

    def part() -> pd.DataFrame:
        return reference(ti, ti.task_id, "sales").load(columns=["day_7"])

    found = {"whole": measured(whole)}
    try:
        return {**found, "part": measured(part)}
    except ConfigurationError as error:
        return {**found, "part": type(error).__name__}


def measured(load: Any) -> dict[str, int]:
    """What is kept, and the most that was in use meanwhile."""
    tracemalloc.start()
    frame = load()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return {
        "sum": int(frame["day_7"].sum()),
        "kept_bytes": int(frame.memory_usage(index=False).sum()),
        "peak_bytes": peak,
    }


@dag(
    "07_07_06_xcom_performance_optimization",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_performance_optimization() -> None:
    push_orders() >> read_orders()
    push_prices() >> quote.expand(region=REGIONS) >> add_up()
    read_column()


xcom_performance_optimization()
