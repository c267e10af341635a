"""``pull_path``: what it reads, and what it never does."""

from __future__ import annotations

import asyncio
import collections
import dataclasses
from typing import Any, NamedTuple

import attrs
import numpy as np
import pandas as pd
import pydantic
import pytest
from airflow.sdk import DAG, task

from airflow_xcom_toolkit import apull_path, pull_path
from airflow_xcom_toolkit.errors import AirflowVersionError, PathError, PathSyntaxError, XComNotFoundError
from airflow_xcom_toolkit.helpers._parts import MISSING, parse, read
from tests.unit.helpers.conftest import Rows, Ti, needs_async


@dataclasses.dataclass
class Data:
    name: str
    _hidden: int = 1

    @property
    def shout(self) -> str:
        raise AssertionError("a property was read")


@attrs.define
class Attrs:
    name: str


class Model(pydantic.BaseModel):
    name: str


class Named(NamedTuple):
    name: str


class Plain:
    name = "x"


def inside(value: Any, path: str) -> Any:
    """What the parts of ``path`` give, from ``value`` on."""
    for part in parse(path):
        value = read(value, part)
    return value


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": {"b": ["x"]}}, "a.b[0]"),
        ({"a": [["y", "x"]]}, "a[0][-1]"),
        ({"odd key": {"a.b": "x"}}, "[\"odd key\"]['a.b']"),
        ({'a"]': "x"}, '["a\\"]"]'),
        ({"": "x"}, '[""]'),
        ({"a-b_1": "x"}, "a-b_1"),
        ({"_id": "x"}, '["_id"]'),
        ({3: "x"}, "[3]"),
        (("y", "x"), "[1]"),
        (collections.deque(["x"]), "[0]"),
        (Data("x"), "name"),
        (Attrs("x"), "name"),
        (Model(name="x"), "name"),
        (Named("x"), "name"),
        (Named("x"), "[0]"),
        (np.array(["y", "x"]), "[1]"),
        (pd.Series(["y", "x"], index=[1, 0]), "[1]"),
        (pd.Index(["x"]), "[0]"),
        (pd.DataFrame({"name": ["y", "x"]}), "name[-1]"),
        (pd.DataFrame({"odd name": ["x"]}), '["odd name"][0]'),
    ],
    ids=str,
)
def test_a_part_reads_what_it_names(value: Any, path: str) -> None:
    assert inside(value, path) == "x"


def test_a_column_or_item_of_polars_and_arrow_is_read() -> None:
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    for frame in (polars.DataFrame({"name": ["y", "x"]}), pyarrow.table({"name": ["y", "x"]})):
        assert str(inside(frame, "name[1]")) == "x"
        assert inside(frame, "shape") is MISSING


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": 1}, "b"),
        ({"a": 1}, "keys"),
        ({"a": 1}, "__class__"),
        ([1], "[1]"),
        ([1], "append"),
        ("text", "[0]"),
        (b"bytes", "[0]"),
        ("text", "upper"),
        (Data("x"), "shout"),
        (Data("x"), "_hidden"),
        (Data("x"), "__dict__"),
        (Plain(), "name"),
        (Model(name="x"), "model_fields"),
        (np.arange(3), "shape"),
        (np.array(1), "[0]"),
        (pd.DataFrame({"a": [1]}), "shape"),
        (pd.DataFrame({"a": [1]}), "[0]"),
        (collections.defaultdict(list), "a"),
        (None, "a"),
    ],
    ids=lambda part: part if isinstance(part, str) else type(part).__name__,
)
def test_attributes_methods_and_absent_parts_are_missing(value: Any, path: str) -> None:
    assert inside(value, path) is MISSING
    assert not isinstance(value, collections.defaultdict) or not value


@pytest.mark.parametrize(
    ("path", "position"),
    [
        ("", 0),
        (".a", 0),
        ("a..b", 1),
        ("a.", 1),
        ("a[", 1),
        ("a[x]", 1),
        ("a[0", 1),
        ("a[0:2]", 1),
        ("a['b]", 1),
        ("a['b\"]", 1),
        ("a b", 1),
        ("a.b()", 3),
        ("a.b ", 3),
        ("a[" + "9" * 30 + "]", 1),
    ],
)
def test_a_malformed_path_is_an_error_at_its_place_also_with_a_default(path: str, position: int, rows: Rows) -> None:
    with pytest.raises(PathSyntaxError) as raised:
        pull_path(Ti("t"), path, default=1)
    assert raised.value.position == position
    assert raised.value.path == path


