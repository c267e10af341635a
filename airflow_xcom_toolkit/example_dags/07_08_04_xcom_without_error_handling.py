"""Tasks that take for granted that an XCom is there, and is complete, beside ones that say what to do without it.

A price list needs prices, and exchange rates for those who pay in dollars. Today the service of the rates is down, and
nobody has entered a price for the chair.

- `fetch_rates` **fails**, so there is no XCom of it. `fetch_prices` succeeds; its dict has no `chair`.
- `assume_key` and `assume_xcom` are the **anti-pattern**. They run all the same (`trigger_rule="all_done"`), and fail:
  with a `KeyError` for the part that is missing, and, for the XCom that is missing, with
  `TypeError: 'NoneType' object is not subscriptable`. No customer gets any price.
- `make_price_list` is the **cure**. What it cannot do without, it demands, with a message of its own. For the rest it
  has a **default** (the rates of last week), and it **says so** in its result: `degraded` names what was missing.
- `publish` looks at that, and publishes with a note. That is *graceful degradation*: less, but not nothing.
- `call_for_help` runs because something before it failed (`trigger_rule="one_failed"`). A default must not hide a
  failure for weeks.
- `compare` counts the prices that each way gave.

**Look for** two red tasks beside a green one, all with the same tasks before them; and for `degraded` in the XCom of
`make_price_list`. The run ends in success, because its last tasks do: `call_for_help` and `compare`.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task

from airflow_xcom_toolkit import pull_path

ITEMS = ("lamp", "desk", "chair")
RATES_OF_LAST_WEEK = {"USD": 1.1}


@task(multiple_outputs=False)
def fetch_prices() -> dict[str, float]:
    return {"lamp": 20.0, "desk": 150.0}


@task(multiple_outputs=False)
def fetch_rates() -> dict[str, float]:
    raise ConnectionError("rates.example.com does not answer")


@task(trigger_rule="all_done", multiple_outputs=False)
def assume_key(ti: Any = None) -> dict[str, float]:
    """The pull succeeds. What it gave has no chair."""
    prices = ti.xcom_pull(task_ids="fetch_prices")
    return {item: prices[item] for item in ITEMS}


@task(trigger_rule="all_done", multiple_outputs=False)
def assume_xcom(ti: Any = None) -> dict[str, float]:
    """There is nothing to pull, and that is no error yet."""
    prices, rates = ti.xcom_pull(task_ids=["fetch_prices", "fetch_rates"])
    return {item: price * rates["USD"] for item, price in prices.items()}


@task(trigger_rule="all_done", multiple_outputs=False)
def make_price_list(ti: Any = None) -> dict[str, Any]:
    """Each value with its own answer to: and if it is not there?"""
    prices = ti.xcom_pull(task_ids="fetch_prices")
    if prices is None:
        raise ValueError("No price list without prices: see why fetch_prices pushed none")
    rate = pull_path(ti, "fetch_rates.return_value.USD", default=None)
    missing = [item for item in ITEMS if prices.get(item) is None]
    usd = RATES_OF_LAST_WEEK["USD"] if rate is None else rate
    return {
        "prices": {item: round(price * usd, 2) for item, price in prices.items()},
        "degraded": [f"no price of {item}" for item in missing] + ["rates of last week"] * (rate is None),
    }


@task
def publish(price_list: dict[str, Any]) -> str:
    """Customers may know what is missing."""
    items = ", ".join(f"{item} {price} USD" for item, price in price_list["prices"].items())
    return f"{items} ({'; '.join(price_list['degraded'])})" if price_list["degraded"] else items


@task(trigger_rule="one_failed")
def call_for_help(ti: Any = None) -> str:
    """Stands in for a message to those who can repair it."""
    states = ti.get_task_states(dag_id=ti.dag_id, task_ids=["fetch_prices", "fetch_rates"], run_ids=[ti.run_id])
    failed = [task_id for task_id, state in states[ti.run_id].items() if state == "failed"]
    return f"please look at {', '.join(failed)}"


@task(trigger_rule="all_done", multiple_outputs=False)
def compare(ti: Any = None) -> dict[str, int]:
    """A task that failed published nothing."""
    return {
        "assume_key": len(ti.xcom_pull(task_ids="assume_key") or {}),
        "assume_xcom": len(ti.xcom_pull(task_ids="assume_xcom") or {}),
        "make_price_list": len(pull_path(ti, "make_price_list.return_value.prices", default={})),
    }


@dag(
    "07_08_04_xcom_without_error_handling",
    schedule=None,
    tags=["reference", "core", "beginner", "anti-pattern"],
    doc_md=__doc__,
)
def xcom_without_error_handling() -> None:
    fetched = [fetch_prices(), fetch_rates()]
    price_list = make_price_list()
    assuming = [assume_key(), assume_xcom()]
    for one in fetched:
        one >> [*assuming, price_list]
    fetched >> call_for_help()
    [*assuming, publish(price_list)] >> compare()


xcom_without_error_handling()
