"""The examples cover every type, come back as they were, and are made anew each time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from airflow_xcom_toolkit.errors import UnsupportedTypeError
from airflow_xcom_toolkit.handlers._json import ROW, fit
from airflow_xcom_toolkit.registry import _BUILT_IN, _handlers
from airflow_xcom_toolkit.testing.database.ways import in_jsonb, in_mariadb, in_sqlite
from airflow_xcom_toolkit.testing.same import assert_same, is_same
from airflow_xcom_toolkit.testing.values import EXAMPLES, JSON_EXAMPLES, REFUSED, Example
from tests.roundtrip import dumped, loaded

ONLY_REFUSE = {"py.refused@1", "numpy.memmap@1", "polars.lazyframe@1"}


@cache
def stored(name: str) -> tuple[str, bytes]:
    return dumped(EXAMPLES[name].make())


def _type_ids(node: Any) -> Iterator[str]:
    """Those in a tree, whose long texts may be trees themselves."""
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "~" and isinstance(value, str))
    if isinstance(node, (dict, list)):
        for part in node.values() if isinstance(node, dict) else node:
            yield from _type_ids(part)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_comes_back_as_it_was(name: str) -> None:
    """Through the type handlers alone, and compared with a value that was made apart from it."""
    assert_same(loaded(*stored(name)), EXAMPLES[name].make())


def test_every_type_that_needs_no_class_of_ones_own_has_an_example() -> None:
    """The ids of all handlers, but of those that only refuse."""
    known = {type_id for family in _BUILT_IN if family != "class" for type_id in _handlers(family)}
    found = {type_id for name in EXAMPLES for type_id in _type_ids(json.loads(stored(name)[0]))}
    assert known - found == ONLY_REFUSE


@pytest.mark.parametrize("name", JSON_EXAMPLES)
def test_every_database_keeps_a_json_example(name: str) -> None:
    """In value, type and the order of keys."""
    value = EXAMPLES[name].make()
    assert fit(value) & ROW
    for database in (in_sqlite, in_jsonb, in_mariadb):
        assert_same(database(value), value)


def test_the_json_examples_are_all_small_values_that_a_row_keeps() -> None:
    """No other small example is plain JSON."""
    small = [name for name in EXAMPLES if fit(EXAMPLES[name].make()) & ROW and len(stored(name)[0]) < 4000]
    assert sorted(small) == sorted(JSON_EXAMPLES)


def test_an_example_is_made_anew_each_time() -> None:
    """So that a test that changes one changes no other's."""
    made: Any = [EXAMPLES["a dict"].make() for _ in "ab"]
    made[0]["a"]["b"].append(3)
    assert not is_same(*made)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_refused_at_its_place(name: str) -> None:
    """At the push, by name of the place."""
    with pytest.raises(UnsupportedTypeError) as caught:
        dumped(REFUSED[name].make())
    assert caught.value.place == REFUSED[name].place


def test_an_example_of_a_library_that_is_missing_says_so() -> None:
    """For tests to skip it."""
    assert not Example(list, "py", "no_such_library").is_installed
    assert all(example.is_installed for example in EXAMPLES.values())


def test_importing_the_examples_imports_no_library() -> None:
    """Each is imported when the first value of it is made."""
    code = (
        "import sys, airflow_xcom_toolkit.testing.values\n"
        "others = {'numpy', 'pandas', 'pyarrow', 'polars', 'pendulum', 'airflow', 'pytest', 'hypothesis'}\n"
        "print(*others & {*sys.modules})"
    )
    assert not subprocess.check_output([sys.executable, "-c", code], text=True).strip()
