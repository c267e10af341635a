"""Checks push what they found, the findings decide which way the data goes, and an alert says why.

- `load_orders` returns five orders, three of which have something wrong with them.
- `check` is mapped over the rules (complete, unique, plausible): one instance for each, and each returns its
  **result**: how many rows it saw and the ids of those that break the rule. It does not fail
  itself: a finding is data, no error.
- `aggregate` makes **metrics** of all results: the share of bad rows, the findings by rule, the level.
- `decide` is a **branch**: it returns the ids of the tasks that go on. The others are skipped.

| level | when | what runs |
|---|---|---|
| `good` | no findings | `publish` |
| `doubtful` | no more bad rows than are tolerated | `publish` and `alert` |
| `bad` | more | `quarantine` and `alert` |

- `publish` passes on the good rows, `quarantine` keeps the bad ones back, by id; `alert` composes the message and
  writes it into its log, which stands in for mail or chat.
- `conclude` closes the run whatever way it went (`trigger_rule="none_failed_min_one_success"`). It pulls `None` from a
  task that was skipped.

**Push ids and numbers, not rows**, from a check: results are read by people, in the XCom tab and in alerts, and stay
small however bad the data is.

**Look for** `publish` in the color of skipped tasks, and the XCom of `decide`: its key is
`skipmixin_key`, in which Airflow keeps the way for the case that a task behind it is cleared. Then trigger the dag
with `tolerated` at 0.8: the same data is `doubtful`, and published.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from airflow.sdk import Param, dag, task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Row = dict[str, Any]
Result = dict[str, Any]


@task
def load_orders() -> list[Row]:
    return [
        {"id": 1, "customer": "ada", "pieces": 3},
        {"id": 2, "customer": None, "pieces": 1},
        {"id": 3, "customer": "bo", "pieces": -4},
        {"id": 4, "customer": "cy", "pieces": 2},
        {"id": 4, "customer": "cy", "pieces": 2},
    ]


@task(multiple_outputs=False)
def check(rule: str, rows: list[Row]) -> Result:
    """What one rule says about all rows."""
    ids = Counter(row["id"] for row in rows)
    broken: Callable[[Row], bool] = {
        "complete": lambda row: None in row.values(),
        "unique": lambda row: ids[row["id"]] > 1,
        "plausible": lambda row: row["pieces"] <= 0,
    }[rule]
    return {"rule": rule, "rows": len(rows), "failed": sorted({row["id"] for row in rows if broken(row)})}


@task(multiple_outputs=False)
def aggregate(rows: list[Row], results: Iterable[Result], params: dict[str, Any] | None = None) -> dict[str, Any]:
    """The metrics of the whole, and the level that they mean."""
    findings = {result["rule"]: result["failed"] for result in results}
    bad = {number for failed in findings.values() for number in failed}
    share = sum(row["id"] in bad for row in rows) / len(rows)
    tolerated = (params or {})["tolerated"]
    level = "good" if not bad else "doubtful" if share <= tolerated else "bad"
    return {"level": level, "bad share": share, "bad": sorted(bad), "findings": findings}


@task.branch
def decide(quality: dict[str, Any]) -> list[str]:
    """The ids of the tasks that go on."""
    ways = {"good": ["publish"], "doubtful": ["publish", "alert"], "bad": ["quarantine", "alert"]}
    return ways[quality["level"]]


@task
def publish(rows: list[Row], quality: dict[str, Any]) -> list[Row]:
    return [row for row in rows if row["id"] not in quality["bad"]]


@task
def quarantine(quality: dict[str, Any]) -> list[int]:
    """The ids that somebody has to look at."""
    bad: list[int] = quality["bad"]
    return bad


@task
def alert(quality: dict[str, Any]) -> str:
    findings = "; ".join(f"{rule}: {len(failed)} of them" for rule, failed in quality["findings"].items() if failed)
    message = f"Orders are {quality['level']}: {quality['bad share']:.0%} of the rows ({findings})"
    print(message)
    return message


@task(trigger_rule="none_failed_min_one_success")
def conclude(ti: Any = None) -> str:
    published = ti.xcom_pull(task_ids="publish")
    held_back = ti.xcom_pull(task_ids="quarantine")
    return f"published: {published and len(published)}, held back: {held_back and len(held_back)}"


@dag(
    "07_10_03_data_quality_results_xcom",
    schedule=None,
    tags=["reference", "patterns", "intermediate", "success"],
    params={"tolerated": Param(0.1, type="number", minimum=0, maximum=1, description="Share of rows that may be bad")},
    doc_md=__doc__,
)
def data_quality_results_xcom() -> None:
    rows = load_orders()
    results = check.partial(rows=rows).expand(rule=["complete", "unique", "plausible"])
    quality = aggregate(rows, results)
    decide(quality) >> [publish(rows, quality), quarantine(quality), alert(quality)] >> conclude()


data_quality_results_xcom()
