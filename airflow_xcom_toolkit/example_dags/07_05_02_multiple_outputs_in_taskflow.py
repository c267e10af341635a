"""A task with several results: a tuple, a named tuple, a dict that Airflow splits, and how each is unpacked.

- `measure` returns a **tuple**. It is one XCom, and `spread` unpacks it in its first line: `low, high = limits`.
- `find_offer` returns a **named tuple**, and `label` says what has arrived: a named tuple, or no more than a tuple?
- `split` takes the same named tuple apart: it returns its fields as a dict, and `multiple_outputs=True` makes Airflow
  push each of them under a key of its own. `price_tag` gets two of them, by name.
- `count_stock` needs no `multiple_outputs=True`: its return hint is a `TypedDict`, which is a mapping, and so is
  `dict[str, int]`. `reorder` gets one of its entries.

**Unpack inside a task.** `low, high = measure()` in the dag function is a `TypeError` (`'XComArg' object is not
iterable`) when the dag is parsed: no value is there yet, so nobody knows how many parts it has. What can be taken
apart there is a task with several outputs, by key: `stock["apples"]`.

**With Airflow's default backend** a tuple arrives as a tuple, but a named tuple as a plain one: `offer[1]` works,
`offer.price` would be an `AttributeError`. With the toolkit it is the very named tuple, as long as its class can be
imported by its name and is [allowed](https://airflow.apache.org/docs/apache-airflow/stable/configurations-ref.html):
that is why `Offer` is in a module, and not in this file.

**Look for** the XCom tab of `label`: what it found differs between the backends. And for the keys of `split` and
`count_stock`: one for each entry, and `return_value` with all of them, so every value is stored **twice**.
"""

from __future__ import annotations

from typing import Any, TypedDict

from airflow.sdk import dag, task

from airflow_xcom_toolkit.example_dags.shop import Offer


class Stock(TypedDict):
    """How many there are of each fruit."""

    apples: int
    pears: int


@task
def measure() -> tuple[float, float]:
    return 4.5, 19.25


@task
def spread(limits: tuple[float, float]) -> float:
    low, high = limits
    return high - low


@task
def find_offer() -> Offer:
    return Offer("tea", 4.5, "EUR")


@task
def label(offer: Offer) -> str:
    """What arrived. Unpacking works with both; a field can be read by its name only where the class came back."""
    item, price, currency = offer
    by_name = offer.price if hasattr(offer, "price") else "no such field"
    return f"{item}: {price} {currency}; type: {type(offer).__name__}; .price: {by_name}"


@task(multiple_outputs=True)
def split(offer: Offer) -> Any:
    """`Offer(*offer)` makes it a named tuple again where it was none any more."""
    return Offer(*offer)._asdict()


@task
def price_tag(price: float, currency: str) -> str:
    return f"{price:.2f} {currency}"


@task
def count_stock() -> Stock:
    return {"apples": 3, "pears": 40}


@task
def reorder(apples: int) -> int:
    """How many to order, of the one entry that it needs."""
    return max(0, 10 - apples)


@dag(
    "07_05_02_multiple_outputs_in_taskflow",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def multiple_outputs_in_taskflow() -> None:
    spread(measure())
    offer = find_offer()
    label(offer)
    fields: Any = split(offer)
    price_tag(fields["price"], fields["currency"])
    stock: Any = count_stock()
    reorder(stock["apples"])


multiple_outputs_in_taskflow()
