"""The promises that hang most on the version of Airflow. The short form of the matrix names this to pytest."""

from __future__ import annotations

from airflow_xcom_toolkit import ToolkitXComBackend
from airflow_xcom_toolkit.testing.promises.calls import AirflowCalls
from airflow_xcom_toolkit.testing.promises.hook_pairs import HookPairs
from airflow_xcom_toolkit.testing.promises.purging import Purge
from airflow_xcom_toolkit.testing.promises.rollback import Rollback


class TestToolkitXComBackend(AirflowCalls, HookPairs, Purge, Rollback):
    backend = ToolkitXComBackend
