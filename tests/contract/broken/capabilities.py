"""Backends whose tests say that they cannot do what they do, so as not to be asked whether they do it well; and that
claim what they do not do."""

from __future__ import annotations

from airflow_xcom_toolkit import SerdeXComBackend, ThresholdXComBackend, ToolkitXComBackend
from airflow_xcom_toolkit.testing import no

from .registry import fault


@fault("denies that it offloads", "test_offloads_is_true", offloads=no("too many tests"), uses_fsspec=no("the same"))
class DeniesOffloading(ToolkitXComBackend):
    pass


@fault("denies that it keeps values in the row", "test_inlines_is_true", inlines=no("too many tests"))
class DeniesInlining(ToolkitXComBackend):
    pass


@fault("denies that it encrypts", "test_encrypts_is_true", encrypts=no("too many tests"))
class DeniesEncryption(ToolkitXComBackend):
    pass


@fault("denies that it writes plain rows", "test_plain_is_true", plain=no("too many tests"))
class DeniesPlainRows(ToolkitXComBackend):
    pass


@fault(
    "denies that it uses fsspec, so that its store never fails",
    "test_uses_fsspec_is_true",
    uses_fsspec=no("too many tests"),
)
class DeniesFsspec(ThresholdXComBackend):
    pass


@fault("claims to encrypt, and does not", "test_encrypts_is_true", encrypts=True)
class ClaimsEncryption(ThresholdXComBackend):
    pass


@fault("claims to offload, and does not", "test_offloads_is_true", offloads=True, uses_fsspec=True)
class ClaimsOffloading(SerdeXComBackend):
    pass
