"""What a contract says that its backend does not do."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.sdk.bases.xcom import BaseXCom

import airflow_xcom_toolkit as toolkit
from airflow_xcom_toolkit.testing import no, xcom_backend_contract
from airflow_xcom_toolkit.testing.capabilities import CAPABILITIES, Missing, capability

LACKS = {
    "SerdeXComBackend": {"offloads", "uses_fsspec", "encrypts"},
    "VersionedXComBackend": {"offloads", "uses_fsspec", "encrypts"},
    "FernetXComBackend": {"offloads", "uses_fsspec", "plain"},
    "ThresholdXComBackend": {"encrypts"},
    "ToolkitXComBackend": set(),
}


def lacks(backend: Any, **said: Any) -> set[str]:
    contract = xcom_backend_contract(backend, **said)
    return {name for name in CAPABILITIES if not capability(contract, name)}


@pytest.mark.parametrize("name", LACKS)
def test_a_subclass_of_a_toolkit_backend_needs_to_say_nothing(name: str) -> None:
    acme = type("AcmeXCom", (getattr(toolkit, name),), {})
    assert lacks(acme) == LACKS[name]


def test_what_a_contract_says_goes_before_what_is_known() -> None:
    assert "encrypts" not in lacks(toolkit.ThresholdXComBackend, encrypts=True)


def test_a_backend_from_scratch_has_every_capability_until_it_says_no() -> None:
    assert lacks(BaseXCom) == set()
    assert lacks(BaseXCom, offloads=no("rows only")) == {"offloads"}


def test_the_reason_is_kept() -> None:
    found = capability(xcom_backend_contract(BaseXCom, offloads=no("rows only")), "offloads")
    assert found == Missing("rows only")


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_must_be_given(reason: str) -> None:
    with pytest.raises(ValueError, match="Say why"):
        no(reason)


@pytest.mark.parametrize("said", [False, "no", 0])
def test_anything_else_is_an_error_that_says_what_is_allowed(said: Any) -> None:
    with pytest.raises(TypeError, match=r'no\("the reason"\)'):
        capability(xcom_backend_contract(BaseXCom, offloads=said), "offloads")
