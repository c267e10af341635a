"""A part of a value equals what slicing gives of the whole, and nothing else of it is held."""

from __future__ import annotations

import io
import tracemalloc
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_xcom_toolkit.abc import HandlerContext, Part
from airflow_xcom_toolkit.errors import IntegrityError, PartialLoadError
from airflow_xcom_toolkit.handlers._pandas import parquet, table
from airflow_xcom_toolkit.handlers.tree import TreeLoader
from airflow_xcom_toolkit.registry import HandlerRegistry
from airflow_xcom_toolkit.testing.same import assert_same
from tests.roundtrip import OpenGate, dumped, part_of
from tests.unit.handlers.test_arrow import ARRAYS
from tests.unit.handlers.test_numpy import STRUCTURED, STRUCTURED_IDS
from tests.unit.handlers.test_pandas import COLUMN, FRAMES, INDEX, INDEXES
from tests.unit.handlers.test_polars import SERIES

ROWS = [(0, 2), (1, None), (None, 1), (1, 2), (-2, None), (None, -1), (1, 1), (2, 1), (5, 9), (-9, 9), (None, None)]
FEW = [(0, 2), (-2, None), (2, 1)]
FORMATS = pytest.mark.parametrize("fmt", ["arrow", "parquet"])
SLOW = settings(deadline=None, database=None, max_examples=50, suppress_health_check=list(HealthCheck))


@pytest.fixture(params=["one batch", "many batches"])
def batches(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "many batches":
        for name in ("_BATCH_BYTES", "_PARQUET_BATCH_BYTES", "_WIDE_ROWS"):
            monkeypatch.setattr(table, name, 1)
        monkeypatch.setattr(parquet, "_READ_ROWS", 1)


# pandas


def sliced(frame: pd.DataFrame, part: Part) -> pd.DataFrame:
    chosen = frame if part.columns is None else frame[list(part.columns)]
    return chosen if part.rows is None else chosen.iloc[slice(*part.rows)]


def assert_part(frame: pd.DataFrame, fmt: str = "arrow", **wanted: Any) -> None:
    part = Part(**wanted)
    assert_same(part_of(frame, part, dataframe_format=fmt), sliced(frame, part))


@FORMATS
@COLUMN
@pytest.mark.usefixtures("batches")
def test_columns_and_rows_of_a_frame(column: Any, fmt: str) -> None:
    """Whatever the columns are: those wanted, and those that are not."""
    if isinstance(column, np.ndarray) and not column.dtype.isnative and pd.__version__ < "3":
        pytest.skip("pandas 2 itself chooses no columns where one has another byte order")
    x = pd.Series(column, dtype=column.dtype)
    frame = pd.DataFrame({"before": [1.5, 2, 3], "x": x, "after": ["a", "b", "c"], "more": [1, 2, 3]})
    for rows in FEW:
        assert_part(frame, fmt, columns=["more", "x", "before"], rows=rows)
    assert_part(frame, fmt, columns=["after"])


@FORMATS
@INDEX
@pytest.mark.usefixtures("batches")
def test_the_index_is_sliced_as_pandas_does_it(index: pd.Index, fmt: str) -> None:
    """With its name, its levels and, where pandas keeps it, its freq."""
    frame = pd.DataFrame({"x": [1, 2, 3], "y": [1j, 2, 3]}, index=index)
    for rows in ROWS:
        assert_part(frame, fmt, rows=rows)
    assert_part(frame, fmt, columns=["x"])


@INDEX
def test_any_labels_can_be_chosen(index: pd.Index) -> None:
    """Those that are not the names in the file, too."""
    frame = pd.DataFrame(np.arange(6).reshape(2, 3), columns=index)
    assert_part(frame, columns=[])
    assert_part(frame, rows=(1, 2))
    labels = [label for label in index[::-1] if not isinstance(label, (tuple, np.bool_)) and not pd.isna(label)]
    if index.is_unique:
        assert_part(frame, columns=labels)
        assert_part(frame, columns=labels[:1])


@FORMATS
@pytest.mark.parametrize("name", FRAMES)
def test_parts_of_unusual_frames(name: str, fmt: str) -> None:
    """No columns, no rows, the same label twice."""
    frame = FRAMES[name]
    for rows in FEW:
        assert_part(frame, fmt, rows=rows)
        assert_part(frame, fmt, columns=[], rows=rows)
        if name != "label with a surrogate":  # To pandas 3 it is no label to choose by.
            assert_part(frame, fmt, columns=frame.columns.unique()[::-1].tolist(), rows=rows)


def test_the_first_level_of_labels_chooses_all_below() -> None:
    """As in pandas."""
    columns = pd.MultiIndex.from_product([["a", "b"], [1, 2]])
    frame = pd.DataFrame(np.arange(8).reshape(2, 4), columns=columns)
    assert_part(frame, columns=["b"])
    assert_part(frame, columns=[("b", 2), ("a", 1)])


@FORMATS
def test_dots_in_names_are_no_paths(fmt: str) -> None:
    """Parquet takes them for some."""
    frame = pd.DataFrame({"a": [1], "a.b": ["x"], "a.b.c": [2.5], "": [4]})
    for label in frame.columns:
        assert_part(frame, fmt, columns=[label])


def test_attrs_and_flags_stay() -> None:
    """As in pandas."""
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]}).set_flags(allows_duplicate_labels=False)
    frame.attrs = {"unit": ("m", 1)}
    assert_part(frame, columns=["b"], rows=(1, 2))


