"""What tasks push comes back equal, and nothing is left behind, on this Airflow."""

from __future__ import annotations

import pytest

from airflow_xcom_toolkit.compat import HAS_TASK_LOOPS, airflow_version
from tests.integration.airflow_env import Airflow

from .conftest import NAMES

IS_30 = airflow_version().startswith("3.0.")


@pytest.mark.parametrize("name", NAMES)
def test_the_dag_succeeds(name: str, airflow: Airflow, ended: dict[str, str]) -> None:
    """Its tasks compare what they pull with what was pushed, by value and by type."""
    airflow.succeed(name, ended[name])


@pytest.mark.usefixtures("ended")
def test_every_object_is_named_by_one_row(airflow: Airflow) -> None:
    """After retries, a cleared run, and deletions, no object is missing, and none is left; but for one in Airflow 3.0.

    There the row of a mapped task's first try stays until the second try, another process, replaces it.
    """
    named = [row.body["key"] for row in airflow.rows() if isinstance(row.body, dict) and "key" in row.body]
    left = sorted(airflow.objects() - set(named))
    assert len(named) == len(set(named))
    assert airflow.objects() >= set(named)
    assert [key.rpartition("/")[2].partition(".")[0] for key in left] == (["side"] if IS_30 else [])
    assert all("/mapped/" in key for key in left)


@pytest.mark.usefixtures("ended")
def test_every_row_is_sealed_but_those_from_before(airflow: Airflow) -> None:
    """With keys, no row shows a value; what ``BaseXCom`` wrote is as it was."""
    clear = {(row.dag_id, row.key): row.value for row in airflow.rows() if '"sealed"' not in row.text}
    assert clear == {("plain", "small"): {"n": [1, 2.5, None, True], "text": "\N{SNOWMAN}"}}


@pytest.mark.parametrize("task", ["retrying.trying", "retrying.mapped", "clearing.push"])
@pytest.mark.usefixtures("ended")
def test_what_an_earlier_try_pushed_is_deleted_or_kept_as_the_documentation_says(task: str, airflow: Airflow) -> None:
    """Airflow 3.4 keeps it apart, where no later try sees it; 3.0 keeps it for mapped tasks; all others delete it."""
    dag_id, _, task_id = task.partition(".")
    keys = {row.key for row in airflow.rows(dag_id) if row.task_id == task_id}
    assert ("first" in keys) == (HAS_TASK_LOOPS or (task_id == "mapped" and IS_30))
