"""All examples in one started Airflow, at once."""

from __future__ import annotations

from pathlib import Path

from .catalogue import examples
from .deployment import started
from .expected import expected
from .outcome import Outcome, outcomes

LIMIT = 600.0
"""Seconds until all runs must have ended."""


def run_all(backend: str, home: Path) -> dict[str, Outcome]:
    """What each dag of the examples left, by its id."""
    with started(backend, home) as airflow:
        dag_ids = [dag_id for example in examples() for dag_id in airflow.dags_of(example.name)]
        airflow.begin(dag_id for dag_id in dag_ids if expected(dag_id, backend).starts)
        airflow.wait_for(dag_ids, LIMIT)
        return outcomes(airflow, dag_ids)
