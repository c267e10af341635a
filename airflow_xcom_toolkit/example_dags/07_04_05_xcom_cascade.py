"""A value passes through a chain of tasks that each add to it; and when one of them fails, the others learn of it.

Three orders go through the same three levels, each in a task group of its own: `split` makes rows of a text, `price`
adds them up, `add_tax` adds the tax.

- `good` passes all **levels**.
- `bad` has a line without a number. Its `price` pushes what is wrong as `error`, and then fails with a `ValueError`.
  The error **propagates as a state**: `add_tax` does not start, it is `upstream_failed`.
- `tolerant` has the same line, but its `price` leaves the line out and passes it on. The error **propagates as a
  value**, in the list `errors` of the XComs, and the chain goes on.
- `report` runs whatever happened (`trigger_rule="all_done"`), and pulls from every level how far each order came.

**Look for** the red `bad.price` and the orange `bad.add_tax` in the graph, and for `reached` and `errors` in the XCom
tab of `report`. What a failed task pushed before it failed stays, and can be pulled. The run ends as a success, as
`report`, its last task, does; a chain without such a task would fail the run.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task, task_group

LEVELS = ["split", "price", "add_tax"]
ORDERS = {
    "good": "2 tea 2.5, 1 coffee 4.5",
    "bad": "2 tea 2.5, one coffee 4.5",
    "tolerant": "2 tea 2.5, one coffee 4.5",
}


@task
def split(text: str) -> list[str]:
    return text.split(", ")


@task(multiple_outputs=False)
def price(lines: list[str], is_tolerant: bool, ti: Any = None) -> dict[str, Any]:
    total, errors = 0.0, []
    for line in lines:
        try:
            total += price_of(line)
        except ValueError as error:
            errors.append(f"{line}: {error}")
    if errors and not is_tolerant:
        ti.xcom_push(key="error", value=errors[0])  # Before it fails: afterwards it cannot.
        raise ValueError(errors[0])
    return {"total": total, "errors": errors}


@task(multiple_outputs=False)
def add_tax(priced: dict[str, Any]) -> dict[str, Any]:
    """Adds to the value of the level before, and hands on what it does not know."""
    return {**priced, "with tax": priced["total"] * 1.25}


@task(trigger_rule="all_done", multiple_outputs=False)
def report(ti: Any = None) -> dict[str, Any]:
    return {order: outcome_of(order, ti) for order in ORDERS}


def price_of(line: str) -> float:
    count, _, single = line.split()
    return int(count) * float(single)


def outcome_of(order: str, ti: Any) -> dict[str, Any]:
    """How far an order came: a level that did not end has no value."""
    values = ti.xcom_pull(task_ids=[f"{order}.{level}" for level in LEVELS])
    reached = [level for level, value in zip(LEVELS, values) if value is not None]
    error = ti.xcom_pull(task_ids=f"{order}.price", key="error")
    last = values[-1] or {"with tax": None, "errors": [error]}
    return {"reached": reached[-1], "with tax": last["with tax"], "errors": last["errors"]}


@task_group
def cascade(order: str) -> None:
    add_tax(price(split(ORDERS[order]), is_tolerant=order == "tolerant"))


@dag(
    "07_04_05_xcom_cascade",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_cascade() -> None:
    [cascade.override(group_id=order)(order) for order in ORDERS] >> report()


xcom_cascade()
