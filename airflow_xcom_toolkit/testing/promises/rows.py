"""Promise 3: rows that every database keeps."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ...abc import Json
from .. import strategies
from ..base import Contract
from ..checks.each import for_each
from ..checks.kept import assert_kept_or_refused
from ..checks.sent import pushed
from ..database.ways import in_jsonb, in_mariadb, in_sqlite
from ..properties import examples
from ..same import assert_same
from ..values.samples import SAMPLES
from ..xcoms import XComs

CHANGED_ON_THE_WAY: Mapping[str, Any] = {
    "whole float": 1.0,
    "float that SQLite gives its neighbour for": 1.993942940439,
    "zero": 0.0,
    "negative zero": -0.0,
    "float that prints with an exponent": 1e16,
    "large float": 1e300,
    "negative large float": -1.5e200,
    "smallest float": 5e-324,
    "float of 17 digits": 0.1 + 0.2,
    "NaN": math.nan,
    "infinity": math.inf,
    "negative infinity": -math.inf,
    "int beyond a float": 2**53 + 1,
    "largest int of 64 bits": 2**64 - 1,
    "int beyond 64 bits": 2**64,
    "negative int beyond 64 bits": -(2**63) - 1,
    "huge int": 10**400,
    "NUL": "a\x00b",
    "escaped NUL": "\\u0000",
    "lone surrogate": "\ud800",
    "two surrogates that JSON joins": "\ud83d\ude00",
    "character beyond 16 bits": "\N{GRINNING FACE}",
    "line separators": "\u2028\u2029\x85\r\n",
    "text that looks like a number": "1.0",
    "text that looks like a large number": "1e5",
    "text that looks like an octal number": "007",
    "text that looks like a constant": "NaN",
    "text that looks like null": "null",
    "text that looks like JSON": '{"a": 1}',
    "text of blanks": "  ",
    "keys that are ints": {1: "a", "1": "b"},
    "keys that JSON makes texts of": {None: 1, True: 2, 0.5: 3},
    "a key with NUL": {"\x00": 1},
    "a key that is a lone surrogate": {"\udfff": 1},
    "an empty key": {"": 1},
    "keys in an order": OrderedDict([("long key", 1), ("b", 2), ("a", 3)]),
    "a tuple": (1, (2,)),
}
"""Each is refused or changed by a part of the way that rows go: msgpack, HTTP's JSON, SQLite, JSONB, or JSON itself."""


def odd_json() -> st.SearchStrategy[Any]:
    """JSON as Python has it, with what no database keeps: NaN, NUL, lone surrogates, numbers of any size."""
    leaves = st.one_of(
        st.sampled_from([value for value in CHANGED_ON_THE_WAY.values() if isinstance(value, (str, int, float))]),
        st.integers(-(2**70), 2**70),
        strategies.floats(),
        strategies.json_texts(),
        st.none(),
    )
    texts = strategies.json_texts()
    inside = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=10)
    return inside.filter(lambda value: value is not None)


RESERVED: Mapping[str, dict[str, Any]] = {
    "a class": {"__classname__": "datetime.datetime", "__version__": 2, "__data__": {"timestamp": 0, "tz": None}},
    "part of a class": {"__classname__": "builtins.tuple"},
    "an id": {"__id__": 1},
    "an old class": {"__type": "datetime", "__var": 0.0},
    "a version": {"__version__": 1, "__data__": [1]},
}
"""Dicts with keys that mean something to Airflow's own serialization."""


def deep(levels: int, wrap: Callable[[Any, int], Any]) -> Any:
    """A value so deep."""
    value: Any = "inside"
    for level in range(levels):
        value = wrap(value, level)
    return value


WRAPS: Mapping[str, Callable[[Any, int], Any]] = {
    "lists": lambda value, level: [value],
    "dicts": lambda value, level: {"k": value},
    "tuples and dicts": lambda value, level: {level: value} if level % 2 else (value, b"x"),
}


