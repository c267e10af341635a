"""The contract can fail: each of its promises is broken by a backend, and a test rejects that backend."""

from __future__ import annotations

import pytest

from airflow_xcom_toolkit.compat import HAS_ASYNC

from .broken.faults import FAULTS
from .broken.registry import Fault
from .broken.running import Results, is_rejected, results
from .broken.table import committed, table


@pytest.fixture(scope="module")
def found() -> Results:
    return results()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.does)
def test_a_backend_is_rejected_that(fault: Fault, found: Results) -> None:
    """By the very test that is for it, and because of the fault: not because the fault itself does not run."""
    if not HAS_ASYNC and all(one.outcome == "not applicable" for one in found.get(fault.name, [])):
        pytest.skip("this Airflow has no async calls")
    assert is_rejected(fault, found), found.get(fault.name, f"{fault.test} did not run")


def test_whole_backends_pass_the_same_tests(found: Results) -> None:
    """It is the fault that is rejected, and not the backend around it."""
    whole = {name: found for name, found in found.items() if name.startswith("TestWhole")}
    assert whole
    assert [(name, one.test, one.error) for name, ran in whole.items() for one in ran if one.outcome == "broken"] == []


def test_there_are_many(found: Results) -> None:
    assert len({fault.does for fault in FAULTS}) == len(FAULTS) >= 48


def test_the_documentation_shows_them_all(found: Results) -> None:
    """``python -m tests.contract.broken`` writes the table anew."""
    assert committed() == table(FAULTS, found)
