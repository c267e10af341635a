"""What a `@task` function returns is pushed, what it takes is pulled: nobody writes a word about XCom.

- `fetch_prices` returns a list. Airflow pushes it under the key `return_value`.
- `add_up` and `count` take it as an argument: that they use it is also why they run after it.
- `summarize` has the return hint `dict[str, float]`. For Airflow this means **several outputs**: each entry gets a key
  of its own, beside the whole dict.
- `report` takes one entry of it, `summary["mean"]`. It also pulls the list by hand, to show that it is an XCom like
  any other.

**Type hints** are for the reader, the editor and a type checker. At run time Airflow looks at one of them only: a
return hint that is a dict or other mapping, as that of `summarize`. No value is ever checked against its hint or
converted to it: `report` says that `lowest` is a `float`, and gets the `int` that `summarize` has put in.

**Look for** three arrows in the graph that nobody drew with `>>`, and three keys in the XCom tab of `summarize`:
`mean`, `lowest` and `return_value`.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task


@task
def fetch_prices() -> list[float]:
    """Returns, and that is all it does to push."""
    return [19.5, 5, 13.25]


@task
def add_up(prices: list[float]) -> float:
    return sum(prices)


@task
def count(prices: list[float]) -> int:
    return len(prices)


@task
def summarize(prices: list[float], total: float, number: int) -> dict[str, float]:
    """Its hint makes Airflow push each entry for itself, too."""
    return {"mean": round(total / number, 2), "lowest": min(prices)}


@task
def report(mean: float, lowest: float, ti: Any = None) -> str:
    """`ti` is no XCom: Airflow passes the task instance to whoever has a parameter of that name."""
    pulled = ti.xcom_pull(task_ids="fetch_prices")
    return f"{pulled}: {mean} on average, {lowest} at least ({type(lowest).__name__})"


@dag(
    "07_05_01_implicit_xcom_in_taskflow",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def implicit_xcom_in_taskflow() -> None:
    prices = fetch_prices()
    summary: Any = summarize(prices, add_up(prices), count(prices))
    report(summary["mean"], summary["lowest"])


implicit_xcom_in_taskflow()
