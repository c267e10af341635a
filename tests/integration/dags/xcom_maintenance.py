"""The example dag that runs ``gc``, as it is."""

from __future__ import annotations

from airflow_xcom_toolkit.example_dags.xcom_maintenance import xcom_maintenance_dag

__all__ = ["xcom_maintenance_dag"]
