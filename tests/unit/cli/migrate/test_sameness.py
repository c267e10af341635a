"""What ``migrate`` takes for the same value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from airflow_xcom_toolkit.cli.migrate.base import base_row
from airflow_xcom_toolkit.cli.migrate.sameness import fingerprint
from tests.pipelines import pipeline


def frame(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame(columns)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        (0.0, -0.0),
        ((1, 2), [1, 2]),
        ({1, 2}, frozenset({1, 2})),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (np.float32(1), np.float64(1)),
        (np.zeros((2, 3)), np.zeros((2, 3), order="F")),
        (np.zeros(3, ">f4"), np.zeros(3, "<f4")),
        (frame(a=[1, 2]), frame(a=[1, 3])),
        (frame(a=[1, 2]), frame(a=pd.array([1, 2], dtype="Int64"))),
        ({b"a" * 99, b"b" * 99}, {b"a" * 99, b"c" * 99}),
        ([b"a", b"b"], [b"b", b"a"]),
        (Decimal("1.10"), Decimal("1.1")),
    ],
)
def test_what_differs_in_anything_is_told_apart(one: Any, other: Any, tmp_path: Any) -> None:
    stages = pipeline(tmp_path)
    assert fingerprint(one, stages) != fingerprint(other, stages)


@pytest.mark.parametrize(
    "make",
    [
        lambda: float("nan"),
        lambda: [np.arange(6).reshape(2, 3)[:, ::2], {"x": (1, 2)}],
        lambda: frame(a=[1.5, None], b=["x", None]),
        lambda: {"deep": [[[{"bytes": b"\x00" * 50}]]]},
    ],
)
def test_two_equal_values_are_the_same(make: Any, tmp_path: Any) -> None:
    stages = pipeline(tmp_path)
    assert fingerprint(make(), stages) == fingerprint(make(), stages)


def test_sets_are_the_same_in_any_order(tmp_path: Any) -> None:
    """Two equal ones may be gone through in another order: here 8 and 0 fall into one place, the first one first."""
    stages = pipeline(tmp_path)
    one, other = {8, 0, b"x" * 90, b"y" * 90}, {0, 8, b"y" * 90, b"x" * 90}
    assert list({8, 0}) != list({0, 8})
    assert fingerprint([one], stages) == fingerprint([other], stages)


@pytest.mark.parametrize(
    "value",
    [None, 1, "text", [1, {"a": (1, 2)}], {"s": {1, 2}}, frame(a=[1, 2])],
    ids=lambda value: type(value).__name__,
)
def test_what_basexcom_keeps_gets_its_row(value: Any, tmp_path: Any) -> None:
    stages = pipeline(tmp_path)
    found = base_row(value, stages)
    assert found is not None
    assert "airflow_xcom_toolkit" not in str(found)


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        [2**64],
        1.0,
        "a\x00b",
        {1: "key"},
        {"__classname__": "x"},
        Decimal("1.10"),
        np.zeros(3),
        frame(a=[1, 2]).set_index("a", drop=False).T,
        b"bytes",
        {"deep": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]},
    ],
    ids=lambda value: str(value)[:12],
)
def test_what_basexcom_or_a_database_would_change_gets_none(value: Any, tmp_path: Any) -> None:
    assert base_row(value, pipeline(tmp_path)) is None
