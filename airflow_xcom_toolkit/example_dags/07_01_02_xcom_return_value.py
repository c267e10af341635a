"""What a task returns is pushed for it, under the key ``return_value``, and is passed on like the result of a function.

- `read_prices` returns a list: one XCom, with the key `return_value`.
- `summarize` takes it as an argument. It returns **several values**: with `multiple_outputs=True`, each key of its
  dict is an XCom of its own, `lowest` and `highest`, beside the whole dict under `return_value`.
- `first_and_last` returns several values, too, as a tuple: that is *one* XCom, and it comes back as a tuple.
- `log_prices` returns nothing, and `clean_up` says `do_xcom_push=False`: neither has an XCom.
- `report` reads them all, in both ways: as arguments, and with `ti.xcom_pull`.

**Look for** three entries in the XCom tab of `summarize`, one in that of `first_and_last`, none in those of
`log_prices` and `clean_up`. In the graph, an argument is an arrow: nobody had to write `>>`.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task


@task
def read_prices() -> list[float]:
    return [9.5, 2.5, 24.5]


@task(multiple_outputs=True)
def summarize(prices: list[float]) -> dict[str, float]:
    """A return hint of ``dict`` with ``str`` keys does the same as ``multiple_outputs=True``."""
    return {"lowest": min(prices), "highest": max(prices)}


@task
def first_and_last(prices: list[float]) -> tuple[float, float]:
    return prices[0], prices[-1]


@task
def log_prices(prices: list[float]) -> None:
    print(f"{len(prices)} prices")


@task(do_xcom_push=False)
def clean_up(prices: list[float]) -> int:
    """Its result is of no use to others, so it is not pushed."""
    return len(prices)


@task(multiple_outputs=False)
def report(highest: float, ends: tuple[float, float], ti: Any = None) -> dict[str, Any]:
    return {
        "without key": ti.xcom_pull(task_ids="summarize"),
        "key return_value": ti.xcom_pull(task_ids="summarize", key="return_value"),
        "key lowest": ti.xcom_pull(task_ids="summarize", key="lowest"),
        "argument highest": highest,
        "argument ends": ends,
        "type of ends": type(ends).__name__,
        "nothing returned": ti.xcom_pull(task_ids="log_prices"),
        "not pushed": ti.xcom_pull(task_ids="clean_up"),
    }


@dag(
    "07_01_02_xcom_return_value",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_return_value() -> None:
    prices = read_prices()
    summary: Any = summarize(prices)  # A part of it is an argument, too: summary["highest"].
    done = report(summary["highest"], first_and_last(prices))
    [log_prices(prices), clean_up(prices)] >> done


xcom_return_value()
