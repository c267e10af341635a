"""The golden files that users get are those of these tests."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from airflow_xcom_toolkit.testing import golden
from airflow_xcom_toolkit.testing.golden.values import TOOLKIT
from airflow_xcom_toolkit.testing.same import assert_same
from tests.wire.cases import KEY, RELEASES, pulled
from tests.wire.ship import SHIPPED, shipped
from tests.wire.write import FORMS

CASES = [(release, name) for release, values in TOOLKIT.items() for name in values]


def test_every_release_is_shipped() -> None:
    """In the forms that it was written in, with the key that opens it."""
    assert (set(golden.RELEASES), set(golden.FORMS), golden.KEY) == (set(RELEASES), set(FORMS), KEY)
    assert set(TOOLKIT) == set(RELEASES)


@pytest.mark.parametrize("release", RELEASES)
def test_each_shipped_row_is_the_golden_one(release: str) -> None:
    """Row and object, to the last bit."""
    assert json.loads((SHIPPED / f"{release}.json").read_text()) == shipped(release)


@pytest.mark.parametrize("release", RELEASES)
def test_only_rows_with_classes_of_these_tests_are_left_out(release: str) -> None:
    """Users have no ``tests.wire``."""
    left_out = [name for name in RELEASES[release] if name not in TOOLKIT[release]]
    rows = json.dumps({name: json.loads((SHIPPED / f"{release}.json").read_text()) for name in TOOLKIT[release]})
    assert "tests.wire" not in rows
    assert left_out == {"0.1.0": ["classes"], "0.2.0": ["instance", "older instance", "instances", "generic"]}[release]


@pytest.mark.parametrize(("release", "name"), CASES)
def test_the_values_are_the_same(release: str, name: str) -> None:
    """What users compare with is what the golden rows were written of."""
    assert_same(TOOLKIT[release][name].make(), pulled(RELEASES[release][name]))


def test_what_is_shipped_stays_small() -> None:
    assert sum((SHIPPED / f"{release}.json").stat().st_size for release in RELEASES) < 300_000


def test_they_are_not_written_again() -> None:
    """A release is shipped once."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.wire.ship", "0.1.0"], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "never rewritten" in done.stderr