class StrictRows(Contract):
    """A row survives the way to the database and back, on SQLite, PostgreSQL (JSONB), MariaDB and MySQL alike."""

    promise = "3. Strict rows"

    def test_what_the_way_would_change_comes_back(self, each_form: XComs) -> None:
        """At the top of a row, where SQLite makes numbers of its own, and inside of other values."""

        def check(name: str) -> None:
            value = CHANGED_ON_THE_WAY[name]
            each_form.assert_round_trip(value, value)
            each_form.assert_round_trip([value, {"k": value}], [value, {"k": value}])

        for_each(CHANGED_ON_THE_WAY, check)

    def test_the_row_is_one_that_every_database_keeps(self, each_form: XComs) -> None:
        """Strict JSON: whichever database a team uses today, it may use another one tomorrow."""

        def check(name: str) -> None:
            assert_every_database_keeps(pushed(each_form, CHANGED_ON_THE_WAY[name]))
            assert_every_database_keeps(pushed(each_form, [CHANGED_ON_THE_WAY[name]]))

        for_each(CHANGED_ON_THE_WAY, check)

    def test_the_row_of_a_larger_value_is_one_that_every_database_keeps(self, each_form: XComs) -> None:
        """Whatever is in it, and however it is encoded."""
        for_each(SAMPLES, lambda name: assert_every_database_keeps(pushed(each_form, SAMPLES[name]())))

    @examples(25)
    @given(strategies.values())
    def test_the_row_of_any_value_is_one_that_every_database_keeps(self, each_form: XComs, value: Any) -> None:
        """Whatever hypothesis makes of the built-in types, nested in one another."""
        assume(value is not None)  # Airflow 3.0 refuses to store None.
        assert_every_database_keeps(pushed(each_form, value))

    @examples(40)
    @given(odd_json())
    def test_odd_json_comes_back(self, each_form: XComs, value: Any) -> None:
        """JSON that is not strict: what Python's own ``json`` would write, and no database keeps."""
        row = pushed(each_form, value)
        assert_every_database_keeps(row)
        assert_same(each_form.row(), row, "the row in the database", key_order=False)
        assert_same(each_form.pull(), value, key_order=False)

    def test_reserved_keys_come_back_or_are_refused(self, each_form: XComs) -> None:
        """A dict that looks like what Airflow serializes is a dict all the same: it is never taken for an object."""

        def check(name: str) -> None:
            assert_kept_or_refused(each_form, RESERVED[name], RESERVED[name])
            assert_kept_or_refused(each_form, [{"k": RESERVED[name]}], [{"k": RESERVED[name]}])

        for_each(RESERVED, check)

    @pytest.mark.parametrize("levels", [31, 32, 100, 200, 600])
    def test_deep_values_come_back_or_are_refused(self, each_form: XComs, levels: int) -> None:
        """No part of the way fails on its own: what is too deep for a row is kept otherwise, or refused by name."""

        def check(name: str) -> None:
            assert_kept_or_refused(each_form, deep(levels, WRAPS[name]), deep(levels, WRAPS[name]))

        for_each(WRAPS, check)

    def test_a_dict_of_many_keys_comes_back(self, each_form: XComs) -> None:
        """Ten thousand of them."""
        many = {f"key {n}": n for n in range(10_000)}
        each_form.push(many)
        assert_same(each_form.pull(), many, key_order=False)

    def test_a_row_that_moves_to_another_database_is_read_as_before(self, each_form: XComs) -> None:
        """A backup that is restored, or a migration, writes what it read."""

        def check(name: str) -> None:
            each_form.push(SAMPLES[name]())
            assert_same(each_form.load(in_sqlite(in_jsonb(each_form.row()))), SAMPLES[name]())

        for_each(SAMPLES, check)


def assert_every_database_keeps(row: Json) -> None:
    """Raises unless ``row`` is strict JSON that SQLite, JSONB and MariaDB give back as it is."""
    text = json.dumps(row, allow_nan=False)
    assert_same(json.loads(text), row, "the row after JSON", key_order=False)
    assert_same(in_sqlite(row), row, "the row in SQLite", key_order=False)
    assert_same(in_jsonb(row), row, "the row in PostgreSQL (JSONB)", key_order=False)
    assert_same(in_mariadb(row), row, "the row in MariaDB", key_order=False)
