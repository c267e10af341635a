"""Arrow values come back as they were, through files that pyarrow itself opens."""

from __future__ import annotations

import contextlib
import io
import random
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import ipc

from airflow_xcom_toolkit.abc import HandlerContext
from airflow_xcom_toolkit.errors import UnsupportedTypeError
from airflow_xcom_toolkit.handlers import _arrow
from airflow_xcom_toolkit.handlers.tree import LeafReader, TreeDumper
from airflow_xcom_toolkit.registry import HandlerRegistry
from airflow_xcom_toolkit.testing.same import assert_same
from tests.roundtrip import OpenGate, dumped, loaded, through


def _extension(kind: pa.DataType, storage: pa.Array) -> pa.Array:
    return pa.ExtensionArray.from_storage(kind, storage)


ARRAYS = {
    **{str(kind): pa.array([1, None, 0], kind) for kind in (pa.int8(), pa.int64(), pa.uint8(), pa.uint64())},
    "bool": pa.array([True, None, False]),
    "float": pa.array([1.5, float("nan"), -0.0, None], pa.float32()),
    "double": pa.array([1.5, float("nan"), -0.0, None]),
    "null": pa.nulls(3),
    "string": pa.array(["a\0é", None, ""]),
    "large_string": pa.array(["a", None], pa.large_string()),
    "string_view": pa.array(["a" * 20, None, "b"], pa.string_view()),
    "binary": pa.array([b"\xff", None]),
    "binary_view": pa.array([b"a" * 20, None], pa.binary_view()),
    "fixed binary": pa.array([b"ab", None], pa.binary(2)),
    "list": pa.array([[1], None, []]),
    "large_list": pa.array([[1], None, []], pa.large_list(pa.int8())),
    "list_view": pa.array([[1], None, []], pa.list_view(pa.int8())),
    "fixed list": pa.array([[1, 2], None, [3, 4]], pa.list_(pa.int8(), 2)),
    "struct": pa.array([{"a": 1, "b": ["x"]}, None, {"a": 2}]),
    "empty struct": pa.array([{}, None], pa.struct([])),
    "map": pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int8())),
    "decimal32": pa.array([Decimal("1.50"), None], pa.decimal32(5, 2)),
    "decimal128": pa.array([Decimal("1.50"), None], pa.decimal128(38, 2)),
    "decimal256": pa.array([Decimal("1.50"), None], pa.decimal256(76, 2)),
    "date32": pa.array([1, None], pa.date32()),
    "date64": pa.array([86_400_000, None], pa.date64()),
    "time32": pa.array([1, None], pa.time32("s")),
    "time64": pa.array([1, None], pa.time64("ns")),
    "timestamp": pa.array([1, None], pa.timestamp("ns", "Europe/Paris")),
    "duration": pa.array([1, None], pa.duration("us")),
    "interval": pa.array([(1, 2, 3), None], pa.month_day_nano_interval()),
    "dictionary": pa.array(["a", "b", None, "a"]).dictionary_encode(),
    "ordered dictionary": pa.DictionaryArray.from_arrays(pa.array([1, 0], pa.int8()), ["y", "x"], ordered=True),
    "nested dictionary": pa.array([[["a"]], None], pa.list_(pa.list_(pa.dictionary(pa.int8(), pa.string())))),
    "run ends": pa.RunEndEncodedArray.from_arrays(pa.array([2, 5], pa.int32()), pa.array(["a", None])),
    "dense union": pa.UnionArray.from_dense(
        pa.array([0, 1, 0], pa.int8()), pa.array([0, 0, 1], pa.int32()), [pa.array([1, 2]), pa.array(["x"])]
    ),
    "sparse union": pa.UnionArray.from_sparse(
        pa.array([0, 1, 0], pa.int8()), [pa.array([1, 2, 3]), pa.array(["x", "y", "z"])]
    ),
    "tensor": _extension(pa.fixed_shape_tensor(pa.int8(), [2]), pa.array([[1, 2]], pa.list_(pa.int8(), 2))),
    "uuid": pa.array([b"0" * 16, None], pa.uuid()),
    "bool8": _extension(pa.bool8(), pa.array([1, None], pa.int8())),
    "json": _extension(pa.json_(), pa.array(["{}"])),
    "empty": pa.array([], pa.int64()),
}

each_array = pytest.mark.parametrize("array", [pytest.param(array, id=name) for name, array in ARRAYS.items()])


def assert_comes_back(value: Any) -> None:
    assert_same(through(value), value)


def _tree(value: Any) -> Any:
    return TreeDumper(HandlerRegistry(), HandlerContext(OpenGate())).dump(value)


# Values


