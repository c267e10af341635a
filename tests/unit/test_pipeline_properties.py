"""Any value, through any form of row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_xcom_toolkit.envelope import is_envelope
from airflow_xcom_toolkit.handlers._json import ROW, fit
from airflow_xcom_toolkit.testing.same import assert_same
from airflow_xcom_toolkit.testing.strategies import plain_values
from tests.pipelines import AT, KEY, pipeline, strict


@pytest.mark.parametrize("keys", [(), (KEY,)], ids=["plain", "encrypted"])
@pytest.mark.parametrize("threshold", [None, 200, 0])
@given(value=plain_values())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_of_pythons_own_comes_back(
    value: Any, threshold: int | None, keys: tuple[str, ...], tmp_path: Path
) -> None:
    pipe = pipeline(tmp_path, threshold=threshold, keys=keys)
    row = pipe.push(value, AT)
    assert_same(pipe.pull(strict(row) if is_envelope(row) else json.loads(json.dumps(row)), AT).value, value)


@given(value=plain_values())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_row_is_the_value_itself_exactly_when_every_database_keeps_it(value: Any, tmp_path: Path) -> None:
    row = pipeline(tmp_path, threshold=None).push(value, AT)
    if fit(value) & ROW:
        assert row == value
        assert json.loads(json.dumps(row, allow_nan=False)) == value
    else:
        assert is_envelope(row)


@given(
    value=st.recursive(
        st.text() | st.floats(allow_nan=False), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_plain_row_is_never_longer_than_the_threshold(value: Any, tmp_path: Path) -> None:
    """In characters of its JSON, whatever these are in Python."""
    row = pipeline(tmp_path, threshold=60).push(value, AT)
    assert is_envelope(row) or len(json.dumps(row)) <= 60