@FORMATS
@SLOW
@given(data=st.data())
def test_any_part_of_a_frame(data: st.DataObject, fmt: str) -> None:
    """Columns in any order, rows from anywhere to anywhere."""
    count = 23
    index = data.draw(st.sampled_from([name for name in INDEXES if len(INDEXES[name]) == 3]))
    found = INDEXES[index].take(np.arange(count) % 3)
    frame = pd.DataFrame(
        {
            "i": np.arange(count),
            "f": np.arange(count) / 3,
            "s": [f"row {i}" for i in range(count)],
            "o": pd.Series([(i,) for i in range(count)]),
            "c": pd.Categorical(["a", "b", None, "d", "a"] * 4 + ["a", "b", "c"]),
            "j": np.arange(count)[::-1],
        }
    ).set_index(found)
    ends = st.none() | st.integers(-count - 2, count + 2)
    columns = data.draw(st.none() | st.lists(st.sampled_from(frame.columns.tolist()), unique=True))
    assert_part(frame, fmt, columns=columns, rows=data.draw(st.tuples(ends, ends)))


def test_an_hourly_index_keeps_its_freq_across_the_change_of_a_clock() -> None:
    """Wherever the rows begin."""
    index = pd.date_range("2020-10-24 22:00", periods=8, freq="h", tz="Europe/Paris")
    frame = pd.DataFrame({"x": range(8)}, index=index)
    for start in range(8):
        assert_part(frame, rows=(start, start + 2))


def test_what_is_loaded_can_be_written_to() -> None:
    """And is nobody else's."""
    frame = part_of(pd.DataFrame({"a": [1, 2], "b": [3, 4], "o": [[1], [2]]}), Part(columns=["b", "o"], rows=(0, 1)))
    frame.loc[0, "b"] = 9
    assert frame["b"].tolist() == [9]


@pytest.mark.parametrize(
    "columns", [["missing"], ["a", "missing"], ["a", "a"], [["a"]], [True, False], [1], [None]], ids=str
)
@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table], ids=lambda make: make.__module__)
def test_columns_that_are_not_there_once_are_refused(make: Any, columns: list[Any]) -> None:
    """By name, and not with a column in their place."""
    with pytest.raises(PartialLoadError):
        part_of(make({"a": [1, 2], "b": [3, 4]}), Part(columns=columns))


def test_the_error_does_not_name_the_columns_that_are_there() -> None:
    """The labels of an encrypted frame are secret."""
    with pytest.raises(PartialLoadError) as raised:
        part_of(pd.DataFrame({"secret": [1]}), Part(columns=["missing"]))
    assert "secret" not in str(raised.value)


