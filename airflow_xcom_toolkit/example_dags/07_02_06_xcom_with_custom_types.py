"""Objects of your own classes go from task to task: what is kept of them, and what fails when a class changes.

The classes are in `airflow_xcom_toolkit/example_dags/shop.py`: a class of a value has to be importable by name.

- `place_order` returns an `Order`, a **dataclass** with dataclasses inside, and `receive_order` says what they came
  back as.
- `issue_voucher` returns a `Voucher`, which has **Airflow's protocol**: `serialize()`, `deserialize(data, version)`
  and `__version__`. `redeem_voucher` uses it.
- `fill_cart` pushes a `Cart`, which has a lock, and **`__getstate__` and `__setstate__`** (below). These two are
  pickle's protocol: neither Airflow 3 nor the toolkit pickles, so neither calls them, and the cart is refused.
  `SavedCart` hands the same state to Airflow's protocol, in two methods; `check_out` gets it, with a lock of its own.
- `push_other_releases` pushes what a newer, an older and a careless release push: a voucher of version 2, a
  `Discount`, a class that has been renamed since, and a `Note`, whose class is in this dag file.
- `pull_other_releases` pulls them with today's classes, and catches the **deserialization errors**.

```python
class Cart:
    def __getstate__(self):  # what is left without the lock
        return {"customer": self.customer, "prices": self.prices}

    def __setstate__(self, state):
        self.customer, self.prices, self.lock = state["customer"], state["prices"], Lock()


class SavedCart(Cart):
    def serialize(self):
        return self.__getstate__()

    @classmethod
    def deserialize(cls, data, version):
        cart = cls.__new__(cls)
        cart.__setstate__(data)
        return cart
```

**Look for** the last two tasks' XComs. The errors are real: the first task sets up the other release in its own
process.

**Needs** the classes on the allow list, where they are pulled, and with the toolkit where they are pushed, too:
`[core] allowed_deserialization_classes = airflow.* airflow_xcom_toolkit.*` (in your project: `acme.models.*`).

**With Airflow's default backend** the lines of an order come back as dicts, and a class that is not on the allow list
is pushed, and fails the task that pulls it. **With the toolkit's** they come back as lines, and such a class is
refused at push, before anything is written; where a class's own `deserialize` fails, it is an `EnvelopeError`.
For classes that change, give them a schema (`@xcom_schema`) and a step from each version to the next; for classes of a
library that you cannot change, write a type handler.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from airflow.sdk import dag, task

from airflow_xcom_toolkit.example_dags import shop


@dataclass
class Note:
    """In a dag file, which Airflow loads under a name of its own: no other process can import it."""

    text: str


@task
def place_order() -> shop.Order:
    return shop.Order(1001, [shop.Line("shoes", 1), shop.Line("socks", 3)])


@task
def receive_order(order: shop.Order) -> str:
    return f"{type(order).__name__} of {len(order.lines)} lines, each a {type(order.lines[0]).__name__}"


@task
def issue_voucher() -> shop.Voucher:
    return shop.Voucher("NEW2026", percent=20)


@task
def redeem_voucher(voucher: shop.Voucher) -> str:
    return f"{type(voucher).__name__} {voucher.code}: {100 - voucher.percent} % are to be paid"


@task(multiple_outputs=False)
def fill_cart(ti: Any = None) -> dict[str, str]:
    carts = {"Cart": shop.Cart("Ada"), "SavedCart": shop.SavedCart("Ada")}
    for cart in carts.values():
        cart.add(89.5)
    return {name: push(ti, name, cart) for name, cart in carts.items()}


@task
def check_out(ti: Any = None) -> str:
    """Adding takes the lock, which `__setstate__` has made anew."""
    cart = ti.xcom_pull(task_ids="fill_cart", key="SavedCart")
    cart.add(4.0)
    return f"{cart.customer} pays {sum(cart.prices):.2f}"


@task(multiple_outputs=False)
def push_other_releases(ti: Any = None) -> dict[str, str]:
    """Changes `shop` in the process of this task, and in no other: as if its worker had another release of it."""
    release: Any = shop
    release.Voucher.__version__ = 2
    release.Discount = type("Discount", (shop.Voucher,), {"__module__": shop.__name__})
    values = {
        "newer": release.Voucher("NEW2027", 30),
        "renamed": release.Discount("OLD", 5),
        "note": Note("Ring twice"),
    }
    return {key: push(ti, key, value) for key, value in values.items()}


@task(multiple_outputs=False)
def pull_other_releases(ti: Any = None) -> dict[str, str]:
    return {key: pull(ti, key) for key in ("newer", "renamed", "note")}


def push(ti: Any, key: str, value: Any) -> str:
    try:
        ti.xcom_push(key=key, value=value)
    except TypeError as error:
        print(f"{key} is refused: {error}")
        return type(error).__name__
    return "pushed"


def pull(ti: Any, key: str) -> str:
    try:
        found = ti.xcom_pull(task_ids="push_other_releases", key=key)
    except Exception as error:
        print(f"{key} cannot be pulled: {type(error).__name__}: {error}")
        return type(error).__name__
    return "nothing was pushed" if found is None else "pulled"


@dag(
    "07_02_06_xcom_with_custom_types",
    schedule=None,
    tags=["reference", "core", "advanced", "success"],
    doc_md=__doc__,
)
def xcom_with_custom_types() -> None:
    receive_order(place_order())
    redeem_voucher(issue_voucher())
    fill_cart() >> check_out()
    push_other_releases() >> pull_other_releases()


xcom_with_custom_types()
