"""What is shown of arguments can be sent; what can be sent as it is stays as it is."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import msgspec
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import airflow_xcom_toolkit
from airflow_xcom_toolkit.rendering import sendable
from airflow_xcom_toolkit.testing.database.ways import in_jsonb, in_mariadb, in_sqlite
from tests.integration.values import odd

texts = st.text(st.characters(), max_size=5) | st.text(st.sampled_from("\0\ud800\ude00é"), max_size=3)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
arguments = st.recursive(scalars, lambda inside: st.lists(inside) | st.dictionaries(texts, inside), max_leaves=20)


def send(shown: Any) -> None:
    """Raises unless it passes msgpack, and JSON of every database."""
    msgspec.msgpack.encode(shown)
    for way in (in_sqlite, in_jsonb, in_mariadb):
        way(shown)


@given(arguments)
def test_any_argument_of_pythons_own_types_can_be_sent(value: Any) -> None:
    """However it is nested."""
    send({"op_args": sendable(value)})


def test_what_cannot_be_sent_is_shown_as_python_prints_it() -> None:
    """In its place; the rest stays."""
    shown = sendable({"a": [math.nan, -math.inf, 2**70, 1.5], "b": ["\ud800", "x\0"], "c": 10**5000})
    assert shown == {
        "a": ["nan", "-inf", str(2**70), 1.5],
        "b": [r"\ud800", r"x\x00"],
        "c": "an integer of 16610 bits",
    }


@pytest.mark.parametrize("key", [(math.nan, 1), frozenset({2**70}), ("\0", ("\ud800",))], ids=["nan", "big", "texts"])
def test_a_key_that_cannot_be_sent_is_shown_as_text(key: Any) -> None:
    """Its dict still has a key for it."""
    [(shown, value)] = sendable({key: 1}).items()
    assert isinstance(shown, str)
    assert value == 1
    send({"op_args": {shown: value}})


@pytest.mark.parametrize(
    "value",
    [[*range(100), 2**70], [-(2**70), 1], [0.5, math.inf], [math.nan] * 3, [True, 2**64], [1, 1.5, math.nan]],
    ids=["big", "small", "infinity", "nan", "beside a bool", "mixed"],
)
def test_what_cannot_be_sent_is_found_among_numbers(value: Any) -> None:
    """Numbers of one type are looked at all at once."""
    shown = sendable(value)
    assert shown is not value
    send({"op_args": shown})


@pytest.mark.parametrize("value", [{"a": [1, 2.5, "é", None, True, (1,), {2}]}, "text", 7, len], ids=str)
def test_what_can_be_sent_is_not_copied(value: Any) -> None:
    """Airflow shows it as it always did."""
    assert sendable(value) is value


@pytest.mark.parametrize("part", [*odd(), "frame"])
def test_what_was_pulled_can_be_an_argument(part: str) -> None:
    """Through the task runner's own function, which fails for some, and whose answer for others is refused."""
    from airflow.sdk.execution_time import task_runner

    value = {**odd(), "frame": pd.DataFrame({"half": ["\ud800"]}, dtype=object)}[part]
    backend = airflow_xcom_toolkit.SerdeXComBackend
    at = {"key": "k", "task_id": "t", "dag_id": "d", "run_id": "r", "map_index": -1}
    pulled = backend.load_value(backend.serialize_value(value, **at))
    task = SimpleNamespace(template_fields=("op_args",), op_args=[pulled])
    send(task_runner._serialize_rendered_fields(task))  # type: ignore[arg-type]
    assert task.op_args[0] is pulled
