"""What functions declare to return."""

from __future__ import annotations

from decimal import Decimal
from functools import partial, wraps
from typing import Any

import numpy as np
import polars as pl
import pytest

from airflow_xcom_toolkit.cli.scan.hints import UnresolvedError, returned, text_of

from . import shop


def test_an_import_for_type_checkers_is_followed() -> None:
    assert returned(shop.array) == ("np.ndarray", np.ndarray)
    assert returned(shop.money) == ("list[Money]", list[Decimal])


def test_a_usual_name_is_known_without_an_import() -> None:
    """Many dags import pandas in the function that needs it."""
    assert returned(shop.usual) == ("pl.DataFrame", pl.DataFrame)


@pytest.mark.parametrize(("function", "name"), [(shop.missing, "nowhere_at_all"), (shop.unknown, "Whatever")])
def test_a_name_that_cannot_be_resolved_is_told(function: Any, name: str) -> None:
    with pytest.raises(UnresolvedError, match=f"{name} cannot be resolved"):
        returned(function)


def test_no_annotation_is_none() -> None:
    assert returned(shop.undeclared) is None


def test_a_decorated_or_partial_function_declares_what_it_wraps_declares() -> None:
    @wraps(shop.array)
    def wrapped() -> Any: ...

    assert returned(partial(wrapped)) == ("np.ndarray", np.ndarray)


@pytest.mark.parametrize(("hint", "text"), [(int, "int"), (pl.DataFrame, "polars.DataFrame"), (list[int], "list[int]")])
def test_types_are_written_as_people_do(hint: Any, text: str) -> None:
    assert text_of(hint) == text
