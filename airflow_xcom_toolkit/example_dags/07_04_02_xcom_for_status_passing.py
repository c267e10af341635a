"""Tasks say how it went in an XCom, and a branch reads that and decides which tasks come next.

- `check` looks at three files, one instance each. A bad file is a *result* and no crash: the task succeeds, and its
  XCom is the **status**: `ok`, and the reason if it is not.
- `decide` is a **branch**: it returns the ids of the tasks that shall run. Two of three files are good, so these are
  `load_good` and `report_bad`; `load_all` and `stop` are skipped.
- `finish` comes after all of them. Its trigger rule `none_failed_min_one_success` lets it run though some were
  skipped; a skipped task has pushed nothing, so it is pulled as `None`.

**Look for** the pink (skipped) tasks in the graph, and for the XCom of `decide`: its answer is not there as
`return_value`, but as `skipmixin_key`, which Airflow pushes itself, to know later which tasks to skip.

A task's *state* (success, failed, skipped) says whether its code ran to the end; a *status* says what it found. Let a
task fail where a person or a retry has to act, and pass a status where the dag itself knows what to do.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task

FILES = {"monday.csv": [9.5, 24.5], "tuesday.csv": [4.5, -3.5], "wednesday.csv": [7.5]}
PATHS = ["load_all", "load_good", "report_bad", "stop"]


@task(multiple_outputs=False)
def check(file: str) -> dict[str, Any]:
    """The status of one file; always with the same keys, so that readers need not guess."""
    prices = FILES[file]
    negative = [price for price in prices if price < 0]
    reason = f"negative prices: {negative}" if negative else None
    return {"file": file, "ok": not negative, "reason": reason, "rows": len(prices)}


@task.branch
def decide(statuses: list[dict[str, Any]]) -> list[str]:
    good = [status["ok"] for status in statuses]
    if all(good):
        return ["load_all"]
    return ["load_good", "report_bad"] if any(good) else ["stop"]


@task
def load_all() -> float:
    return sum(map(sum, FILES.values()))


@task
def load_good(statuses: list[dict[str, Any]]) -> float:
    return sum(sum(FILES[status["file"]]) for status in statuses if status["ok"])


@task
def report_bad(statuses: list[dict[str, Any]]) -> list[str]:
    return [f"{status['file']}: {status['reason']}" for status in statuses if not status["ok"]]


@task
def stop() -> None:
    raise ValueError("no file is good")


@task(trigger_rule="none_failed_min_one_success", multiple_outputs=False)
def finish(ti: Any = None) -> dict[str, Any]:
    return dict(zip(PATHS, ti.xcom_pull(task_ids=PATHS)))


@dag(
    "07_04_02_xcom_for_status_passing",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_for_status_passing() -> None:
    statuses = check.expand(file=list(FILES))
    decide(statuses) >> [load_all(), load_good(statuses), report_bad(statuses), stop()] >> finish()


xcom_for_status_passing()
