"""Values whose schema is named beside them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pydantic import BaseModel

from airflow_xcom_toolkit import Versioned
from airflow_xcom_toolkit.abc import HandlerContext
from airflow_xcom_toolkit.errors import (
    SchemaError,
    SchemaTooNewError,
    SchemaValidationError,
    UnknownSchemaError,
    UnsupportedTypeError,
    UpcasterError,
)
from airflow_xcom_toolkit.handlers.tree import TreeDumper
from airflow_xcom_toolkit.registry import HandlerRegistry
from airflow_xcom_toolkit.schemas import schema_handlers
from airflow_xcom_toolkit.testing.same import assert_same
from tests.unit.schemas.code import ClosedGate, Code

NAME = "acme.trips"
COLUMNS = {"id": "int64", "fare": "float64"}
FRAME = pd.DataFrame({"id": [1, 2], "fare": [1.5, 2.5]}, index=["x", "y"])


def code(version: int = 1, **more: Any) -> Code:
    return Code().declare(NAME, version, **more)


@pytest.mark.parametrize(
    "value", [FRAME, {"a": (1, 2)}, 5, None, "text", [FRAME, FRAME]], ids=lambda v: type(v).__name__
)
def test_what_is_pulled_is_the_value_and_not_the_wrapper(value: Any) -> None:
    assert_same(code().pull(code().push(Versioned(value, NAME, 1))), value)


def test_a_step_gets_and_returns_the_frame() -> None:
    reader = (
        code(3).step(NAME, 1, lambda df: df.rename(columns={"fare": "price"})).step(NAME, 2, lambda df: df[["price"]])
    )
    found = reader.pull(code().push({"all": Versioned(FRAME, NAME, 1)}))
    assert_same(found, {"all": FRAME.rename(columns={"fare": "price"})[["price"]]})


@pytest.mark.parametrize(
    ("frame", "columns"),
    [
        (FRAME, COLUMNS),
        (pl.DataFrame({"id": [1], "fare": [0.5]}), {"id": "Int64", "fare": "Float64"}),
        (pa.table({"id": [1], "fare": [0.5]}), {"id": "int64", "fare": "double"}),
    ],
    ids=["pandas", "polars", "pyarrow"],
)
def test_declared_columns_are_checked_in_any_order(frame: Any, columns: dict[str, str]) -> None:
    declared = code(columns=dict(reversed(columns.items())))
    assert_same(declared.pull(declared.push(Versioned(frame, NAME, 1))), frame)


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        (FRAME[["id"]], r"value\['fare'\] .*missing"),
        (FRAME.assign(more=1), r"value\['more'\] .*declares no such column"),
        (FRAME.astype({"id": "int32"}), r"value\['id'\] .*is int32, not int64"),
        ({"id": [1]}, "a dict, where the schema declares columns"),
    ],
    ids=["missing", "more", "dtype", "no frame"],
)
def test_columns_that_do_not_fit_are_refused_at_push(frame: Any, problem: str) -> None:
    with pytest.raises(SchemaValidationError, match=problem):
        code(columns=COLUMNS).push(Versioned(frame, NAME, 1))


def test_columns_that_do_not_fit_after_the_steps_are_an_error() -> None:
    reader = code(2, columns=COLUMNS).step(NAME, 1, lambda df: df.drop(columns="fare"))
    with pytest.raises(SchemaValidationError, match="fare"):
        reader.pull(code().push(Versioned(FRAME, NAME, 1)))


def test_a_newer_frame_is_refused_unless_it_is_declared_readable() -> None:
    with pytest.raises(SchemaTooNewError):
        code(1).pull(code(2).push(Versioned(FRAME, NAME, 2)))


def test_a_readable_newer_frame_comes_without_the_columns_that_are_unknown() -> None:
    newer = code(2, readable_by=1).push(Versioned(FRAME.assign(more=1), NAME, 2))
    assert_same(code(1, columns=COLUMNS).pull(newer), FRAME)


def test_labels_that_are_no_text_are_columns_by_their_text() -> None:
    frame = pd.DataFrame({1: [1], 2: [0.5]})
    newer = code(2, readable_by=1).push(Versioned(frame, NAME, 2))
    assert_same(code(1, columns={"2": "float64"}).pull(newer), frame[[2]])


def test_a_column_that_is_there_twice_is_refused() -> None:
    frame = pd.DataFrame([[1, 2]], columns=["id", "id"])
    with pytest.raises(SchemaValidationError, match="2 times"):
        code(columns={"id": "int64"}).push(Versioned(frame, NAME, 1))


def test_a_writer_need_not_declare_what_it_names() -> None:
    pushed = Code().push(Versioned(FRAME, NAME, 1))
    assert_same(code().pull(pushed), FRAME)
    with pytest.raises(UnknownSchemaError):
        Code().pull(pushed)
    assert_same(Code(unknown_as_plain=True).pull(pushed), FRAME)


def test_a_version_that_its_schema_does_not_have_is_refused() -> None:
    with pytest.raises(SchemaError, match="no version 4 here; its newest is 1"):
        code().push(Versioned(FRAME, NAME, 4))


class Orders(BaseModel):
    id: int
    names: list[str] = []


def test_a_dict_is_checked_against_the_class_of_its_schema_and_stays_a_dict() -> None:
    declared = Code().declare(NAME, 1, Orders)
    value = {"id": 1, "names": ["a"]}
    assert_same(declared.pull(declared.push(Versioned(value, NAME, 1))), value)
    with pytest.raises(SchemaValidationError, match=r"value\.id"):
        declared.push(Versioned({"id": "x"}, NAME, 1))


def test_a_backend_without_schemas_refuses_it_and_says_which_have_them() -> None:
    handlers = schema_handlers(Code().catalogue, (), stamps=False)
    dumper = TreeDumper(HandlerRegistry(first=handlers), HandlerContext(ClosedGate()))
    with pytest.raises(UnsupportedTypeError, match="VersionedXComBackend and ToolkitXComBackend"):
        dumper.dump(Versioned(1, NAME, 1))


def test_it_shows_no_value() -> None:
    assert repr(Versioned("s3cret", NAME, 1)) == "Versioned(str, schema='acme.trips', version=1)"


def test_it_does_not_wrap_another() -> None:
    with pytest.raises(SchemaError, match="already"):
        Versioned(Versioned(1, NAME, 1), NAME, 1)


def test_a_newer_dict_that_is_readable_comes_without_the_fields_that_are_unknown() -> None:
    newer = code(2, readable_by=1).push(Versioned({"id": 1, "more": 2}, NAME, 2))
    assert_same(Code().declare(NAME, 1, Orders).pull(newer), {"id": 1})


def test_a_newer_table_with_a_column_twice_is_not_cut_at_random() -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2]), pa.array([3])], names=["id", "id", "more"])
    newer = code(2, readable_by=1).push(Versioned(table, NAME, 2))
    with pytest.raises(SchemaValidationError, match="2 times"):
        code(1, columns={"id": "int64"}).pull(newer)


def test_none_may_go_through_steps() -> None:
    assert code(2).step(NAME, 1, lambda value: value).pull(code().push(Versioned(None, NAME, 1))) is None


def test_a_step_that_returns_a_wrapper_is_an_error() -> None:
    reader = code(2).step(NAME, 1, lambda value: Versioned(value, NAME, 2))
    with pytest.raises(UpcasterError, match="returned a Versioned"):
        reader.pull(code().push(Versioned(1, NAME, 1)))


def test_an_instance_of_the_class_of_the_schema_is_pushed_by_itself() -> None:
    with pytest.raises(SchemaValidationError, match="push it by itself"):
        Code().declare(NAME, 1, Orders).push(Versioned(Orders(id=1), NAME, 1))
