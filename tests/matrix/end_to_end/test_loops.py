"""Task Loops, which Airflow 3.4 has: iterations share dag, run, task, map index and key."""

from __future__ import annotations

import pytest

from tests.integration.airflow_env import Airflow


@pytest.mark.parametrize("task", ["improve", "checked"])
@pytest.mark.usefixtures("ended")
def test_each_iteration_keeps_its_own_object(task: str, airflow: Airflow) -> None:
    """As many objects as values pushed; the tasks compare what each iteration gives, after all have run."""
    rows = [row for row in airflow.rows("loops") if (row.task_id, row.key) == (f"refine.{task}", "return_value")]
    assert [row.map_index for row in rows] == [0, 1, 2]
    assert len({row.body["key"] for row in rows}) == 3
