"""The toolkit's backend keeps the contract where objects are in Azure Blob Storage, reached over HTTP by a connection
of Airflow's."""

from __future__ import annotations

import pytest

import airflow_xcom_toolkit as toolkit
from airflow_xcom_toolkit.testing import xcom_backend_contract
from tests.contract.conftest import BUCKET
from tests.contract.remote import in_one_call
from tests.servers import azurite

pytestmark = pytest.mark.usefixtures("azure")

TestToolkitXComBackend = xcom_backend_contract(
    toolkit.ToolkitXComBackend, store=azurite.path(BUCKET), list_objects=in_one_call
)
