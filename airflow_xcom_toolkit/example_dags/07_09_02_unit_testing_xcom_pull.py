"""Tasks pull what others pushed, and unit tests say what each pull gives, a missing XCom among it.

- `offer_north`, `offer_south` and `offer_east` each return a price; `offer_east` has none, and returns `None`.
- `find_cheapest` pulls all three with a **list** of `task_ids`, and gets a list, with `None` in the third place.
- `convert` pulls a price that must be there, else it fails; and a rate that may be missing, for which it has a default.
- `look_for_missing` pushes what Airflow gives for an XCom that nobody pushed, asked for in four ways.

**Look for** the XCom of `look_for_missing`. A missing XCom is `None`; `default=` is only used where `map_indexes` is
given, too. Mocks that give the default in every case let tests pass, and the task fail in production. So code that
must work asks for `None` itself, as `convert` does, and a mock has to answer as Airflow answers:

```python
ti = create_autospec(RuntimeTaskInstanceProtocol, instance=True)
ti.xcom_pull.side_effect = pulling_from({("find_cheapest", "return_value"): 950})
assert convert.function(ti=ti) == 1026
```

`test_07_09_02_unit_testing_xcom_pull.py` has `pulling_from`, ten lines that answer for any task and key, and holds them
against the very answers that `look_for_missing` gets from Airflow.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task

OFFERS = ["offer_north", "offer_south", "offer_east"]
USUAL_RATE = 1.08


@task
def offer_north() -> int:
    return 1100


@task
def offer_south() -> int:
    return 950


@task
def offer_east() -> int | None:
    """Returns ``None``, which for Airflow is the same as to push nothing."""
    return None


@task
def find_cheapest(ti: Any = None) -> int:
    """Several tasks at once, in the order in which they are named."""
    offers: list[int] = [offer for offer in ti.xcom_pull(task_ids=OFFERS) if offer is not None]
    if not offers:
        raise ValueError("No supplier has made an offer")
    return min(offers)


@task
def convert(ti: Any = None) -> int:
    """The price has to be there; for the rate there is a default. Zero is a value, so ``or`` would not do."""
    price: int | None = ti.xcom_pull(task_ids="find_cheapest")
    if price is None:
        raise ValueError("find_cheapest has pushed no price")
    rate: float | None = ti.xcom_pull(task_ids="find_cheapest", key="rate")
    return round(price * (USUAL_RATE if rate is None else rate))


@task(multiple_outputs=False)
def look_for_missing(ti: Any = None) -> dict[str, Any]:
    """No task has pushed ``rate``."""
    return {
        "plain": ti.xcom_pull(task_ids="find_cheapest", key="rate"),
        "default": ti.xcom_pull(task_ids="find_cheapest", key="rate", default=1.0),
        "default and map_indexes": ti.xcom_pull(task_ids="find_cheapest", key="rate", default=1.0, map_indexes=-1),
        "list": ti.xcom_pull(task_ids=["find_cheapest", "offer_north"], key="rate"),
    }


@dag(
    "07_09_02_unit_testing_xcom_pull",
    schedule=None,
    tags=["reference", "core", "intermediate", "success"],
    doc_md=__doc__,
)
def unit_testing_xcom_pull() -> None:
    [offer_north(), offer_south(), offer_east()] >> find_cheapest() >> [convert(), look_for_missing()]


unit_testing_xcom_pull()
