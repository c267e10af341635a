"""What TaskFlow does not do for you: each surprise is provoked for real, beside what to do about it.

**While the dag is parsed there is no value**, only a promise of one (`XComArg`). `try_the_promise` shows what became of
the attempts of the dag function: `if prices` is always true; `low, middle, high = prices`, `prices[0]` and
`len(prices)` are errors; and an f-string is a template: the task gets a *text*, `"[5, 12, 20]"`, and Airflow draws no
arrow for it.

**Not every value can be pushed.** `try_values` pushes one after another, pulls it again, and returns what came of it:

| value | default backend | toolkit | what to do |
|---|---|---|---|
| generator | refused | refused | return `list(…)` |
| function; likewise an open file, a connection | refused | refused | return what is needed to make it again |
| object of a class of this file | pushed, but **cannot be pulled** | refused | put the class into a module |
| `{1: "a"}` | arrives as `{"1": "a"}` | kept | use text keys |
| `15.0` | arrives as `15` where SQLite is Airflow's database | kept | |

**A return hint decides.** `by_weekday` has the hint `dict[int, str]`, so Airflow wants to push each entry under its
key, and a key that is no text is an error: the task **fails** with a `TypeError`. `by_weekday_whole` is the cure.

**A key with a typing error** is found in two ways. Of a task with one output, it fails who takes it: `use_wrong_key`
**fails** with `XComNotFound`. Of a task with several outputs it is just `None`: `use_misspelt_entry` succeeds.

**Tasks share nothing.** `add_price` changes the list that it got, and a default argument. `debug`, later, gets the
list as it was pushed; and its call of `add` starts with an empty default again, `[1]`, because each task is a process
of its own. (In `dag.test()`, where all tasks are one process, it is `[99, 99, 1]`: do not rely on either.)

**None and nothing** are the same for who pulls: `debug` gets `None` from `find_nothing`, and from a key never pushed.

**Debugging**: `debug` runs whatever happened (`trigger_rule="all_done"`) and logs and returns, of each XCom, the
type, the value, and how many bytes Airflow's default backend would make of it: `BaseXCom.serialize_value(value)` can be
called anywhere, in a unit test for instance. The last lines of this file run the whole dag in one process when the file
is started with `python`: with a debugger, and without a scheduler.

**Look for** two red tasks in a run that succeeds, because its last tasks do; the error at the end of their logs; and
the XComs of `try_the_promise`, `try_values` and `debug`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.bases.xcom import BaseXCom

PRICES = [5, 12, 20]


@dataclass
class Offer:
    """Can be made here, but not by who pulls it: nobody can import a dag file by its name."""

    price: int


def outcome(attempt: Callable[..., Any], *arguments: Any) -> str:
    """What came of it, in a few words."""
    try:
        return repr(attempt(*arguments))
    except Exception as error:
        return type(error).__name__


def unpack(prices: Any) -> None:
    low, middle, high = prices
    print(low, middle, high)


@task
def fetch_prices() -> list[int]:
    return PRICES


@task(multiple_outputs=False)
def try_the_promise(outcomes: dict[str, str], text: str) -> dict[str, str]:
    """What the dag function found out when it was parsed, and what its f-string became."""
    return {**outcomes, "f-string": f"{text!r}, a {type(text).__name__}"}


@task(multiple_outputs=False)
def try_values(ti: Any = None) -> dict[str, str]:
    """Pushes each value, and pulls it again."""
    values = {
        "generator": (price for price in PRICES),
        "function": outcome,
        "own class": Offer(5),
        "number as key": {1: "a"},
        "whole float": 15.0,
    }
    return {name: outcome(push_and_pull, ti, value) for name, value in values.items()}


def push_and_pull(ti: Any, value: Any) -> Any:
    ti.xcom_push(key="attempt", value=value)
    try:
        return ti.xcom_pull(task_ids=ti.task_id, key="attempt")
    finally:
        ti.xcom_push(key="attempt", value="done")  # So that no row is left that nobody can read.


@task
def by_weekday() -> dict[int, str]:
    """Fails: its hint means several outputs, and their keys have to be texts."""
    return {1: "Monday", 2: "Tuesday"}


@task(multiple_outputs=False)
def by_weekday_whole() -> dict[int, str]:
    return {1: "Monday", 2: "Tuesday"}


@task
def use_wrong_key(price: int) -> int:
    """Is never called: its argument cannot be found."""
    return price


@task
def limits() -> dict[str, int]:
    return {"lowest": min(PRICES), "highest": max(PRICES)}


@task
def use_misspelt_entry(lowest: int | None) -> str:
    return f"lowest is {lowest}"


def add(price: int, basket: list[int] = []) -> list[int]:  # noqa: B006  This is the trap.
    """The same list at each call, within one process."""
    basket.append(price)
    return basket


@task
def add_price(prices: list[int]) -> list[list[int]]:
    """Changes what it got, which changes nothing of what was pushed, and a default, which no other task sees."""
    prices.append(99)
    add(99)
    return [prices, list(add(99))]


@task
def find_nothing() -> None:
    """Pushes nothing."""


@task(multiple_outputs=False, trigger_rule="all_done")
def debug(ti: Any = None) -> dict[str, Any]:
    """One line for each XCom: what is it really?"""
    found = {
        name: ti.xcom_pull(task_ids=name) for name in ("fetch_prices", "add_price", "by_weekday_whole", "find_nothing")
    }
    found["never pushed"] = ti.xcom_pull(task_ids="fetch_prices", key="never pushed")
    found["default argument"] = add(1)
    lines = {name: describe(value) for name, value in found.items()}
    for name, line in lines.items():
        print(f"{name}: {line}")
    return lines


def describe(value: Any) -> str:
    row = json.dumps(BaseXCom.serialize_value(value))
    return f"{type(value).__name__} {value!r}, {len(row)} bytes"


@dag(
    "07_05_05_taskflow_xcom_caveats",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def taskflow_xcom_caveats() -> None:
    prices: Any = fetch_prices()
    found: Any = limits()
    outcomes = {
        "if prices": outcome(bool, prices),
        "low, middle, high = prices": outcome(unpack, prices),
        "prices[0]": outcome(lambda: prices[0]),
        "len(prices)": outcome(len, prices),
    }
    prices >> try_the_promise(outcomes, f"{prices}")  # The text alone would not make it wait.
    refused = [by_weekday(), use_wrong_key(prices["cheapest"])]
    use_misspelt_entry(found["lowset"])
    [try_values(), add_price(prices), by_weekday_whole(), find_nothing(), *refused] >> debug()


example = taskflow_xcom_caveats()

if __name__ == "__main__":
    example.test()
