"""All backends that the documentation compares, on local files. Airflow's own break promises, so pytest is not to find
this by itself: `tests.contract.comparison` runs it."""

from __future__ import annotations

from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend
from airflow.sdk.bases.xcom import BaseXCom

import airflow_xcom_toolkit as toolkit
from airflow_xcom_toolkit.testing import no, xcom_backend_contract

_NOT_OURS = no("the rows of the toolkit are read once its classes are allowed; see promise 7")

TestBaseXCom = xcom_backend_contract(
    BaseXCom,
    offloads=no("BaseXCom keeps every value in the row"),
    uses_fsspec=no("BaseXCom keeps every value in the row"),
    encrypts=no("BaseXCom does not encrypt"),
    reads_toolkit_rows=_NOT_OURS,
)
TestXComObjectStorageBackend = xcom_backend_contract(
    XComObjectStorageBackend,
    encrypts=no("XComObjectStorageBackend does not encrypt"),
    reads_toolkit_rows=_NOT_OURS,
)
TestSerdeXComBackend = xcom_backend_contract(toolkit.SerdeXComBackend)
TestThresholdXComBackend = xcom_backend_contract(toolkit.ThresholdXComBackend)
TestFernetXComBackend = xcom_backend_contract(toolkit.FernetXComBackend)
TestVersionedXComBackend = xcom_backend_contract(toolkit.VersionedXComBackend)
TestToolkitXComBackend = xcom_backend_contract(toolkit.ToolkitXComBackend)
