"""polars values come back as they were, through Arrow files."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from polars.testing.parametric import dataframes
from pyarrow import ipc

from airflow_xcom_toolkit.abc import HandlerContext
from airflow_xcom_toolkit.errors import UnsupportedTypeError
from airflow_xcom_toolkit.handlers import _polars
from airflow_xcom_toolkit.handlers.tree import TreeDumper
from airflow_xcom_toolkit.registry import HandlerRegistry
from airflow_xcom_toolkit.testing.same import assert_same
from tests.roundtrip import OpenGate, dumped, loaded, through

_NUMBERS = ("Int8", "Int16", "Int32", "Int64", "Int128", "UInt8", "UInt16", "UInt32", "UInt64", "UInt128", "Float16")
_LONG = pl.Enum(["y", "x", "z"])


def _all_series() -> dict[str, pl.Series]:
    found = {name: pl.Series("a", [1, None, 0], getattr(pl, name)) for name in _NUMBERS if hasattr(pl, name)}
    return {
        **found,
        "Float32": pl.Series("a", [1.5, float("nan"), -0.0, None], pl.Float32),
        "Float64": pl.Series("a", [1.5, float("nan"), -0.0, None, float("inf")]),
        "Boolean": pl.Series("a", [True, None, False]),
        "String": pl.Series("a", ["x\0é", None, "", "long" * 9]),
        "Binary": pl.Series("a", [b"\xff", None, b""]),
        "Null": pl.Series("a", [None, None]),
        "Categorical": pl.Series("a", ["x", None, "y", "x"], pl.Categorical),
        "Enum": pl.Series("a", ["x", None, "y"], _LONG),
        "empty Enum": pl.Series("a", [], pl.Enum([])),
        "Decimal": pl.Series("a", [Decimal("1.50"), None]),
        "Decimal(38, 5)": pl.Series("a", [Decimal("-1.5"), None], pl.Decimal(38, 5)),
        "38 digits": pl.Series("a", [Decimal("12345678901234567890123456789012345678")]),
        "Date": pl.Series("a", [dt.date(2020, 1, 1), None]),
        "Time": pl.Series("a", [dt.time(1, 2, 3, 4), None]),
        **{f"Datetime {unit}": pl.Series("a", [1, None], pl.Datetime(unit)) for unit in ("ms", "us", "ns")},  # type: ignore[arg-type]
        **{f"Duration {unit}": pl.Series("a", [1, None], pl.Duration(unit)) for unit in ("ms", "us", "ns")},  # type: ignore[arg-type]
        "time zone": pl.Series("a", [1, None], pl.Datetime("us", "Europe/Paris")),
        "List": pl.Series("a", [[1], None, []]),
        "List of Null": pl.Series("a", [[None], []], pl.List(pl.Null)),
        "Array": pl.Series("a", [[1, 2], None, [3, 4]], pl.Array(pl.Int8, 2)),
        "Array of Array": pl.Series("a", [[[1, 2]], None, [[3, 4]]], pl.Array(pl.Int8, (1, 2))),
        "Array of width 0": pl.Series("a", [[], None], pl.Array(pl.Int8, 0)),
        "Struct": pl.Series("a", [{"x": 1, "y": ["a"]}, None, {"x": 2, "y": None}]),
        "empty Struct": pl.Series("a", [{}, None], pl.Struct([])),
        "List of Categorical": pl.Series("a", [["x"], None], pl.List(pl.Categorical)),
        "List of Enum": pl.Series("a", [["x"], None], pl.List(_LONG)),
        "List of Struct": pl.Series("a", [[{"x": 1}], None, [{"x": 2}, None]]),
        "Struct of Enum": pl.Series("a", [{"e": "x"}, None], pl.Struct({"e": _LONG})),
        "Struct of Array": pl.Series("a", [{"e": [1, 2]}, None], pl.Struct({"e": pl.Array(pl.Int8, 2)})),
        "List of Int128": pl.Series("a", [[2**100], None], pl.List(pl.Int128)),
        "Array of Lists of Int128": pl.Series("a", [[[2**100]], None], pl.Array(pl.List(pl.Int128), 1)),
        "Struct of Decimal": pl.Series("a", [{"d": Decimal("1.5"), "i": 1}]),
        "Struct of all sorts": pl.Series(
            "a", [{"x": 1, "y": ["a"]}, None], pl.Struct({"x": pl.Int128, "y": pl.List(pl.Categorical)})
        ),
        "Object": pl.Series("a", [1, None, [1], {"a": (1,)}], dtype=pl.Object),
        "no name": pl.Series([1, 2]),
        "no rows": pl.Series("a", [], pl.Int8),
    }


SERIES = _all_series()
each_series = pytest.mark.parametrize("series", [pytest.param(series, id=name) for name, series in SERIES.items()])


def assert_comes_back(value: Any) -> None:
    before = value.clone()
    assert_same(through(value), value)
    assert_same(value, before)


def _tree(value: Any) -> Any:
    return TreeDumper(HandlerRegistry(), HandlerContext(OpenGate())).dump(value)


# Values


@each_series
def test_series_come_back(series: pl.Series) -> None:
    assert_comes_back(series)


@each_series
def test_slices_come_back(series: pl.Series) -> None:
    for start in (1, 2):
        assert_comes_back(series.slice(start))
        assert_comes_back(series.slice(0, start))


@each_series
def test_frames_come_back(series: pl.Series) -> None:
    assert_comes_back(series.to_frame())
    frame = pl.DataFrame([series.alias("b"), series.alias("c"), series.alias("d")])
    frame.columns = ["^.*$", "", "column_1"]
    assert_comes_back(frame)
    assert_comes_back(series.to_frame().clear())


@each_series
def test_chunks_come_back(series: pl.Series) -> None:
    if series.dtype != pl.Object:
        assert_comes_back(pl.concat([series, series], rechunk=False))


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(pl.DataFrame(), id="nothing"),
        pytest.param(pl.DataFrame({"a": [1]}).select([]), id="no columns"),
        pytest.param(
            pl.DataFrame([SERIES["Object"].alias("o"), pl.Series("x", [1, 2, 3, 4]), SERIES["Object"].alias("p")]),
            id="objects between",
        ),
    ],
)
def test_unusual_frames_come_back(frame: Any) -> None:
    assert_comes_back(frame)


@pytest.mark.skipif(pl.__version__ < "2", reason="frames have no height of their own")
def test_height_without_columns_comes_back() -> None:
    assert_comes_back(pl.DataFrame(height=5))


@pytest.mark.skipif(not hasattr(pl, "Categories"), reason="no named categories")
def test_named_categories_come_back() -> None:
    categories = pl.Categories("name", "space", pl.UInt8)
    assert_comes_back(pl.Series("a", ["x", None], pl.Categorical(categories)))


@settings(deadline=None, database=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(dataframes(max_cols=4, max_size=6, allow_null=True, excluded_dtypes=[pl.Object]))
def test_any_frame_comes_back(frame: Any) -> None:
    assert_comes_back(frame)
    assert_comes_back(frame.slice(1))


def test_what_came_back_is_writable_and_independent() -> None:
    series = pl.Series("a", [1, 2, 3])
    actual = through(series)
    actual[0] = 9
    assert actual.to_list() == [9, 2, 3]
    assert series.to_list() == [1, 2, 3]


# Files


def test_one_frame_is_an_ordinary_arrow_file() -> None:
    frame = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
    assert _tree(frame).suffix == ".arrow"
    body = dumped(frame)[1]
    assert ipc.open_file(body).read_all().to_pydict() == frame.to_dict(as_series=False)
    assert pl.read_ipc(io.BytesIO(body)).equals(frame)


def test_a_slice_writes_only_its_rows() -> None:
    frame = pl.DataFrame({"a": [f"{i:050d}" for i in range(20_000)]})
    assert len(dumped(frame.slice(10, 3))[1]) < 4_000
    assert_comes_back(frame.slice(10, 3))


def test_categories_that_only_other_series_use_are_not_written() -> None:
    other = pl.Series("a", [f"secret{i:050d}" for i in range(1_000)], pl.Categorical)
    body = dumped(pl.Series("a", ["x", "y"], pl.Categorical))[1]
    assert len(other) == 1_000
    assert b"secret" not in body


# Refusals and damage


def test_a_lazy_frame_is_refused_with_what_to_do() -> None:
    with pytest.raises(UnsupportedTypeError, match=r"\.collect\(\)"):
        dumped({"a": pl.LazyFrame({"a": [1]})})


def test_an_object_that_cannot_be_kept_is_refused_by_its_column() -> None:
    frame = pl.DataFrame([pl.Series("x", [1]), pl.Series("o", [object()], dtype=pl.Object)])
    with pytest.raises(UnsupportedTypeError, match=r"value\['o'\]\[0\]"):
        dumped(frame)


def test_a_column_that_would_change_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_polars, "_export", lambda frame: pa.table({"a": pa.array([1], pa.int8())}))
    with pytest.raises(UnsupportedTypeError, match=r"column 'a' would change from Int64 to Int8"):
        dumped(pl.DataFrame({"a": [1]}))


def test_a_body_that_ends_early_is_an_error() -> None:
    text, body = dumped(pl.DataFrame({"a": [1, 2], "b": ["x", "y"]}))
    for size in range(0, len(body), 9):
        with pytest.raises(Exception, match=r"."):
            loaded(text, body[:size])


def test_the_summary_has_rows_and_columns() -> None:
    assert _tree(pl.DataFrame({"a": [1, 2]})).summary == {"rows": 2, "columns": 1}
    assert _tree(pl.Series("a", [1, 2])).summary == {"dtype": "Int64", "rows": 2}


def test_every_handler_has_a_type_id_of_the_family() -> None:
    ids = [handler.type_id for handler in _polars.HANDLERS]
    assert len(set(ids)) == len(ids)
    assert all(name.startswith("polars.") and name.endswith("@1") for name in ids)
