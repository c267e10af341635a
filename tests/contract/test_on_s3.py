"""The toolkit's backends keep the contract where objects are in S3, reached over HTTP by a connection of Airflow's."""

from __future__ import annotations

import pytest

import airflow_xcom_toolkit as toolkit
from airflow_xcom_toolkit.testing import xcom_backend_contract
from tests.contract.conftest import BUCKET, CONNECTION

pytestmark = pytest.mark.usefixtures("s3")
STORE = f"s3://{CONNECTION}@{BUCKET}/xcom"

TestSerdeXComBackend = xcom_backend_contract(toolkit.SerdeXComBackend, store=STORE)
TestThresholdXComBackend = xcom_backend_contract(toolkit.ThresholdXComBackend, store=STORE)
TestFernetXComBackend = xcom_backend_contract(toolkit.FernetXComBackend, store=STORE)
TestVersionedXComBackend = xcom_backend_contract(toolkit.VersionedXComBackend, store=STORE)
TestToolkitXComBackend = xcom_backend_contract(toolkit.ToolkitXComBackend, store=STORE)
