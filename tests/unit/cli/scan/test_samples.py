"""Instances that are made up of types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from types import GeneratorType
from typing import Any, Literal, NewType, Union

import numpy as np
import pandas as pd
import pytest

from airflow_xcom_toolkit.cli.scan.samples import MOST, Samples, UnknownError
from airflow_xcom_toolkit.comparison import is_same

from .shop import Colour, Model, Opaque, Order, Point, Split, Strict

UTC = timezone.utc


@pytest.mark.parametrize(
    ("hint", "values"),
    [
        (int, [1]),
        (Union[int, str], [1, "a"]),
        (Union[datetime, None], [datetime(2024, 1, 2, tzinfo=UTC)]),
        (list[int | None], [[1], [None]]),
        (dict[int, str], [{1: "a"}]),
        (tuple[int, str], [(1, "a")]),
        (tuple[int, ...], [(1,)]),
        (Sequence[int], [[1]]),
        (Mapping[str, list[int]], [{"a": [1]}]),
        (Literal["x", 2], ["x", 2]),
        (NewType("Id", int), [1]),
        (set[bytes], [{b"a"}]),
        (Split, [{"train": [1], "scale": 1.5}]),
        (Point, [Point(1, 1.5)]),
        (Model, [Model(no=1)]),
        (Colour, [Colour.RED]),
        (np.int8, [np.int8(1)]),
        (np.ndarray[Any, np.dtype[np.float32]], [np.zeros(2, "f4")]),
    ],
)
def test_a_type_has_these(hint: Any, values: list[Any]) -> None:
    assert is_same(Samples(hint).values, values)


def test_a_class_that_holds_itself_has_an_end() -> None:
    found = Samples(Order).values
    assert found[0].lines == ["a"]
    assert len(found) <= MOST


def test_libraries_are_imported_for_their_own_types_only() -> None:
    assert isinstance(Samples(pd.DataFrame).values[0], pd.DataFrame)


def test_an_iterator_is_one() -> None:
    """It is what a task must not return: no backend keeps it."""
    assert isinstance(Samples(Iterator[int]).values[0], GeneratorType)


@pytest.mark.parametrize("hint", [list, dict[str, Any], tuple[int, Any]])
def test_what_a_part_does_not_declare_is_noted(hint: Any) -> None:
    found = Samples(hint)
    assert found.undeclared
    assert found.values


def test_validators_that_refuse_made_up_values_are_told() -> None:
    with pytest.raises(UnknownError, match="Strict cannot be made up"):
        Samples(Strict)


def test_a_constructor_of_an_opaque_class_is_not_called() -> None:
    """It may open a connection."""
    (found,) = Samples(Opaque).values
    assert type(found) is Opaque
    assert vars(found) == {}
