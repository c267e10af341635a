"""Tasks that run at the same time and use the same XCom: an update that is lost, a pull that is too early, the cures.

North sells 3 lamps, south sells 4. Seven are sold, whoever counts them.

- **A lost update.** `north` and `south` run side by side, and each does *read, add, write* with one and the same XCom,
  `sold` of `open_ledger`. Both read 0; north writes 3, then south writes 4. **Four lamps** are in the ledger at the
  end. With luck it would be seven; so that it is always four here, each of the two tells the other how far it is,
  with an XCom of its own, and waits for the other where luck would decide.
- **A pull that is too early.** `ask_too_early` does not run *after* `fetch_price`, only beside it. Its pull gives
  `None`, and no error. `ask_in_time` has the price as its argument, so Airflow runs it afterwards.
- **Cure 1, each its own:** `sell` is mapped. Each instance returns a number of its own, and `total` adds them up: a
  fan-in. No XCom has two writers, so nothing is to be waited for. Prefer it.
- **Cure 2, one after another:** the instances of `sell_in_turn` do the same read, add, write, but with
  `max_active_tis_per_dagrun=1` no two of them run at a time. A pool with one slot does that for different tasks.

**Look for** the XCom of `compare`: 4 where the update was lost, 7 by each cure.

**Needs** room for two tasks at a time (`[core] parallelism` of 2 or more), or none of the tasks that wait goes on.

That a task writes the XCom of another one (`XCom.set` with its `task_id`) is possible, and is half of the problem
here: where each task pushes its own, as `return` and `ti.xcom_push` do, there is nothing to lose.
"""

from __future__ import annotations

import time
from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.execution_time.xcom import XCom

SOLD = {"north": 3, "south": 4}


def ledger(ti: Any, key: str) -> dict[str, Any]:
    return {"key": key, "dag_id": ti.dag_id, "task_id": "open_ledger", "run_id": ti.run_id}


def wait_for(ti: Any, task_id: str, key: str) -> None:
    """Until the other task has pushed it; five minutes at most."""
    end = time.monotonic() + 300
    while ti.xcom_pull(task_ids=task_id, key=key) is None:
        if time.monotonic() > end:
            raise TimeoutError(f"{task_id} did not push {key!r}: can two tasks run at a time here?")
        time.sleep(0.1)


@task
def open_ledger(ti: Any = None) -> None:
    """Two XComs, because each is spoilt in its own way."""
    ti.xcom_push(key="sold", value=0)
    ti.xcom_push(key="sold_in_turn", value=0)


@task
def north(ti: Any = None) -> None:
    """Writes first, and its 3 are what gets lost."""
    sold = XCom.get_one(**ledger(ti, "sold"))
    ti.xcom_push(key="has_read", value=sold)
    wait_for(ti, "south", "has_read")
    XCom.set(value=sold + SOLD["north"], **ledger(ti, "sold"))
    ti.xcom_push(key="has_written", value=sold + SOLD["north"])


@task
def south(ti: Any = None) -> None:
    """Writes last, and what it adds to was read before north wrote."""
    sold = XCom.get_one(**ledger(ti, "sold"))
    ti.xcom_push(key="has_read", value=sold)
    wait_for(ti, "north", "has_written")
    XCom.set(value=sold + SOLD["south"], **ledger(ti, "sold"))
    ti.xcom_push(key="has_written", value=sold + SOLD["south"])


@task
def fetch_price(ti: Any = None) -> float:
    """Slow: it is not done before the one that cannot wait has asked."""
    wait_for(ti, "ask_too_early", "asked")
    return 19.9


@task
def ask_too_early(ti: Any = None) -> str:
    """Pulls by name, and nothing says that this has to wait."""
    price = ti.xcom_pull(task_ids="fetch_price")
    ti.xcom_push(key="asked", value=True)
    return f"the price is {price}"


@task
def ask_in_time(price: float) -> str:
    """An argument is a dependency, too."""
    return f"the price is {price}"


@task
def sell(shop: str) -> int:
    """Returns what it knows itself, and touches nothing of others."""
    return SOLD[shop]


@task
def total(sold: list[int]) -> int:
    """Runs once all are done."""
    return sum(sold)


@task(max_active_tis_per_dagrun=1)
def sell_in_turn(shop: str, ti: Any = None) -> None:
    """Safe only because no other instance is between its own read and write."""
    sold = XCom.get_one(**ledger(ti, "sold_in_turn"))
    XCom.set(value=sold + SOLD[shop], **ledger(ti, "sold_in_turn"))


@task(multiple_outputs=False)
def compare(fan_in: int, ti: Any = None) -> dict[str, int]:
    """What each way says of the same seven lamps."""
    return {
        "side by side": XCom.get_one(**ledger(ti, "sold")),
        "one after another": XCom.get_one(**ledger(ti, "sold_in_turn")),
        "each its own": fan_in,
    }


@dag(
    "07_06_04_xcom_race_conditions",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_race_conditions() -> None:
    shops = list(SOLD)
    compared = compare(total(sell.expand(shop=shops)))
    open_ledger() >> [north(), south(), sell_in_turn.expand(shop=shops)] >> compared
    ask_too_early()
    ask_in_time(fetch_price())


xcom_race_conditions()
