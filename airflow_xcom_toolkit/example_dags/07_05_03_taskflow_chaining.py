"""A pipeline of chained calls: each step takes what the one before returned, from raw text to a report.

`extract → parse → drop_invalid → convert → total → publish`, and in the dag function that is one line each, or one
inside another. Every step is a function that can be tested without Airflow: `drop_invalid.function([...])` calls it.

- `extract` returns lines of text, as a file would have them.
- `parse` makes orders of them, with a `Decimal` for money and a `date`: real types travel, not texts.
- `drop_invalid` keeps what can be sold, and says in its log what it dropped.
- `fetch_rates` depends on nothing and runs beside them; `convert` takes **two** upstream values, so it waits for both.
- `total` adds up by country, and `publish` writes the report.
- `notify` needs no value, only the order: `>>` chains it behind `publish`.

**With Airflow's default backend** a `Decimal` travels as a float: `Decimal("20.00")` arrives as `Decimal("20.0")`, and
the report says `DE 61.5 EUR`. Where the digits of an amount matter, push it as a text or use the toolkit, which keeps
it: `DE 61.50 EUR`.

**Look for** the values between the steps in the XCom tab of each: that is how such a pipeline is debugged. The log of
`drop_invalid` names the order that went, and that of `publish` has the report; where the toolkit encrypts, with `***`
for the amounts: what was secret in the database is masked in logs, too.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from airflow.sdk import dag, task

Order = dict[str, Any]


@task
def extract() -> list[str]:
    return [
        "1;2026-01-05;DE;EUR;20.00",
        "2;2026-01-05;US;USD;45.00",
        "3;2026-01-06;US;USD;-1.00",
        "4;2026-01-07;DE;EUR;1.25",
        "5;2026-01-07;DE;EUR;40.25",
    ]


@task
def parse(lines: list[str]) -> list[Order]:
    """Texts become values: a number, a day, an amount."""
    rows = [line.split(";") for line in lines]
    return [
        {
            "id": int(number),
            "day": date.fromisoformat(day),
            "country": country,
            "currency": currency,
            "amount": Decimal(amount),
        }
        for number, day, country, currency, amount in rows
    ]


@task
def drop_invalid(orders: list[Order]) -> list[Order]:
    """A new list: what `parse` pushed stays as it is."""
    for order in orders:
        if order["amount"] <= 0:
            print(f"dropped order {order['id']}")
    return [order for order in orders if order["amount"] > 0]


@task(multiple_outputs=False)
def fetch_rates() -> dict[str, Decimal]:
    """Euros for one of each currency; whole, for one reader, so not split by currency."""
    return {"EUR": Decimal(1), "USD": Decimal("0.80")}


@task
def convert(orders: list[Order], rates: dict[str, Decimal]) -> list[Order]:
    return [
        {"country": order["country"], "euros": (order["amount"] * rates[order["currency"]]).quantize(Decimal("0.01"))}
        for order in orders
    ]


@task(multiple_outputs=False)
def total(sales: list[Order]) -> dict[str, Decimal]:
    """Euros by country."""
    totals: dict[str, Decimal] = {}
    for sale in sales:
        totals[sale["country"]] = totals.get(sale["country"], Decimal(0)) + sale["euros"]
    return totals


@task
def publish(totals: dict[str, Decimal]) -> str:
    report = ", ".join(f"{country} {euros} EUR" for country, euros in sorted(totals.items()))
    print(report)
    return report


@task
def notify() -> None:
    print("The report is there.")


@dag(
    "07_05_03_taskflow_chaining",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def taskflow_chaining() -> None:
    valid = drop_invalid(parse(extract()))
    sales = convert(valid, fetch_rates())
    publish(total(sales)) >> notify()


taskflow_chaining()
