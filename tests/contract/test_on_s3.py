"""The toolkit's backends keep the contract where objects are in S3, reached over HTTP by a connection of Airflow's.

Those that keep every value in the row are held only to the promises that reach the store even so: about rows and
objects that others wrote. `test_on_memory` holds them to all.
"""

from __future__ import annotations

from typing import Any

import pytest

import airflow_xcom_toolkit as toolkit
from airflow_xcom_toolkit.testing import XComBackendContract, xcom_backend_contract
from airflow_xcom_toolkit.testing.promises.foreign import Foreign
from airflow_xcom_toolkit.testing.promises.golden import ReadableForEver
from airflow_xcom_toolkit.testing.promises.purging import Purge
from tests.contract.conftest import BUCKET, CONNECTION

pytestmark = pytest.mark.usefixtures("s3")
STORE = f"s3://{CONNECTION}@{BUCKET}/xcom"


def in_one_call(self: XComBackendContract) -> list[str]:
    """The keys of all objects below the path of a test. To find that there are none takes ``fs.find`` three calls."""
    from airflow.sdk import ObjectStoragePath

    folder, _, name = self.url.rpartition("/")
    path = ObjectStoragePath(folder)
    path.fs.invalidate_cache()
    found = path.fs.find(path.path, prefix=f"{name}/")
    return sorted(key.removeprefix(f"{path.path}/{name}/") for key in found)


class _OfRows(Foreign, Purge, ReadableForEver):
    """What a backend without objects of its own has to do with the store."""

    store = STORE
    list_objects: Any = in_one_call


class TestSerdeXComBackend(_OfRows):
    backend = toolkit.SerdeXComBackend


class TestFernetXComBackend(_OfRows):
    backend = toolkit.FernetXComBackend


class TestVersionedXComBackend(_OfRows):
    backend = toolkit.VersionedXComBackend


TestThresholdXComBackend = xcom_backend_contract(toolkit.ThresholdXComBackend, store=STORE, list_objects=in_one_call)
TestToolkitXComBackend = xcom_backend_contract(toolkit.ToolkitXComBackend, store=STORE, list_objects=in_one_call)
