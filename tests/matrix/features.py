"""What the end-to-end dags show, each a dag in a file of its name, and the first Airflow that has it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Feature:
    """``name`` is that of the dag and of its file; ``words`` are for the reader of a table."""

    name: str
    words: str
    since: tuple[int, int] = (3, 0)


FEATURES = (
    Feature("mapped", "mapped tasks"),
    Feature("outputs", "`multiple_outputs`"),
    Feature("plain", "plain rows from before"),
    Feature("helping", "helpers"),
    Feature("deferring", "a trigger pulls and pushes"),
    Feature("retrying", "a retry"),
    Feature("clearing", "a cleared run"),
    Feature("coroutines", "async pushes and pulls", since=(3, 3)),
    Feature("loops", "Task Loops", since=(3, 4)),
)


def features_of(airflow: str) -> list[Feature]:
    """Those that an Airflow of this version has."""
    major, minor = airflow.split(".")[:2]
    return [feature for feature in FEATURES if feature.since <= (int(major), int(minor))]
