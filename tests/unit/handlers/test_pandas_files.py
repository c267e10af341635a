"""The files of frames: readable elsewhere, streamed in batches, and never a wrong value out of damaged bytes."""

from __future__ import annotations

import io
import json
import tracemalloc
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import pandas as hp

from airflow_xcom_toolkit.abc import HandlerContext
from airflow_xcom_toolkit.errors import XComToolkitError
from airflow_xcom_toolkit.handlers._pandas import table
from airflow_xcom_toolkit.handlers.tree import Tree, TreeDumper
from airflow_xcom_toolkit.registry import HandlerRegistry
from airflow_xcom_toolkit.testing.same import assert_same
from tests.roundtrip import OpenGate, dumped, loaded, through

FORMATS = pytest.mark.parametrize("fmt", ["arrow", "parquet"])


def _tree(value: Any, fmt: str = "arrow") -> Tree:
    return TreeDumper(HandlerRegistry(), HandlerContext(OpenGate(), fmt)).dump(value)


def _mixed(rows: int) -> pd.DataFrame:
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "id": np.arange(rows),
            "x": random.random(rows),
            "day": pd.date_range("2020", periods=rows, freq="s"),
            "name": pd.Series(random.integers(0, 1000, rows)).astype("str"),
            "kind": pd.Categorical.from_codes(random.integers(-1, 3, rows), ["a", "b", "c"]),
            "ok": random.random(rows) > 0.5,
            "maybe": pd.arrays.IntegerArray(random.integers(0, 9, rows), random.random(rows) > 0.5),
            "zoned": pd.date_range("2020", periods=rows, freq="s", tz="UTC"),
        },
        index=pd.Index(np.arange(rows) * 2, name="key"),
    )


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "_BATCH_BYTES", 1000)
    monkeypatch.setattr(table, "_PARQUET_BATCH_BYTES", 1000)
    monkeypatch.setattr(table, "_WIDE_ROWS", 1)


def test_pyarrow_pandas_and_polars_open_the_arrow_file(tmp_path: Any) -> None:
    pl = pytest.importorskip("polars")
    frame = _mixed(100)
    path = tmp_path / "x.arrow"
    path.write_bytes(dumped(frame)[1])
    names = [*frame.columns, "__index_level_0__"]
    with pa.memory_map(str(path)) as file:
        assert pa.ipc.open_file(file).read_all().column_names == names
    assert list(pd.read_feather(path)["x"]) == list(frame["x"])
    assert pl.read_ipc(path).columns == names


def test_pyarrow_and_pandas_open_the_parquet_file(tmp_path: Any) -> None:
    frame = _mixed(100)
    path = tmp_path / "x.parquet"
    path.write_bytes(dumped(frame, dataframe_format="parquet")[1])
    read = pd.read_parquet(path)
    assert list(read["x"]) == list(frame["x"])
    assert read["kind"].dropna().tolist() == frame["kind"].dropna().tolist()


def test_the_suffix_says_the_format() -> None:
    assert _tree(_mixed(3)).suffix == ".arrow"
    assert _tree(_mixed(3), "parquet").suffix == ".parquet"


def test_columns_are_of_the_arrow_types_that_readers_expect() -> None:
    schema = pa.ipc.open_file(io.BytesIO(dumped(_mixed(3))[1])).schema
    assert [str(kind) for kind in schema.types] == [
        "int64",
        "double",
        str(pa.timestamp(pd.date_range("2020", periods=1, freq="s").unit)),
        "large_string",
        "dictionary<values=large_string, indices=int8, ordered=0>",
        "bool",
        "int64",
        str(pa.timestamp(pd.date_range("2020", periods=1, freq="s").unit, "UTC")),
        "int64",
    ]


@FORMATS
@pytest.mark.usefixtures("small_batches")
def test_many_batches_are_one_frame(fmt: str) -> None:
    frame = _mixed(1000)
    body = dumped(frame)[1]
    assert pa.ipc.open_file(io.BytesIO(body)).num_record_batches > 10
    assert_same(through(frame, dataframe_format=fmt), frame)


@FORMATS
def test_writing_twice_gives_the_same_bytes(fmt: str) -> None:
    tree = _tree(_mixed(1000), fmt)
    first, second = io.BytesIO(), io.BytesIO()
    tree.write(first)
    tree.write(second)
    assert first.getvalue() == second.getvalue()