@each_array
def test_arrays_come_back(array: Any) -> None:
    assert_comes_back(array)
    assert_comes_back(array.slice(1))


@each_array
def test_tables_and_batches_come_back(array: Any) -> None:
    assert_comes_back(pa.table({"x": array, "": array, "n": pa.array(range(len(array)))}))
    assert_comes_back(pa.record_batch({"x": array}).slice(1))


@each_array
def test_chunked_arrays_keep_their_chunks(array: Any) -> None:
    chunked = pa.chunked_array([array, array.slice(1), array.slice(0, 0)])
    actual = through(chunked)
    assert actual.equals(chunked) or pa.types.is_floating(array.type)
    assert [len(chunk) for chunk in actual.chunks] == [len(chunk) for chunk in chunked.chunks]


@each_array
def test_types_and_fields_come_back(array: Any) -> None:
    assert_comes_back(array.type)
    assert_comes_back(pa.field("x", array.type, nullable=pa.types.is_null(array.type), metadata={"k": "v"}))


@each_array
def test_scalars_come_back(array: Any) -> None:
    for scalar in array:
        assert_comes_back(scalar)


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(pa.table({"a": pa.array([], pa.int8())}), id="no rows"),
        pytest.param(pa.table({}), id="no columns"),
        pytest.param(pa.table({"a": [1, 2]}).select([]), id="rows without columns"),
        pytest.param(pa.schema([]).empty_table(), id="nothing"),
        pytest.param(pa.table([[1], [2]], names=["a", "a"]), id="the same name twice"),
    ],
)
def test_unusual_tables_come_back(table: Any) -> None:
    assert_comes_back(table)


def test_metadata_comes_back() -> None:
    field = pa.field("a", pa.int8(), nullable=False, metadata={b"\xffk": b"\xfe\0v"})
    schema = pa.schema([field], metadata={"z": "1", "a": "2"})
    assert_comes_back(pa.table({"a": pa.array([1], pa.int8())}, schema=schema))
    assert_comes_back(schema)
    assert list(through(schema).metadata) == [b"z", b"a"]


def test_chunks_of_a_table_come_back() -> None:
    table = pa.concat_tables([pa.table({"a": [1, 2], "b": ["x", "y"]}), pa.table({"a": [3], "b": ["z"]})])
    assert [len(chunk) for chunk in through(table)["a"].chunks] == [2, 1]


def test_dictionaries_that_differ_between_chunks_come_back() -> None:
    chunks = [pa.array(["a", "b"]).dictionary_encode(), pa.array(["c", "b"]).dictionary_encode()]
    column = pa.chunked_array(chunks)
    assert through(column).chunk(1).dictionary.to_pylist() == ["c", "b"]
    assert_comes_back(pa.table({"a": column, "b": range(4)}))


# Files


def test_one_table_is_an_ordinary_arrow_file() -> None:
    table = pa.table({"a": [1, 2], "b": ["x", None]})
    assert ipc.open_file(dumped(table)[1]).read_all().equals(table)
    assert _tree(table).suffix == ".arrow"


def test_chunks_that_share_a_dictionary_are_an_ordinary_arrow_file() -> None:
    array = pa.array(["a", "b"]).dictionary_encode()
    table = pa.table({"a": pa.chunked_array([array, array.slice(1)])})
    assert _tree(table).suffix == ".arrow"
    assert ipc.open_file(dumped(table)[1]).read_all().equals(table)


def test_dictionaries_that_differ_are_an_ordinary_arrow_stream() -> None:
    table = pa.table({"a": pa.chunked_array([pa.array([x]).dictionary_encode() for x in "ab"])})
    assert _tree(table).suffix == ".arrows"
    assert ipc.open_stream(dumped(table)[1]).read_all().equals(table)


def test_a_slice_writes_only_its_rows() -> None:
    texts = [f"{i:050d}" for i in range(20_000)]
    for kind in (pa.string(), pa.string_view(), pa.binary_view()):
        column = pa.array(texts).cast(kind)
        for array in (column, pa.StructArray.from_arrays([column], ["a"])):
            assert len(dumped(array.slice(100, 5))[1]) < 4_000
            assert_comes_back(array.slice(100, 5))


def test_the_estimate_is_near_the_size_of_the_file() -> None:
    table = pa.table({"a": range(10_000), "b": pa.array(["x" * 20] * 10_000, pa.string_view())})
    size = len(dumped(table)[1])
    assert 0.9 * size < _tree(table).nbytes <= size