# Arrow


@pytest.mark.parametrize("array", [pytest.param(array, id=name) for name, array in ARRAYS.items()])
def test_columns_and_rows_of_an_arrow_table(array: Any) -> None:
    """Of every type, in one chunk and in many."""
    whole = pa.table({"x": array, "": array, "n": pa.array(range(len(array)))}).replace_schema_metadata({"k": "v"})
    for value in (whole, pa.concat_tables([whole, whole.slice(1), whole])):
        for rows in FEW:
            expected = value.select(["n", "x"])[slice(*rows)]
            assert_same(part_of(value, Part(["n", "x"], rows)), expected)
            assert_same(part_of(value, Part(rows=rows)), value[slice(*rows)])


@pytest.mark.parametrize(
    "value", [pa.table({}), pa.table({"a": [1, 2]}).select([]), pa.table({"a": pa.array([], pa.int8())})], ids=str
)
def test_parts_of_unusual_tables(value: Any) -> None:
    """No columns, no rows."""
    for rows in ROWS:
        assert_same(part_of(value, Part([], rows)), value.select([])[slice(*rows)])
        assert_same(part_of(value, Part(rows=rows)), value[slice(*rows)])


def test_dictionaries_that_differ_between_chunks_are_kept() -> None:
    """In a part, too."""
    chunks = [pa.array(["a", "b"]).dictionary_encode(), pa.array(["c", "b"]).dictionary_encode()]
    value = pa.table({"a": pa.chunked_array(chunks), "b": range(4)})
    assert part_of(value, Part(["a"], (1, 4)))["a"].to_pylist() == ["b", "c", "b"]


def test_a_name_that_two_columns_have_is_refused() -> None:
    """As `pyarrow.Table.select` does."""
    with pytest.raises(PartialLoadError, match="2 columns 'a'"):
        part_of(pa.table([[1], [2]], names=["a", "a"]), Part(["a"]))


# polars


@pytest.mark.parametrize("series", [pytest.param(series, id=name) for name, series in SERIES.items()])
def test_columns_and_rows_of_a_polars_frame(series: pl.Series) -> None:
    """Of every dtype, with names that polars takes for patterns."""
    value = pl.DataFrame([series.alias("b"), pl.Series("n", range(len(series))), series.alias("d")])
    value.columns = ["^.*$", "n", ""]
    for rows in FEW:
        assert_same(part_of(value, Part(["", "^.*$"], rows)), value[["", "^.*$"]][slice(*rows)])
        assert_same(part_of(value, Part(["n"], rows)), value[["n"]][slice(*rows)])
        assert_same(part_of(value, Part(rows=rows)), value[slice(*rows)])


def test_parts_of_unusual_polars_frames() -> None:
    """No columns; objects between others."""
    objects = pl.Series("o", [1, (2,), None], dtype=pl.Object)
    between = pl.DataFrame([objects, pl.Series("x", [1, 2, 3]), objects.alias("p")])
    for value in (pl.DataFrame(), between):
        for rows in ROWS:
            assert_same(part_of(value, Part([], rows)), value.select([])[slice(*rows)])
            assert_same(part_of(value, Part(rows=rows)), value[slice(*rows)])
    assert_same(part_of(between, Part(["p"], (1, 2))), between[["p"]][1:2])
    assert_same(part_of(between, Part(["p", "x", "o"], (-2, None))), between[["p", "x", "o"]][-2:])


# numpy


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(5,), (5, 3), (5, 2, 3), (0,), (0, 2), (5, 0), (1, 2, 3), (5, 1)], ids=str)
def test_rows_of_an_array(shape: tuple[int, ...], order: Any) -> None:
    """In its memory order."""
    value = np.asarray(np.arange(np.prod(shape, dtype=int)).reshape(shape) / 7, order=order)
    for rows in ROWS:
        assert_same(part_of(value, Part(rows=rows)), value[slice(*rows)])


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("name", STRUCTURED_IDS)
def test_rows_of_a_structured_array(name: str, order: Any) -> None:
    """Of every dtype that a ``.npy`` header does not name, too."""
    value = np.zeros((4, 3), STRUCTURED[name], order)
    assert_same(part_of(value, Part(rows=(1, 3))), value[1:3])