@pytest.mark.parametrize("path", ["a", "a[0]", '["a"]', "[0].a"])
def test_a_path_names_a_task_and_a_key(path: str, rows: Rows) -> None:
    with pytest.raises(PathSyntaxError, match=r"is expected"):
        pull_path(Ti("t"), path, default=1)


def test_a_value_of_another_task_is_read(rows: Rows) -> None:
    Ti("extract").xcom_push("return_value", {"items": [Named("x")._asdict()]})
    assert pull_path(Ti("t"), "extract.return_value.items[0].name") == "x"
    assert pull_path(Ti("t"), '["extract"]["return_value"]') == {"items": [{"name": "x"}]}


def test_a_key_may_have_any_characters(rows: Rows) -> None:
    Ti("extract").xcom_push("odd / key.", 1)
    assert pull_path(Ti("t"), 'extract["odd / key."]') == 1


def test_a_missing_part_names_the_deepest_that_was_found_and_no_value(rows: Rows) -> None:
    Ti("extract").xcom_push("return_value", {"items": [{"secret-key": "secret-value"}]})
    with pytest.raises(PathError, match=r"extract\.return_value\.items\[0\] is a dict, which has no \.name") as raised:
        pull_path(Ti("t"), "extract.return_value.items[0].name.first")
    assert (raised.value.found, raised.value.part) == ("extract.return_value.items[0]", ".name")
    assert "secret" not in str(raised.value)


def test_what_was_never_pushed_is_an_error_that_names_the_xcom(rows: Rows) -> None:
    with pytest.raises(XComNotFoundError, match=r"XCom 'return_value' of d\.extract in run 'r'"):
        pull_path(Ti("t"), "extract.return_value.a")


def labelled(columns: Any) -> pd.DataFrame:
    """A row of numbers."""
    return pd.DataFrame([range(len(columns))], columns=columns)


DATES = pd.date_range("2024", periods=2)


@pytest.mark.parametrize("columns", [DATES, DATES.to_period(), pd.MultiIndex.from_product([DATES, ["x"]])], ids=repr)
@pytest.mark.parametrize("name", ["2024", "2024-01", "2024-01-01"])
def test_a_column_that_is_labelled_by_a_time_has_no_name(columns: Any, name: str) -> None:
    assert inside(labelled(columns), f'["{name}"]') is MISSING


def test_columns_of_several_levels_are_read_by_level() -> None:
    frame = labelled(pd.MultiIndex.from_tuples([("a", "x"), ("b", "y")]))
    assert inside(frame, "b.y[0]") == 1
    assert inside(frame, "b.x") is MISSING


def test_labels_that_are_no_text_are_passed_over() -> None:
    frame = labelled(pd.Index([pd.NA, None, 1, ("a", "b"), "a"], tupleize_cols=False))
    assert inside(frame, "a[0]") == 4
    assert inside(frame, "b") is MISSING


def test_a_column_that_an_arrow_table_has_twice_is_missing(rows: Rows) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.Table.from_arrays([pyarrow.array([1]), pyarrow.array([2])], names=["a", "a"])
    Ti("extract").xcom_push("return_value", table)
    assert pull_path(Ti("t"), "extract.return_value.a", default=None) is None
    with pytest.raises(PathError, match=r"Table, which has no \.a\b"):
        pull_path(Ti("t"), "extract.return_value.a")


@pytest.mark.parametrize("path", [None, 5, b"a.b", ["a", "b"]])
def test_a_path_that_is_no_text_is_an_error(path: Any, rows: Rows) -> None:
    with pytest.raises(TypeError, match="A path is a text"):
        pull_path(Ti("t"), path, default=1)


@pytest.mark.parametrize("indexes", ["01", "x", "", 1.5, ["0"], [None], object()])
def test_map_indexes_that_are_no_numbers_are_an_error(indexes: Any, rows: Rows) -> None:
    with pytest.raises(TypeError, match="map_indexes takes a whole number, or several"):
        pull_path(Ti("t"), "extract.return_value", default=1, map_indexes=indexes)


