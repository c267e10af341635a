"""The toolkit's backends that make objects keep the contract where objects are in memory."""

from __future__ import annotations

import pytest

import airflow_xcom_toolkit as toolkit
from airflow_xcom_toolkit.testing import xcom_backend_contract
from tests.contract.compressing import Compressing

pytestmark = pytest.mark.usefixtures("memory")
STORE = "memory://contract"

TestToolkitXComBackend = xcom_backend_contract(toolkit.ToolkitXComBackend, store=STORE)
TestCompressed = xcom_backend_contract(Compressing, store=STORE)
