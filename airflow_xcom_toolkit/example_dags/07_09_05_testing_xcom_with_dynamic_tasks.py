"""A task that is mapped by `expand()` pushes one XCom for each instance, and tests run it with no, one and many items.

- `list_stores` returns the stores of the run's `stores` parameter: how many instances there will be.
- `count_sales` is mapped over them. Rome is closed, and its instance returns `None`; a store that is not known fails.
- `add_up` gets the values of all instances as its argument, and adds them.
- `pick` pulls by `map_indexes`: one number gives a value, a list gives a list, with `None` for what is not there.
- `report` runs in any case (`trigger_rule="all_done"`), and says how many of how many have answered.

**Look for** the XCom of `report`: 4 were asked, 3 have answered, and `all` has three values. **An instance that pushed
nothing leaves no gap**: the third value is that of the fourth instance. Where the place counts, pull by `map_indexes`,
as `pick` does. Then start runs with these configurations:

| configuration | what comes of it |
|---|---|
| `{"stores": []}` | `count_sales`, `add_up` and `pick` are skipped, the run succeeds; `report` pulls `None`, no list |
| `{"stores": ["paris"]}` | there is one instance, and `report` pulls its bare value, no list of one |
| `{"stores": ["berlin", "atlantis"]}` | one instance fails, `add_up` and `pick` do not run, `report` does |

```python
run = testing_xcom_with_dynamic_tasks().test(run_conf={"stores": []})
assert run.state == "success"
assert states_of(run)["count_sales"] == "skipped"
```

`test_07_09_05_testing_xcom_with_dynamic_tasks.py` does so for each of these, with an SQLite database of its own, and
tests the functions alone first, as most edge cases need no Airflow.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from airflow.sdk import dag, task

SALES = {"berlin": 12, "paris": 7, "rome": None, "oslo": 5}


@task
def list_stores(params: Any = None) -> list[str]:
    return list(params["stores"])


@task
def count_sales(store: str) -> int | None:
    """One instance for each store."""
    if store not in SALES:
        raise ValueError(f"There is no store {store!r}")
    return SALES[store]


@task
def add_up(counts: Iterable[int]) -> int:
    """``counts`` is no list: Airflow fetches each value when the loop comes to it."""
    return sum(counts)


@task(multiple_outputs=False)
def pick(ti: Any = None) -> dict[str, Any]:
    return {
        "first": ti.xcom_pull(task_ids="count_sales", map_indexes=0),
        "first and third": ti.xcom_pull(task_ids="count_sales", map_indexes=[0, 2]),
        "not there": ti.xcom_pull(task_ids="count_sales", map_indexes=[99], default=-1),
    }


@task(trigger_rule="all_done", multiple_outputs=False)
def report(ti: Any = None) -> dict[str, Any]:
    """A pull of all instances is a list, but one value for one instance and ``None`` for none."""
    found = ti.xcom_pull(task_ids="count_sales")
    answers = found if isinstance(found, list) else [found] if found is not None else []
    asked = len(ti.xcom_pull(task_ids="list_stores"))
    return {"all": found, "asked": asked, "answered": len(answers)}


@dag(
    "07_09_05_testing_xcom_with_dynamic_tasks",
    schedule=None,
    params={"stores": list(SALES)},
    tags=["reference", "core", "advanced", "success"],
    doc_md=__doc__,
)
def testing_xcom_with_dynamic_tasks() -> None:
    counts = count_sales.expand(store=list_stores())
    add_up(counts)
    counts >> [pick(), report()]


testing_xcom_with_dynamic_tasks()