@pytest.mark.parametrize("default", [None, 0, "x"])
def test_a_default_is_given_for_what_is_missing(default: Any, rows: Rows) -> None:
    assert pull_path(Ti("t"), "extract.return_value", default) is default
    Ti("extract").xcom_push("return_value", {"a": None})
    assert pull_path(Ti("t"), "extract.return_value.b", default=default) is default
    assert pull_path(Ti("t"), "extract.return_value.a", default=default) is None
    assert pull_path(Ti("t"), "extract.return_value.a.b", default=default) is default


@pytest.fixture
def dag() -> DAG:
    """Dotted ids: ``group.extract``, ``group`` itself is none; ``mapped`` is mapped; ``top`` is the reader."""

    def nothing(x: Any = None) -> None: ...

    with DAG("d", schedule=None) as made:
        made_task = {name: task(task_id=name)(nothing)() for name in ("top", "a", "a.b", "a.b.c")}
        task(task_id="mapped")(nothing).expand(x=[1, 2]) >> made_task["top"]
    return made


def test_a_task_id_with_dots_is_the_longest_that_leaves_a_key(dag: DAG, rows: Rows) -> None:
    for name in ("a", "a.b", "a.b.c"):
        for key in ("key", "b", "c"):
            Ti(name).xcom_push(key, {"of": name, "c": 1})
    ti = Ti("top", dag.get_task("top"))
    assert pull_path(ti, "a.b.c.key.of") == "a.b.c"
    assert pull_path(ti, "a.b.key.of") == "a.b"
    assert pull_path(ti, "a.key.of") == "a"
    assert pull_path(ti, "a.b.c") == {"of": "a.b", "c": 1}
    assert pull_path(ti, '["a"].b.c') == 1


def test_a_task_that_the_dag_does_not_have_is_an_error_also_with_a_default(dag: DAG, rows: Rows) -> None:
    with pytest.raises(PathSyntaxError, match="no task of dag 'd'"):
        pull_path(Ti("top", dag.get_task("top")), "extrct.return_value", default=1)


def test_a_mapped_task_gives_its_values_in_order_or_those_asked_for(dag: DAG, rows: Rows) -> None:
    ti = Ti("top", dag.get_task("top"))
    assert pull_path(ti, "mapped.return_value") == []
    for index in (1, 0):
        Ti("mapped", map_index=index).xcom_push("return_value", {"n": index})
    assert pull_path(ti, "mapped.return_value[1].n") == 1
    assert pull_path(ti, "mapped.return_value") == [{"n": 0}, {"n": 1}]
    assert pull_path(ti, "mapped.return_value.n", map_indexes=1) == 1
    assert pull_path(ti, "mapped.return_value", map_indexes=[1, 0, 7]) == [{"n": 1}, {"n": 0}, None]


def test_an_error_names_the_instance_that_was_read(dag: DAG, rows: Rows) -> None:
    """Not that of the reader."""
    ti = Ti("top", dag.get_task("top"), map_index=7)
    for path, asked, place in (
        ("a.key", {}, "d.a in"),
        ("mapped.key", {"map_indexes": 3}, "d.mapped[3] in"),
        ("mapped.key[0]", {}, "d.mapped in"),
        ("mapped.key[5]", {"map_indexes": [3, 4]}, "d.mapped in"),
    ):
        with pytest.raises(XComNotFoundError) as raised:
            pull_path(ti, path, **asked)
        assert place in raised.value.xcom


@needs_async
def test_the_async_twin_gives_the_same(rows: Rows) -> None:
    Ti("extract").xcom_push("return_value", {"a": [1]})
    assert asyncio.run(apull_path(Ti("t"), "extract.return_value.a[0]")) == 1
    assert asyncio.run(apull_path(Ti("t"), "extract.return_value.b", None)) is None


@pytest.mark.skipif(not needs_async.args[0], reason="this Airflow has async XCom calls")
def test_without_async_calls_the_error_names_the_version(rows: Rows) -> None:
    with pytest.raises(AirflowVersionError, match=r"apull_path needs Airflow 3\.3"):
        asyncio.run(apull_path(Ti("t"), "extract.return_value"))
