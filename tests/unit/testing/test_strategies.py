"""What the strategies make comes back as it was, and is of every kind that they promise."""

from __future__ import annotations

import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis.errors import NoSuchExample

from airflow_xcom_toolkit.handlers._json import ROW, fit
from airflow_xcom_toolkit.testing import strategies
from airflow_xcom_toolkit.testing.database.ways import in_jsonb, in_mariadb, in_sqlite
from airflow_xcom_toolkit.testing.properties import examples
from airflow_xcom_toolkit.testing.same import assert_same
from tests.roundtrip import through

OF_VALUES = [
    *("values", "plain_values", "json_values", "numpy_values", "arrays", "dtypes", "pandas_values", "frames", "series"),
    *("indexes", "arrow_values", "arrow_tables", "arrow_arrays", "arrow_types", "polars_frames", "polars_series"),
]


@cache
def made(name: str) -> list[Any]:
    """Some of what a strategy makes; the same in each run. Of `values` as many as the contract asks for."""
    found: list[Any] = []

    @examples(50 if name == "values" else 25)
    @given(getattr(strategies, name)())
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    return found


@pytest.mark.parametrize("name", OF_VALUES)
def test_what_a_strategy_makes_comes_back_as_it_was(name: str) -> None:
    """Through the type handlers."""

    for value in made(name):
        assert_same(through(value), value)


@examples(60)
@given(strategies.json_values())
def test_every_database_keeps_the_json(value: Any) -> None:
    """In value, type and the order of keys."""
    assert fit(value) & ROW
    for database in (in_sqlite, in_jsonb, in_mariadb):
        assert_same(database(value), value)


def _is(*kinds: str) -> Callable[[Any], bool]:
    return lambda value: f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.") in kinds


KINDS: dict[str, Callable[[Any], bool]] = {
    **{name: _is(name) for name in ("bytes", "bytearray", "tuple", "set", "frozenset", "numpy.ndarray")},
    "tuple of one": lambda value: type(value) is tuple and len(value) == 1,
    "deque": lambda value: type(value) is deque,
    "Decimal": lambda value: type(value) is Decimal,
    "datetime with a zone": lambda value: type(value) is datetime and value.tzinfo is not None,
    "dict with other keys": lambda value: type(value) is dict and any(type(key) is not str for key in value),
    "DataFrame": _is("pandas.DataFrame", "pandas.core.frame.DataFrame"),
    "Series": _is("pandas.Series", "pandas.core.series.Series"),
    "Arrow": lambda value: type(value).__module__.startswith("pyarrow."),
    "polars": lambda value: type(value).__module__.startswith("polars."),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_values_of_one_test_are_of_every_kind_that_many_use(kind: str) -> None:
    """Where a backend that changes its parts would find them: in lists, tuples and the values of dicts."""
    assert any(map(KINDS[kind], (part for value in made("values") for part in _parts(value))))


def _parts(value: Any) -> Iterator[Any]:
    yield value
    if type(value) in (list, tuple, dict):
        for part in value.values() if type(value) is dict else value:
            yield from _parts(part)


WANTED: dict[str, tuple[str, Any]] = {
    "a MultiIndex": ("frames", lambda frame: frame.index.nlevels > 1),
    "labels in levels": ("frames", lambda frame: frame.columns.nlevels > 1),
    "duplicate labels": ("frames", lambda frame: not frame.columns.is_unique),
    "attrs": ("frames", lambda frame: frame.attrs),
    "a category": ("series", lambda series: series.dtype == "category"),
    "a freq": ("indexes", lambda index: getattr(index, "freq", None) is not None),
    "a time zone": ("indexes", lambda index: getattr(index, "tz", None) is not None),
    "nullable numbers": ("series", lambda series: hasattr(series.array, "_mask")),
    "Arrow's types": ("series", lambda series: type(series.dtype).__name__ == "ArrowDtype"),
    "Fortran order": ("arrays", lambda array: array.flags.fnc),
    "big-endian numbers": ("arrays", lambda array: array.dtype.str[0] == ">" and array.size),
    "structured arrays": ("arrays", lambda array: array.dtype.names),
    "objects": ("arrays", lambda array: array.dtype == object and array.size),
    "no dimension": ("arrays", lambda array: array.ndim == 0),
    "metadata of a dtype": ("dtypes", lambda dtype: dtype.metadata),
    "metadata of a table": ("arrow_tables", lambda table: table.schema.metadata),
}


FIRST = settings(
    max_examples=2000,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
"""The first that is found will do: nothing is made smaller."""


@cache
def lacking(strategy: str) -> set[str]:
    """What is wanted of a strategy and not among its examples, which end when all is found."""
    wanted = {name: shows for name, (of, shows) in WANTED.items() if of == strategy}

    def shows_the_last(value: Any) -> bool:
        for name in [name for name, shows in wanted.items() if shows(value)]:
            del wanted[name]
        return not wanted

    with suppress(NoSuchExample):
        find(getattr(strategies, strategy)(), shows_the_last, settings=FIRST, random=Random(0))
    return set(wanted)


@pytest.mark.parametrize("name", WANTED)
def test_a_strategy_makes_what_it_promises(name: str) -> None:
    """Among others."""
    assert name not in lacking(WANTED[name][0])


def test_every_name_is_there() -> None:
    """And no other."""
    assert set(OF_VALUES) < set(strategies.__all__) == set(dir(strategies))
    for name in strategies.__all__:
        assert getattr(strategies, name).__doc__
    with pytest.raises(AttributeError, match="nothing"):
        strategies.nothing  # noqa: B018


def test_importing_the_strategies_imports_nothing_else() -> None:
    """A library is imported by the first use of a strategy of it."""
    code = (
        "import sys; from airflow_xcom_toolkit.testing import strategies; strategies.plain_values()\n"
        "print(*{'numpy', 'pandas', 'pyarrow', 'polars', 'airflow'} & {*sys.modules})"
    )
    assert not subprocess.check_output([sys.executable, "-c", code], text=True).strip()