def test_writing_and_reading_copy_nothing_through_python() -> None:
    table = pa.table({"a": pa.array(range(1 << 20))})
    sink = io.BytesIO()
    leaf = _tree(table).leaves[0][1]
    leaf.write(sink)
    sink.seek(0)
    tracemalloc.start()
    leaf.write(_Nowhere())
    _arrow.read_table(LeafReader(sink, len(sink.getbuffer())))
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_the_sink_stays_open_and_gets_the_same_bytes_each_time() -> None:
    leaf = _tree(pa.table({"a": [1, 2]})).leaves[0][1]
    first, second = io.BytesIO(), io.BytesIO()
    leaf.write(first)
    leaf.write(second)
    assert first.getvalue() == second.getvalue()


def test_batches_are_read_one_after_another() -> None:
    table = pa.table({"a": pa.chunked_array([[1], [2], [3]])})
    sink = io.BytesIO()
    _arrow.write_ipc(table, table.schema, sink)
    reader = LeafReader(io.BytesIO(sink.getvalue()), len(sink.getvalue()))
    schema, batches = _arrow.read_ipc(reader)
    assert schema.equals(table.schema)
    assert next(batches).to_pydict() == {"a": [1]}
    assert len(list(batches)) == 2


class _Nowhere:
    def write(self, data: Any, /) -> int:
        return memoryview(data).nbytes

    def close(self) -> None: ...


# Refusals


class Money(pa.ExtensionType):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(pa.int64(), "tests.money")

    def __arrow_ext_serialize__(self) -> bytes:
        return b""

    @classmethod
    def __arrow_ext_deserialize__(cls, storage_type: Any, serialized: Any) -> Money:
        return cls()


@pytest.fixture
def money() -> Iterator[pa.Table]:
    pa.register_extension_type(Money())
    yield pa.table({"price": _extension(Money(), pa.array([1, None]))})
    with contextlib.suppress(pa.ArrowKeyError):
        pa.unregister_extension_type("tests.money")


def test_a_registered_extension_type_comes_back(money: Any) -> None:
    assert_comes_back(money)


def test_an_extension_type_unknown_at_push_is_refused_by_column(money: Any) -> None:
    pa.unregister_extension_type("tests.money")
    with pytest.raises(UnsupportedTypeError, match=r"'price'.*register"):
        dumped(money)


def test_an_extension_type_unknown_at_pull_is_an_error_and_not_its_storage(money: Any) -> None:
    row = dumped(money)
    pa.unregister_extension_type("tests.money")
    with pytest.raises(ValueError, match=r"tests\.money.*register_extension_type"):
        loaded(*row)


def test_data_that_arrow_calls_invalid_is_refused() -> None:
    broken = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff")])
    with pytest.raises(UnsupportedTypeError, match="not valid Arrow data"):
        dumped(broken)


def test_a_dictionary_of_a_dictionary_is_refused() -> None:
    inner = pa.array(["a", "b"]).dictionary_encode()
    with pytest.raises(UnsupportedTypeError, match="cast it"):
        dumped(pa.DictionaryArray.from_arrays(pa.array([0, 1]), inner))


# Damage


def _values() -> list[Any]:
    return [
        pa.table(
            {name: pa.concat_arrays([array] * 2) for name, array in ARRAYS.items() if len(array) == 3 and name in _SAFE}
        ),
        ARRAYS["dictionary"],
        ARRAYS["run ends"],
        ARRAYS["dense union"],
        ARRAYS["list_view"],
        pa.array(["a" * 20, None], pa.string_view()),
    ]


_SAFE = ("int64", "bool", "string", "list", "struct", "fixed list", "null")


def test_damaged_bytes_are_an_exception_or_valid_data() -> None:
    chance = random.Random(7)
    for value in _values():
        text, body = dumped(value)
        for _ in range(300):
            damaged = bytearray(body)
            for _ in range(chance.choice((1, 1, 8))):
                damaged[chance.randrange(len(body))] = chance.choice((0, 1, 128, 255))
            try:
                loaded(text, bytes(damaged)).validate(full=True)
            except Exception as e:
                assert not isinstance(e, (MemoryError, SystemError, AssertionError))  # noqa: PT017


def test_a_body_that_ends_early_is_an_error() -> None:
    text, body = dumped(pa.table({"a": [1, 2], "b": ["x", "y"]}))
    for size in range(0, len(body), 9):
        with pytest.raises(Exception, match=r"."):
            loaded(text, body[:size])


def test_every_handler_has_a_type_id_of_the_family() -> None:
    ids = [handler.type_id for handler in _arrow.HANDLERS]
    assert len(set(ids)) == len(ids)
    assert all(name.startswith("pyarrow.") and name.endswith("@1") for name in ids)


def test_the_summary_has_rows_and_columns() -> None:
    assert _tree(pa.table({"a": [1, 2]})).summary == {"rows": 2, "columns": 1}
