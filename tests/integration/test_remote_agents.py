"""The dag with which an operator checks remote agents."""

from __future__ import annotations

from .airflow_env import Airflow


def test_the_dag_of_the_guide_succeeds_and_tells_where_its_object_is(airflow: Airflow) -> None:
    """As ``docs/how-to/remote-agents.md`` says: type, size and URL are in the log, and the row shows nothing."""
    airflow.succeed("check_xcom", airflow.trigger("check_xcom"))
    log = airflow.logs("check_xcom")
    assert "pandas.dataframe@1" in log
    assert "encrypted: True" in log
    assert all(f"{airflow.store}/{key}" in log for key in airflow.objects("check_xcom"))
    assert not [row for row in airflow.rows("check_xcom") if "Oslo" in row.text or "city" in row.text]
