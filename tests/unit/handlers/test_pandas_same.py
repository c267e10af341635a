"""The strict equality of these tests tells apart what pandas' own would not."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from airflow_xcom_toolkit.testing.same import is_same


def _attrs(frame: pd.DataFrame) -> pd.DataFrame:
    frame.attrs = {"a": 1}
    return frame


def _zone(zone: Any) -> Callable[[], Any]:
    return lambda: pd.date_range("2020", periods=2, tz=zone)


PAIRS: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "None and NaN": (lambda: pd.Series([None], dtype=object), lambda: pd.Series([np.nan], dtype=object)),
    "NA and NaT": (lambda: pd.Series([pd.NA], dtype=object), lambda: pd.Series([pd.NaT], dtype=object)),
    "1 and True": (lambda: pd.Series([1], dtype=object), lambda: pd.Series([True], dtype=object)),
    "0.0 and -0.0": (lambda: pd.Series([0.0]), lambda: pd.Series([-0.0])),
    "int64 and int32": (lambda: pd.Series([1], dtype="i8"), lambda: pd.Series([1], dtype="i4")),
    "storage": (lambda: pd.Series(["a"], dtype="string[python]"), lambda: pd.Series(["a"], dtype="string[pyarrow]")),
    "attrs": (lambda: pd.DataFrame({"a": [1]}), lambda: _attrs(pd.DataFrame({"a": [1]}))),
    "flags": (lambda: pd.Series([1]), lambda: pd.Series([1]).set_flags(allows_duplicate_labels=False)),
    "freq": (
        lambda: pd.date_range("2020", periods=3),
        lambda: pd.DatetimeIndex(list(pd.date_range("2020", periods=3))),
    ),
    "unit": (lambda: pd.Timestamp(0).as_unit("s"), lambda: pd.Timestamp(0).as_unit("ns")),
    "name": (lambda: pd.Index([1], name="a"), lambda: pd.Index([1])),
    "kind of name": (lambda: pd.Series([1], name=1), lambda: pd.Series([1], name=np.int64(1))),
    "range": (lambda: pd.RangeIndex(3), lambda: pd.Index([0, 1, 2])),
    "order of categories": (lambda: pd.Categorical(["a"], ["a", "b"]), lambda: pd.Categorical(["a"], ["b", "a"])),
    "ordered": (lambda: pd.Categorical(["a"]), lambda: pd.Categorical(["a"], ordered=True)),
    "sparse layout": (
        lambda: pd.arrays.SparseArray([0, 1], kind="block"),
        lambda: pd.arrays.SparseArray([0, 1], kind="integer"),
    ),
    "time zone": (_zone(ZoneInfo("UTC")), _zone(datetime.timezone.utc)),
    "closed": (lambda: pd.Interval(0, 1, closed="left"), lambda: pd.Interval(0, 1, closed="right")),
    "levels": (
        lambda: pd.MultiIndex.from_tuples([(1, 2)]),
        lambda: pd.MultiIndex.from_tuples([(1, 2), (0, 2)])[:1],
    ),
    "dtype of categories": (lambda: pd.CategoricalDtype([1]), lambda: pd.CategoricalDtype([1.0])),
}


@pytest.mark.parametrize(("make", "make_other"), [pytest.param(*pair, id=name) for name, pair in PAIRS.items()])
def test_strict_equality_tells_them_apart(make: Callable[[], Any], make_other: Callable[[], Any]) -> None:
    assert not is_same(make(), make_other())
    assert not is_same(make_other(), make())


@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, pair in PAIRS.items() for make in pair[1:]])
def test_strict_equality_knows_equals(make: Callable[[], Any]) -> None:
    assert is_same(make(), make())
