"""The toolkit's backends keep the contract where objects are in S3, reached over HTTP by a connection of Airflow's.

Those that keep every value in the row ask nothing of a store.
"""

from __future__ import annotations

import pytest

import airflow_xcom_toolkit as toolkit
from airflow_xcom_toolkit.testing import xcom_backend_contract
from tests.contract.conftest import BUCKET
from tests.contract.remote import in_one_call
from tests.servers import ceph

pytestmark = pytest.mark.usefixtures("s3")

TestToolkitXComBackend = xcom_backend_contract(
    toolkit.ToolkitXComBackend, store=ceph.path(BUCKET), list_objects=in_one_call
)
