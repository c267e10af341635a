"""Which schema a value has, and what its row says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from airflow_xcom_toolkit import Versioned
from airflow_xcom_toolkit.abc import Coordinate, Part
from airflow_xcom_toolkit.errors import PartialLoadError, SchemaError, SchemaTooNewError, SchemaValidationError
from airflow_xcom_toolkit.handlers._classes import HANDLERS as CLASSES
from airflow_xcom_toolkit.pipeline import Pipeline
from airflow_xcom_toolkit.registry import HandlerRegistry
from airflow_xcom_toolkit.schemas import Catalogue, Rule, Stamps, schema_handlers
from airflow_xcom_toolkit.testing.same import assert_same
from tests.pipelines import AT, KEY, pipeline, strict
from tests.unit.schemas import declared
from tests.unit.schemas.code import Code

FRAME = pd.DataFrame({"id": [1], "fare": [0.5]})


def stamping(store: Path, code: Code, rules: tuple[Rule, ...] = (), **options: Any) -> Pipeline:
    handlers = HandlerRegistry(first=schema_handlers(code.catalogue, CLASSES))
    schema = Stamps(code.catalogue, rules)
    return pipeline(store, threshold=options.pop("threshold", None), handlers=handlers, schema=schema, **options)


def schema_of(row: Any) -> Any:
    return row["__data__"]["schema"]


def plain_code() -> Code:
    return Code().declare("acme.plain", 2, declared.Point, readable_by=1).declare("acme.trips", 1)


def test_the_row_of_an_instance_says_its_schema(tmp_path: Path) -> None:
    row = strict(stamping(tmp_path, plain_code()).push(declared.Point(1), AT))
    assert schema_of(row) == {"name": "acme.plain", "version": 2, "readable_by": 1}
    assert row["__data__"]["summary"] == {"schema": "acme.plain", "version": 2, "readable_by": 1}


def test_the_row_of_a_frame_says_its_columns_too(tmp_path: Path) -> None:
    row = strict(stamping(tmp_path, plain_code()).push(Versioned(FRAME, "acme.trips", 1), AT))
    assert schema_of(row) == {"name": "acme.trips", "version": 1, "columns": {"id": "int64", "fare": "float64"}}


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a\x00b": [1]}),
        pa.table({"s": pa.array([{"a\x00b": 1}], pa.struct([("a\x00b", pa.int64())]))}),
        pd.DataFrame({"s": pd.Series([{"a\x00b": 1}], dtype=pd.ArrowDtype(pa.struct([("a\x00b", pa.int64())])))}),
    ],
    ids=["name", "arrow dtype", "pandas dtype"],
)
def test_what_a_row_says_of_columns_is_kept_by_every_database(frame: Any, tmp_path: Path) -> None:
    """JSONB refuses U+0000."""
    stages = stamping(tmp_path, plain_code())
    row = strict(stages.push(Versioned(frame, "acme.trips", 1), AT))
    assert "\\x00" in repr(schema_of(row)["columns"])
    assert_same(stages.pull(row, AT).value, frame)


def test_the_columns_of_a_wide_frame_do_not_make_a_row_large(tmp_path: Path) -> None:
    frame = pd.DataFrame({f"column {i}": [0] for i in range(10_000)})
    row = stamping(tmp_path, plain_code(), threshold=0).push(Versioned(frame, "acme.trips", 1), AT)
    assert schema_of(row) == {"name": "acme.trips", "version": 1}
    assert len(json.dumps(row)) < 4096


@pytest.mark.parametrize("threshold", [None, 0], ids=["row", "object"])
@pytest.mark.parametrize("keys", [(), (KEY,)], ids=["plain", "encrypted"])
@pytest.mark.parametrize("value", declared.values()[:5], ids=lambda value: type(value).__name__)
def test_schemas_go_through_every_other_stage(value: Any, keys: Any, threshold: int | None, tmp_path: Path) -> None:
    code = Code()
    code.catalogue = type(code.catalogue)()
    stages = stamping(tmp_path, code, keys=keys, threshold=threshold)
    assert_same(stages.pull(strict(stages.push(value, AT)), AT).value, value)


def test_encryption_hides_the_schema(tmp_path: Path) -> None:
    row = stamping(tmp_path, plain_code(), keys=(KEY,)).push(declared.Point(1), AT)
    assert "acme" not in json.dumps(row)


def test_a_rule_gives_the_values_of_a_task_a_schema_that_come_back_as_they_were(tmp_path: Path) -> None:
    """No dag is edited for it."""
    rules = (Rule("acme.trips", 1, dag="d*", task="t?sk"),)
    stages = stamping(tmp_path, plain_code(), rules)
    for value in (FRAME, {"id": 1}, 5, None, [1, 2]):
        row = strict(stages.push(value, AT))
        assert schema_of(row)["name"] == "acme.trips"
        assert_same(stages.pull(row, AT).value, value)


@pytest.mark.parametrize(
    "at",
    [
        Coordinate("other", "run", "task", -1, "return_value"),
        Coordinate("dag", "run", "other", -1, "return_value"),
        Coordinate("dag", "run", "task", -1, "other"),
        Coordinate(),
    ],
    ids=str,
)
def test_a_rule_leaves_other_xcoms_alone(at: Coordinate, tmp_path: Path) -> None:
    rules = (Rule("acme.trips", 1, dag="d*", task="task"),)
    assert stamping(tmp_path, plain_code(), rules).push({"id": 1}, at) == {"id": 1}


def test_the_first_rule_that_matches_holds(tmp_path: Path) -> None:
    rules = (Rule("acme.trips", 1, task="task"), Rule("acme.other", 5))
    assert schema_of(stamping(tmp_path, plain_code(), rules).push(1, AT))["name"] == "acme.trips"


def test_a_value_with_a_schema_of_its_own_keeps_it(tmp_path: Path) -> None:
    stages = stamping(tmp_path, plain_code(), (Rule("acme.trips", 1),))
    assert schema_of(stages.push(declared.Point(1), AT))["name"] == "acme.plain"
    assert schema_of(stages.push(Versioned(1, "acme.unheard", 7), AT))["name"] == "acme.unheard"


def test_a_rule_for_a_class_checks_plain_data_against_it(tmp_path: Path) -> None:
    stages = stamping(tmp_path, plain_code(), (Rule("acme.plain", 2),))
    assert_same(stages.pull(stages.push({"x": 1}, AT), AT).value, {"x": 1})
    with pytest.raises(SchemaValidationError, match=r"value\.x of XCom 'return_value' of dag.task"):
        stages.push({"x": "one"}, AT)


@pytest.mark.parametrize(
    "found",
    [
        {"schema": "a"},
        {"schema": "a", "version": 1, "dags": "x"},
        {"schema": "a", "version": 0},
        {"schema": "a", "version": 1, "dag": 1},
        5,
    ],
    ids=repr,
)
def test_what_is_not_a_rule_is_an_error(found: Any) -> None:
    with pytest.raises((SchemaError, TypeError)):
        Rule.from_json(found)


def test_an_error_of_a_reader_names_the_field_and_hides_keys_of_encrypted_values(tmp_path: Path) -> None:
    writer = stamping(tmp_path, Code().declare("acme.model", 1, declared.Model), keys=(KEY,))
    reader = Code().declare("acme.model", 2, declared.Plain).step("acme.model", 1, _with_bad_line)
    row = writer.push(declared.Model(id=1, by_name={"s3cret": declared.Line(name="x")}), AT)
    with pytest.raises(SchemaValidationError, match=r"value\.lines\[…\]\.quantity") as caught:
        stamping(tmp_path, reader, keys=(KEY,)).pull(row, AT)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def _with_bad_line(data: dict[str, Any]) -> dict[str, Any]:
    return {"id": 1, "lines": {key: {**line, "quantity": 0} for key, line in data["by_name"].items()}}


def test_a_reader_that_is_too_old_is_told_so_of_an_object_too(tmp_path: Path) -> None:
    newer = stamping(tmp_path, Code().declare("acme.trips", 2), threshold=0)
    row = newer.push(Versioned(FRAME, "acme.trips", 2), AT)
    with pytest.raises(SchemaTooNewError):
        stamping(tmp_path, Code().declare("acme.trips", 1)).pull(row, AT)


def test_a_wrapped_value_is_described_and_loaded_in_part_as_it_would_be_bare(tmp_path: Path) -> None:
    stages = stamping(tmp_path, plain_code(), threshold=0)
    row = stages.push(Versioned(FRAME, "acme.trips", 1), AT)
    found = stages.describe(row, AT)
    assert (found.type, found.summary) == ("pandas.dataframe@1", {"rows": 1, "columns": 2})
    assert_same(stages.pull(row, AT, Part(columns=("fare",))).value, FRAME[["fare"]])


def test_a_part_of_another_version_is_refused(tmp_path: Path) -> None:
    """Steps are for whole values."""
    row = stamping(tmp_path, plain_code()).push(Versioned(FRAME, "acme.trips", 1), AT)
    newer = Code().declare("acme.trips", 2).step("acme.trips", 1, lambda frame: frame)
    with pytest.raises(PartialLoadError, match="load it whole"):
        stamping(tmp_path, newer).pull(row, AT, Part(columns=("fare",)))


def test_a_rule_for_a_version_that_its_schema_does_not_have_is_refused_at_push(tmp_path: Path) -> None:
    """It would not be read again."""
    code, rule = Code().declare("acme.trips", 1), Rule("acme.trips", 2)
    code.catalogue = Catalogue(declarations=code.declarations, further=[rule.declared()])
    with pytest.raises(SchemaError, match="no version 2 here"):
        stamping(tmp_path, code, (rule,)).push(1, AT)


def test_a_reader_is_told_which_xcom_and_where_in_it(tmp_path: Path) -> None:
    writer = stamping(tmp_path, Code().declare("acme.point", 1, declared.Point))
    reader = Code().declare("acme.point", 2, declared.Point).step("acme.point", 1, lambda data: {**data, "x": "one"})
    row = writer.push({"all": [declared.Point(1)]}, AT)
    with pytest.raises(SchemaValidationError, match=r"value\['all'\]\[0\]\.x of XCom 'return_value' of dag\.task"):
        stamping(tmp_path, reader).pull(row, AT)
