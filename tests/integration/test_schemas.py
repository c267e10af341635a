"""Schemas in real task processes, where dag files are imported under names of Airflow's own."""

from __future__ import annotations

from .airflow_env import Airflow


def test_values_with_schemas_go_from_task_to_task(airflow: Airflow, runs: dict[str, str]) -> None:
    """Of classes of the dag file, which the allow list could not name; of frames; by a rule; from another module."""
    airflow.succeed("schemas", runs["schemas"])
    rows = {row.task_id: row.text for row in airflow.rows("schemas") if row.key == "return_value"}
    assert rows.keys() == {"orders", "frame", "ruled", "shared"}
    assert all("airflow_xcom_toolkit.Envelope" in text for text in rows.values())
    assert "tests.orders" not in rows["orders"], "the schema is sealed with the value"