def test_nbytes_is_a_close_lower_bound() -> None:
    tree = _tree(_mixed(10_000))
    assert 0.8 * tree.write(io.BytesIO()) <= tree.nbytes <= tree.write(io.BytesIO())


@pytest.mark.parametrize("rows", [0, 1, 7, 9, 1000])
def test_nbytes_is_a_lower_bound_of_columns_of_every_kind(rows: int) -> None:
    for _, column in _mixed(rows).items():
        tree = _tree(column)
        assert tree.nbytes <= tree.write(io.BytesIO())


@pytest.mark.parametrize("make", [str, lambda i: f"column_{i}" * 5], ids=["short", "long"])
def test_the_row_of_a_wide_frame_is_small(make: Any) -> None:
    columns = {make(i): [float(i)] if i % 2 else [str(i)] for i in range(2000)}
    frame = pd.DataFrame(columns)
    text, body = dumped(frame)
    assert len(text) < 300
    assert_same(loaded(text, body), frame)


def test_the_row_does_not_grow_with_the_rows() -> None:
    assert abs(len(dumped(_mixed(10))[0]) - len(dumped(_mixed(10_000))[0])) < 20


def test_a_pivot_table_is_one_file() -> None:
    pivot = _mixed(100).pivot_table(index="id", columns=["kind", "ok"], values="x", observed=False)
    assert _tree(pivot).suffix == ".arrow"
    assert_same(through(pivot), pivot)


def test_the_summary_has_rows_and_columns() -> None:
    assert _tree(_mixed(5)).summary == {"rows": 5, "columns": 8}
    assert _tree(pd.Series([1.0])).summary == {"length": 1, "dtype": "float64"}


@FORMATS
def test_what_is_pulled_can_be_written_to(fmt: str) -> None:
    frame = through(_mixed(10), dataframe_format=fmt)
    for i, value in enumerate([5, 0.5, frame.iloc[1, 2], "new", "b", True, pd.NA, frame.iloc[1, 7]]):
        frame.iloc[0, i] = value
    assert frame.iloc[0, :7].tolist()[:2] == [5, 0.5]
    frame["more"] = 1
    assert all(frame[name].array[1:].copy() is not None for name in frame)


def test_arrays_of_what_is_pulled_are_writable() -> None:
    for name, column in through(_mixed(10)).items():
        column.array[0] = column.array[1]
        assert column.array[0] is column.array[1] or column.array[0] == column.array[1], name


def test_what_is_pulled_shares_no_memory() -> None:
    frame = _mixed(10)
    before = frame.copy(deep=True)
    text, body = dumped(frame)
    one, two = loaded(text, body), loaded(text, body)
    for i in range(frame.shape[1]):
        one.isetitem(i, one.iloc[::-1, i].array)
        one.iloc[:, i].array[0] = one.iloc[:, i].array[5]
    assert_same(frame, before)
    assert_same(two, before)


@FORMATS
def test_pushing_does_not_change_the_frame(fmt: str) -> None:
    frame = _mixed(100)
    frame.attrs = {"a": [1]}
    before = frame.copy(deep=True)
    dumped(frame, dataframe_format=fmt)
    assert_same(frame, before)