def test_rows_of_a_large_array_in_fortran_order() -> None:
    """In more than one piece."""
    value = np.asfortranarray(np.arange(3_000_000.0).reshape(1000, 3000))
    assert_same(part_of(value, Part(rows=(10, 12))), value[10:12])


@pytest.mark.parametrize("order", ["C", "F"])
def test_rows_of_an_array_need_their_own_memory(order: Any) -> None:
    """And that of a few pieces of what is read past."""
    text, body = dumped(np.zeros((1000, 8000), order=order))
    source, context = io.BytesIO(body), HandlerContext(OpenGate())
    tracemalloc.start()
    try:
        TreeLoader(HandlerRegistry(), context, source).load(text, Part(rows=(500, 510)))
        assert tracemalloc.get_traced_memory()[1] < 16 << 20 < len(body)
    finally:
        tracemalloc.stop()


def test_columns_of_a_frame_need_their_own_memory() -> None:
    """And that of a few batches."""
    frame = pd.DataFrame({f"c{i}": np.arange(500_000.0) for i in range(16)})
    text, body = dumped(frame)
    source, context = io.BytesIO(body), HandlerContext(OpenGate())
    before, pool = pa.total_allocated_bytes(), pa.default_memory_pool()
    tracemalloc.start()
    try:
        part = TreeLoader(HandlerRegistry(), context, source).load(text, Part(columns=["c3"]))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 16 << 20 < len(body)
    assert pool.bytes_allocated() - before < 1 << 20
    assert_same(part, frame[["c3"]])


def test_columns_of_an_arrow_table_do_not_hold_the_others() -> None:
    """Though they were read in one batch with them."""
    value = pa.table({name: np.arange(1_000_000) for name in "abcdefgh"})
    text, body = dumped(value)
    before = pa.total_allocated_bytes()
    part = TreeLoader(HandlerRegistry(), HandlerContext(OpenGate()), io.BytesIO(body)).load(text, Part(["a"], (5, 10)))
    assert pa.total_allocated_bytes() - before < 1 << 20
    assert part["a"].to_pylist() == [5, 6, 7, 8, 9]


# What has no parts


@pytest.mark.parametrize(
    "value",
    [1, "text", [1, 2], {"a": 1}, (1, 2), b"bytes", [pd.DataFrame({"a": [1]})], np.array(1.5), np.array([{}, 1]), None],
    ids=str,
)
def test_other_values_are_loaded_whole(value: Any) -> None:
    """And say so."""
    with pytest.raises(PartialLoadError):
        part_of(value, Part(rows=(0, 1)))


def test_arrays_have_no_columns() -> None:
    """Only rows."""
    with pytest.raises(PartialLoadError, match="no columns"):
        part_of(np.zeros((2, 2)), Part(columns=[0]))


@pytest.mark.parametrize("rows", [1, (1,), (1, 2, 3), [1, 2], (1.0, 2), (True, 2), "ab", slice(1, 2)], ids=str)
def test_rows_are_a_pair(rows: Any) -> None:
    """Of integers or ``None``."""
    with pytest.raises(PartialLoadError, match="pair"):
        Part(rows=rows)


@pytest.mark.parametrize("columns", ["ab", b"ab", 3, {"a"}], ids=str)
def test_columns_are_a_list(columns: Any) -> None:
    """A text is one name, not many."""
    with pytest.raises(PartialLoadError, match="list"):
        Part(columns=columns)


@FORMATS
def test_a_file_that_ends_early_is_an_error(fmt: str) -> None:
    """Also of a part that is all there."""
    text, body = dumped(pd.DataFrame({"a": range(10)}), dataframe_format=fmt)
    with pytest.raises((IntegrityError, Exception), match=r"ends|damaged"):
        TreeLoader(HandlerRegistry(), HandlerContext(OpenGate()), io.BytesIO(body[:-9])).load(text, Part(rows=(0, 1)))
