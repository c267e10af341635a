"""The toolkit's backends keep the contract where objects are in S3, reached over HTTP by a connection of Airflow's."""

from __future__ import annotations

import pytest

import airflow_xcom_toolkit as toolkit
from airflow_xcom_toolkit.testing import XComBackendContract, xcom_backend_contract
from tests.contract.conftest import BUCKET, CONNECTION

pytestmark = pytest.mark.usefixtures("s3")


def in_one_call(self: XComBackendContract) -> list[str]:
    """The keys of all objects below the path of a test. To find that there are none takes ``fs.find`` three calls."""
    from airflow.sdk import ObjectStoragePath

    folder, _, name = self.url.rpartition("/")
    path = ObjectStoragePath(folder)
    path.fs.invalidate_cache()
    found = path.fs.find(path.path, prefix=f"{name}/")
    return sorted(key.removeprefix(f"{path.path}/{name}/") for key in found)


ON_S3 = {"store": f"s3://{CONNECTION}@{BUCKET}/xcom", "list_objects": in_one_call}

TestSerdeXComBackend = xcom_backend_contract(toolkit.SerdeXComBackend, **ON_S3)
TestThresholdXComBackend = xcom_backend_contract(toolkit.ThresholdXComBackend, **ON_S3)
TestFernetXComBackend = xcom_backend_contract(toolkit.FernetXComBackend, **ON_S3)
TestVersionedXComBackend = xcom_backend_contract(toolkit.VersionedXComBackend, **ON_S3)
TestToolkitXComBackend = xcom_backend_contract(toolkit.ToolkitXComBackend, **ON_S3)
