from __future__ import annotations

import json
from collections import OrderedDict
from functools import reduce
from operator import and_
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_xcom_toolkit.handlers import _json
from airflow_xcom_toolkit.handlers._json import MAX_ROW_DEPTH, MAX_TEXT_DEPTH, NOT, ROW, TEXT, Survey, fit
from airflow_xcom_toolkit.testing.same import assert_same, is_same
from airflow_xcom_toolkit.testing.strategies import json_texts, plain_values

BOTH = ROW | TEXT


def _nested(depth: int, inner: Any = 1) -> Any:
    for _ in range(depth):
        inner = [inner]
    return inner


EVERYWHERE: dict[str, Any] = {
    "none": None,
    "bools": [True, False],
    "ints": [0, -1, 2**63, -(2**63), 2**64 - 1],
    "floats": [0.5, -1.25e-7, 1e15, 5e-324],
    "whole floats inside": [1.0, 2.0],
    "four decimals at the top": -0.9731,
    "exact decimals at the top": 0.00390625,
    "any float inside": [0.12345, 1.993942940439, 123456789012.3456],
    "text": ["", "a", "é\U0001f600\n", "~"],
    "nested": {"a": [{"b": [None, 1, "x", 1.5]}]},
    "empty": {"a": [], "b": {}},
    "a reserved word as a value": {"a": "__classname__"},
    "one of the two reserved keys of a pair": {"__type": 1},
}

ONLY_TEXT: dict[str, Any] = {
    "negative zero": [-0.0],
    "float that prints with an exponent": [1e20],
    "negative float that prints with an exponent": [-1e16],
    "nul": "a\x00b",
    "nul in a key": {"\x00": 1},
    "lone surrogate": "a\ud800",
    "halves of a pair in two texts": ["\ud83d", "\ude00"],
    "halves of a pair in two keys": dict.fromkeys(("\ud83d", "\ude00"), 1),
    "lone surrogate in a key": {"\udfff": 1},
    "key that Airflow reads as a class": {"a": [{"__classname__": "x"}]},
    "key that Airflow reads as an id": {"__id__": 1},
    "keys that Airflow reads as a type": {"__type": "dict", "__var": {}},
    "whole float at the top": 1.0,
    "negative zero at the top": -0.0,
    "five decimals at the top, which some SQLite rounds twice": 0.12345,
    "sixteen digits at the top": 123456789012.3456,
    "a tiny float at the top": 5e-324,
    "int beyond 63 bits at the top": 2**63,
    "nul among plain texts": ["a"] * 10 + ["\x00"],
    "negative zero among floats": [1.5, -0.0, 2.5],
}

NOWHERE: dict[str, Any] = {
    "nan": [float("nan")],
    "infinity": [1.5, float("inf")],
    "negative infinity": float("-inf"),
    "int above 64 bits": 2**64,
    "int below 64 bits": [1, -(2**63) - 1],
    "tuple": (1,),
    "tuple inside": [{"a": (1,)}],
    "bytes": b"",
    "int keys": {1: 1},
    "mixed keys": {"a": 1, None: 2},
    "bool keys": {True: 1},
    "set": {1},
    "ordered dict": OrderedDict(a=1),
    "subclass of str": type("Name", (str,), {})("a"),
    "subclass of int": [type("Count", (int,), {})(1)],
    "subclass of float": type("Share", (float,), {})(1.5),
    "subclass of dict": type("Bag", (dict,), {})(),
    "subclass of list": type("Bunch", (list,), {})(),
    "key of a subclass of str": {type("Name", (str,), {})("a"): 1},
    "surrogate pair": "\ud83d\ude00",
    "surrogate pair in a key": {"a": {"\ud83d\ude00": 1}},
    "object": object(),
}


@pytest.mark.parametrize("value", EVERYWHERE.values(), ids=EVERYWHERE)
def test_a_row_of_every_database_keeps_it(value: Any) -> None:
    assert fit(value) == BOTH


