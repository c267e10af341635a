"""Instances of classes with schemas, read at the version they were written at."""

from __future__ import annotations

import json
from typing import Any

import pytest

from airflow_xcom_toolkit.errors import UnsupportedTypeError
from airflow_xcom_toolkit.testing.same import assert_same
from tests.roundtrip import OpenGate
from tests.unit.schemas import declared
from tests.unit.schemas.code import this_process


@pytest.mark.parametrize("value", declared.values(), ids=lambda value: type(value).__name__)
def test_an_instance_comes_back_the_same_without_the_allow_list(value: Any) -> None:
    """Of every kind of class, frozen, slotted, generic and recursive, with whatever it holds."""
    code = this_process()
    assert_same(code.pull(code.push(value)), value)


def test_a_row_names_the_schema_and_no_python_module() -> None:
    """So a class may move."""
    text, _ = this_process().push(declared.Plain(1, points=[declared.Point(1)]))
    node = json.loads(text)
    assert (node["schema"], node["version"]) == ("tests.dataclass", 1)
    assert "declared" not in text


def test_pushing_changes_nothing() -> None:
    value = declared.values()[0]
    before = value.model_copy(deep=True)
    this_process().push(value)
    assert_same(value, before)


def test_an_instance_of_a_class_that_no_annotation_names_needs_the_allow_list() -> None:
    """It is not part of the schema."""
    value = declared.Model(id=1, anything=declared.Late(id=2))
    with pytest.raises(UnsupportedTypeError, match="allow list"):
        this_process().push(value)
    code = this_process(OpenGate())
    assert code.pull(code.push(value)).anything == declared.Late(id=2)


def test_the_argument_of_a_generic_model_is_a_plain_type_or_has_a_schema() -> None:
    with pytest.raises(UnsupportedTypeError, match="declare it by itself"):
        this_process().push(declared.Holder[dict[str, int]](item={}))


def test_private_attributes_and_set_fields_are_kept_at_the_same_version() -> None:
    value = declared.Open(id=1, more=2)
    value._cache = 9
    code = this_process()
    found = code.pull(code.push(value))
    assert (found._cache, found.model_fields_set, found.model_extra) == (9, {"id", "more"}, {"more": 2})