@FORMATS
def test_a_cut_file_raises(fmt: str) -> None:
    text, body = dumped(_mixed(100), dataframe_format=fmt)
    for size in range(0, len(body), max(len(body) // 50, 1)):
        with pytest.raises((XComToolkitError, OSError)):
            loaded(text, body[:size], dataframe_format=fmt)


@FORMATS
def test_a_flipped_bit_never_crashes(fmt: str) -> None:
    frame = _mixed(50)
    text, body = dumped(frame, dataframe_format=fmt)
    random = np.random.default_rng(1)
    raised = 0
    for place in random.integers(0, len(body), 300):
        damaged = bytearray(body)
        damaged[place] ^= 1 << int(random.integers(8))
        try:
            loaded(text, bytes(damaged), dataframe_format=fmt)
        except (XComToolkitError, OSError):
            raised += 1
    assert raised


def test_a_file_with_other_rows_raises() -> None:
    text, body = dumped(_mixed(100))
    tree = json.loads(text)
    for rows in (0, 1, 99, 101):
        tree["rows"] = rows
        with pytest.raises(XComToolkitError, match="damaged"):
            loaded(json.dumps(tree), body)


class _Counter:
    written = 0

    def write(self, data: Any, /) -> int:
        size = memoryview(data).nbytes
        self.written += size
        return size

    def close(self) -> None: ...


class _Stream(io.RawIOBase):
    """A body that cannot seek, and lives outside what is measured."""

    def __init__(self, body: bytes) -> None:
        self._body = memoryview(body)
        self._at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        part = self._body[self._at : self._at + len(view)]
        view[: len(part)] = part
        self._at += len(part)
        return len(part)


def _peak(work: Any) -> int:
    """The most memory that ``work`` has at once, in Arrow's pool and in numpy and Python."""
    pool = pa.default_memory_pool()
    pool_before, pool_peak = pool.bytes_allocated(), [0]
    tracemalloc.start()
    try:
        work(lambda: pool_peak.append(pool.bytes_allocated() - pool_before))
        return tracemalloc.get_traced_memory()[1] + max(pool_peak)
    finally:
        tracemalloc.stop()


def test_pushing_needs_the_memory_of_a_few_batches() -> None:
    frame = _mixed(500_000)
    tree = _tree(frame)

    class Watching(_Counter):
        def write(self, data: Any, /) -> int:
            self.watch()
            return super().write(data)

    sink = Watching()

    def push(watch: Any) -> None:
        sink.watch = watch  # type: ignore[attr-defined]
        tree.write(sink)

    assert _peak(push) < 20 << 20 < sink.written


def test_pulling_needs_the_memory_of_the_value_and_a_few_batches() -> None:
    frame = _mixed(500_000)
    text, body = dumped(frame)
    context = HandlerContext(OpenGate())
    from airflow_xcom_toolkit.handlers.tree import TreeLoader

    def pull(watch: Any) -> None:
        class Watched(_Stream):
            def readinto(self, buffer: Any, /) -> int:
                watch()
                return super().readinto(buffer)

        TreeLoader(HandlerRegistry(), context, io.BufferedReader(Watched(body))).load(text)
        watch()

    assert _peak(pull) < len(body) + (30 << 20)


def test_columns_of_one_dtype_share_a_block() -> None:
    frame = through(pd.DataFrame({f"c{i}": np.arange(3.0) if i % 2 else ["a"] * 3 for i in range(20)}))
    assert sum(block.dtype == np.dtype("f8") for block in frame._mgr.blocks) == 1


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(st.characters(codec=None), max_size=5),
    st.binary(max_size=5),
    st.dates(),
    st.sampled_from([pd.NA, pd.NaT, np.nan]),
)
DTYPES = st.sampled_from(["bool", "i1", "u8", "f2", "f4", "f8", "c16", "M8[s]", "M8[ms]", "M8[us]", "M8[ns]", "m8[ns]"])


@st.composite
def _columns(draw: Any) -> Any:
    return [hp.column(f"c{i}", dtype=np.dtype(draw(DTYPES))) for i in range(draw(st.integers(1, 4)))]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(_columns().flatmap(hp.data_frames), st.sampled_from(["arrow", "parquet"]))
def test_any_frame_of_numpy_columns_comes_back(frame: pd.DataFrame, fmt: str) -> None:
    assert_same(through(frame, dataframe_format=fmt), frame)


@settings(max_examples=150, deadline=None)
@given(st.lists(VALUES, max_size=6), st.sampled_from(["arrow", "parquet"]))
def test_any_column_of_objects_comes_back(values: list[Any], fmt: str) -> None:
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object), "y": pd.Series(values[::-1], dtype=object)})
    assert_same(through(frame, dataframe_format=fmt), frame)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=3), st.integers(), st.none(), st.floats()), max_size=5))
def test_any_labels_come_back(labels: list[Any]) -> None:
    for dtype in (object, None):
        index = pd.Index(labels, dtype=dtype, tupleize_cols=False)  # type: ignore[call-overload]
        frame = pd.DataFrame(np.zeros((1, len(labels))), columns=index)
        assert_same(through(frame), frame)