@pytest.mark.parametrize("value", ONLY_TEXT.values(), ids=ONLY_TEXT)
def test_json_text_keeps_what_a_row_loses(value: Any) -> None:
    assert fit(value) == TEXT
    assert_same(json.loads(json.dumps(value)), value)


@pytest.mark.parametrize("value", NOWHERE.values(), ids=NOWHERE)
def test_json_keeps_it_nowhere(value: Any) -> None:
    assert fit(value) == NOT


def test_the_key_of_a_descriptor_is_plain_in_a_row_and_none_in_a_tree() -> None:
    assert fit({"~": 1}) == fit([{"a": {"~": 1}}]) == ROW


def test_one_tree_keeps_deeper_nesting_than_a_row() -> None:
    assert fit(_nested(MAX_ROW_DEPTH)) == BOTH
    assert fit(_nested(MAX_ROW_DEPTH + 1)) == TEXT
    assert fit(_nested(MAX_TEXT_DEPTH)) == TEXT
    assert fit(_nested(MAX_TEXT_DEPTH + 1)) == NOT


def test_a_value_that_contains_itself_fits_nowhere() -> None:
    value: list[Any] = []
    value += [value, value]
    assert fit(value) == NOT


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(plain_values())
def test_what_text_is_said_to_keep_it_keeps(value: Any) -> None:
    if fit(value) & TEXT:
        assert_same(json.loads(json.dumps(value, allow_nan=False)), value)


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**65), 2**65) | st.floats() | json_texts(),
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(json_texts(), inner, max_size=5),
    )
)
def test_a_container_keeps_what_all_of_its_parts_keep(value: Any) -> None:
    """The fast ways for lists of one type agree with the slow one."""
    if isinstance(value, list):
        assert fit(value) == reduce(and_, (fit([part]) for part in value), BOTH)


@settings(max_examples=100, deadline=None)
@given(st.recursive(st.none() | st.integers() | st.floats() | json_texts(), lambda inner: st.lists(inner, max_size=4)))
def test_what_text_does_not_keep_is_not_said_to_fit(value: Any) -> None:
    try:
        kept = is_same(json.loads(json.dumps(value, allow_nan=False)), value)
    except ValueError:
        kept = False
    assert kept or not fit(value) & TEXT


def _wide(depth: int, inner: Any) -> Any:
    for level in range(depth):
        inner = {"part": inner, "beside": [level] * 50}
    return inner


@pytest.mark.parametrize("depth", [10, 90, 300])
def test_each_list_and_dict_is_looked_at_once(depth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However deep in the value the part is that JSON does not keep; far below the hundredth level, twice."""
    looked: list[int] = []
    inside = _json._inside

    def counting(containers: list[Any]) -> Any:
        looked.extend(map(id, containers))
        return inside(containers)

    monkeypatch.setattr(_json, "_inside", counting)
    value = _wide(depth, (1,))
    survey = _json.Survey()
    survey.look_at([value])
    while isinstance(value, dict):
        assert not survey.is_plain(value)
        assert survey.is_plain(value["beside"])
        value = value["part"]
    assert len(looked) <= 5 * 2 * depth


def test_a_survey_tells_what_is_plain_as_fit_does() -> None:
    """For every part of a value, by itself."""
    parts = [*EVERYWHERE.values(), *ONLY_TEXT.values(), *NOWHERE.values()]
    containers = [part for part in parts if type(part) in (list, dict)]
    survey = Survey()
    survey.look_at([[[part] for part in containers]])
    assert [survey.is_plain(part) for part in containers] == [bool(fit(part) & TEXT) for part in containers]


def test_a_survey_of_a_value_that_contains_itself_has_an_end() -> None:
    value: list[Any] = []
    value += [value] * 50
    survey = Survey()
    assert not survey.look_at([value])
    assert not survey.is_plain(value)
