"""Values that a task returns are those that the next task gets. The dags compare, in the tasks that pull."""

from __future__ import annotations

import pytest

from .airflow_env import Airflow


@pytest.mark.parametrize(
    ("dag_id", "promise"),
    [
        ("fidelity", "a DataFrame returned by a task is an argument of the next, equal in every part"),
        ("nesting", "what JSON loses comes back in value and type, nested anywhere"),
        ("arguments", "an argument may be what no row of Airflow's own can hold"),
        ("mapping", "mapped tasks get the items of a list, and lazy sequences and multiple outputs their values"),
        ("keys", "custom keys may hold slashes, spaces and any letters; the last push of a key is what is pulled"),
        ("small", "values that are false, or that the database would change, come back as they are"),
        ("retrying", "after a retry, the second attempt's values are pulled"),
    ],
)
def test_what_is_pulled_equals_what_was_pushed(
    airflow: Airflow, runs: dict[str, str], dag_id: str, promise: str
) -> None:
    """Each dag's run succeeds, and it does only if every comparison in it held."""
    airflow.succeed(dag_id, runs[dag_id])
    assert airflow.rows(dag_id), promise
