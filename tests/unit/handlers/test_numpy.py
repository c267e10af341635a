"""numpy values come back as they were, to the bit, in files that numpy itself opens."""

from __future__ import annotations

import io
import json
import tracemalloc
import warnings
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from airflow_xcom_toolkit.abc import HandlerContext
from airflow_xcom_toolkit.errors import UnsupportedTypeError
from airflow_xcom_toolkit.handlers import _numpy, _numpy_npy
from airflow_xcom_toolkit.handlers.tree import TreeDumper
from airflow_xcom_toolkit.registry import HandlerRegistry
from airflow_xcom_toolkit.testing.same import assert_same
from tests.roundtrip import OpenGate, dumped, loaded, through

NUMBERS = "?bBhHiIlLqQefdgFDG"
UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as", "25s", "generic"]
StringDType = np.dtypes.StringDType

STRUCTURED = {
    "plain": np.dtype([("a", "i4"), ("b", "f8")]),
    "nested": np.dtype([("a", "i4"), ("b", [("c", "S3"), ("d", ">f4", (2, 3))])]),
    "aligned": np.dtype([("a", "i1"), ("b", "f8")], align=True),
    "titles": np.dtype([(("Title", "a"), "i4"), ("b", "f8")]),
    "padded": np.dtype({"names": ["a"], "formats": ["i1"], "offsets": [3], "itemsize": 24}),
    "overlapping": np.dtype({"names": ["a", "b"], "formats": ["i4", "i2"], "offsets": [0, 2]}),
    "reversed": np.dtype({"names": ["b", "a"], "formats": ["i4", "i2"], "offsets": [4, 0]}),
    "no fields": np.dtype([]),
    "only padding": np.dtype({"names": [], "formats": [], "itemsize": 8}),
    "no name": np.dtype([("", "i4")]),
    "latin-1": np.dtype([("é", "i4")]),
    "unicode": np.dtype([("Ж\ud800", "i4")]),
    "600 fields": np.dtype([(f"field_number_{i}", "f8") for i in range(600)]),
    "long header": np.dtype([(f"field_number_{i}" * 4, "i1") for i in range(1500)]),
    "longlong": np.dtype([("a", "q"), ("b", ">Q")]),
    "width 0": np.dtype([("a", "S0"), ("b", "i4")]),
    "record": np.dtype((np.record, [("a", "i4")])),
    "nested record": np.dtype([("a", np.dtype((np.record, [("z", "i4")])))]),
    "metadata": np.dtype([("a", np.dtype("i4", metadata={"unit": "m"}))], metadata={"k": (1, Decimal("2.0"))}),
}
STRUCTURED_IDS = list(STRUCTURED)


def objects() -> np.ndarray[Any, Any]:
    array = np.empty((2, 3), object)
    array[0] = [[1, 2], np.arange(3), None]
    array[1, 0] = np.array(5)
    array[1, 1] = {"a": (1, float("nan"))}
    array[1, 2] = np.float32(1)
    return array


def assert_comes_back(value: Any) -> None:
    before = value.copy() if isinstance(value, np.ndarray) and not value.dtype.hasobject else None
    actual = through(value)
    assert_same(actual, value)
    if isinstance(actual, np.ndarray):
        assert actual.flags.writeable
        assert not np.shares_memory(np.asarray(actual), np.asarray(value))
    if before is not None and before.dtype == value.dtype:
        assert before.tobytes() == value.tobytes()


# Arrays


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("char", NUMBERS)
def test_arrays_of_every_number_come_back(char: str, byteorder: str) -> None:
    assert_comes_back(np.arange(12).astype(np.dtype(char).newbyteorder(byteorder)))


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("kind", ["<M8", ">M8", "<m8", ">m8"])
def test_arrays_of_every_time_unit_come_back(kind: str, unit: str) -> None:
    bits = np.array([0, 1, -(2**63), 2**62])  # -2^63 is NaT.
    dtype = kind if unit == "generic" else f"{kind}[{unit}]"
    assert_comes_back(bits.astype(np.dtype("i8").newbyteorder(kind[0])).view(dtype))


@pytest.mark.parametrize(
    "array",
    [
        pytest.param(np.array([b"a\0b", b""]), id="S"),
        pytest.param(np.array(["aé\0x", "", "\U0001f600"]), id="U"),
        pytest.param(np.array(["x"], ">U3"), id="big-endian U"),
        pytest.param(np.array([b"abc", b"\0\0\0"], "V3"), id="V"),
        pytest.param(np.ndarray((3,), "S0"), id="S0"),
        pytest.param(np.ndarray((2, 2), "U0"), id="U0"),
        pytest.param(np.ndarray((3,), "V0"), id="V0"),
    ],
)
def test_arrays_of_text_and_bytes_come_back(array: Any) -> None:
    assert_comes_back(array)


@pytest.mark.parametrize(
    "array",
    [
        pytest.param(np.array(1.5), id="no dimension"),
        pytest.param(np.empty(0), id="empty"),
        pytest.param(np.empty((0, 3)), id="length 0"),
        pytest.param(np.empty((3, 0, 2), order="F"), id="length 0 inside"),
        pytest.param(np.asfortranarray(np.arange(12.0).reshape(3, 4)), id="Fortran"),
        pytest.param(np.arange(12.0).reshape(3, 4).T, id="transposed"),
        pytest.param(np.arange(12.0).reshape(3, 4)[::2, ::-1], id="strided"),
        pytest.param(np.arange(24.0).reshape(2, 3, 4).transpose(1, 0, 2), id="neither order"),
        pytest.param(np.broadcast_to(np.arange(3), (4, 3)), id="broadcast"),
        pytest.param(np.frombuffer(b"\0" + bytes(range(16)), "f8", 2, 1), id="unaligned, read-only"),
        pytest.param(np.zeros((1,) * 32), id="32 dimensions"),
    ],
)
def test_shape_and_memory_order_come_back(array: Any) -> None:
    assert_comes_back(array)


def test_nan_keeps_its_bits() -> None:
    payloads = np.array([0x7FF8000000000001, 0xFFF8000000000000, 0x7FF0000000000001, 0x8000000000000000], "u8")
    assert_comes_back(payloads.view("f8"))


@pytest.mark.parametrize("name", STRUCTURED_IDS)
def test_structured_dtypes_come_back(name: str) -> None:
    array = np.zeros((2, 3), STRUCTURED[name])
    array.view(np.ndarray)[...] = np.zeros((), STRUCTURED[name])
    assert_comes_back(array)
    assert_comes_back(array[0])
    assert_comes_back(STRUCTURED[name])


def test_values_in_fields_come_back() -> None:
    assert_comes_back(
        np.array([(1, ("x", 2.5)), (-1, ("y", np.nan))], [("a", "i4"), ("b", [("c", "U2"), ("d", ">f8")])])
    )


@pytest.mark.parametrize("char", ["f8", "M8[ns]", "U3", "O"])
def test_metadata_of_a_dtype_comes_back(char: str) -> None:
    assert_comes_back(np.zeros(2, np.dtype(char, metadata={"unit": "m", "x": (1, b"2")})))


def test_metadata_that_cannot_be_kept_is_refused_by_its_place() -> None:
    with pytest.raises(UnsupportedTypeError, match=r"value\['a'\]\.dtype"):
        dumped({"a": np.zeros(2, np.dtype("f8", metadata={"vlen": object()}))})


@settings(deadline=None, database=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(
    hnp.arrays(
        st.one_of(hnp.scalar_dtypes(), hnp.nested_dtypes(), hnp.array_dtypes()),
        hnp.array_shapes(min_dims=0, min_side=0, max_side=4),
    ),
    st.sampled_from("CFK"),
    st.booleans(),
)
def test_any_array_comes_back(array: Any, order: Any, reverse: bool) -> None:
    array = np.array(array, order=order, copy=True)
    assert_comes_back(array[::-1] if reverse and array.ndim else array)


# Files


@pytest.mark.parametrize(
    "array",
    [
        pytest.param(np.arange(6.0).reshape(2, 3), id="C"),
        pytest.param(np.asfortranarray(np.arange(6).reshape(2, 3)), id="F"),
        pytest.param(np.arange(12).reshape(3, 4)[:, ::2], id="strided"),
        pytest.param(np.zeros(2, STRUCTURED["nested"]), id="structured"),
        pytest.param(np.zeros(2, STRUCTURED["latin-1"]), id="Latin-1 field"),
        pytest.param(np.array(["a", "bc"]), id="U"),
        pytest.param(np.array(["NaT", 1], "M8[ns]"), id="M8"),
        pytest.param(np.array(1), id="no dimension"),
    ],
)
def test_one_array_is_an_ordinary_npy_file(array: Any) -> None:
    expected = io.BytesIO()
    np.save(expected, array, allow_pickle=False)
    assert dumped(array)[1] == expected.getvalue()


@pytest.mark.parametrize("name", STRUCTURED_IDS)
def test_numpy_opens_the_file_of_any_structured_array(name: str) -> None:
    array = np.zeros((2, 3), STRUCTURED[name])
    found = np.load(io.BytesIO(dumped(array)[1]), allow_pickle=False, max_header_size=1 << 20)
    assert (found.shape, found.nbytes) == (array.shape, array.nbytes)


def test_the_suffix_is_npy() -> None:
    assert _tree(np.arange(3)).suffix == ".npy"


def test_an_ordinary_array_adds_nothing_to_the_tree() -> None:
    assert json.loads(dumped(np.arange(3))[0]) == {"~": "numpy.ndarray@1", "at": [0, 152]}


def test_the_estimate_is_the_size_of_the_file() -> None:
    assert _tree(np.arange(3)).nbytes == 152


def test_no_warning_is_given() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for dtype in STRUCTURED.values():
            dumped(np.zeros(2, dtype))


@pytest.mark.parametrize("kind", ["C", "F", "strided"])
def test_writing_makes_no_copy_of_the_whole(kind: str) -> None:
    array = np.zeros((4096, 4096), "u1", order="F" if kind == "F" else "C")
    leaf = _tree(array[:, ::2] if kind == "strided" else array).leaves[0][1]
    tracemalloc.start()
    leaf.write(_Nowhere())
    assert tracemalloc.get_traced_memory()[1] < array.nbytes / 2 + _numpy_npy.CHUNK * 2 - 4_000_000
    tracemalloc.stop()


def test_reading_makes_no_second_copy() -> None:
    array = np.zeros(4 << 20, "f8")
    text, body = dumped(array)
    tracemalloc.start()
    loaded(text, body)
    assert tracemalloc.get_traced_memory()[1] < array.nbytes * 1.1 + len(body)
    tracemalloc.stop()


def test_a_leaf_writes_the_same_bytes_twice() -> None:
    for array in (np.arange(100).reshape(10, 10)[::2, ::2], np.array(["a", "b"], StringDType())):
        leaf = _tree(array).leaves[0][1]
        first, second = io.BytesIO(), io.BytesIO()
        leaf.write(first)
        leaf.write(second)
        assert first.getvalue() == second.getvalue()


class _Nowhere:
    def write(self, data: Any, /) -> int:
        return memoryview(data).nbytes

    def close(self) -> None: ...


def _tree(value: Any) -> Any:
    return TreeDumper(HandlerRegistry(), HandlerContext(OpenGate())).dump(value)


# Damage


def _damaged(body: bytes) -> Iterator[bytes]:
    for place in range(128):
        for byte in (0, 0x39, 0xFF):
            yield body[:place] + bytes([byte]) + body[place + 1 :]
    for size in range(0, len(body), 7):
        yield body[:size]


@pytest.mark.filterwarnings("ignore")
def test_a_damaged_file_is_an_exception_or_an_array_of_its_size() -> None:
    text, body = dumped(np.arange(30.0))
    for damaged in _damaged(body):
        try:
            assert loaded(text, damaged).nbytes <= 240
        except Exception as e:
            assert not isinstance(e, (MemoryError, SystemError))  # noqa: PT017


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), }", id="shape"),
        pytest.param("{'descr': '<V2000000000', 'fortran_order': False, 'shape': (1,), }", id="itemsize"),
        pytest.param("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", id="negative"),
        pytest.param("{'descr': '|O', 'fortran_order': False, 'shape': (3,), }", id="objects"),
        pytest.param("{'descr': ('<f8', (3,)), 'fortran_order': False, 'shape': (1,), }", id="subarray"),
        pytest.param("{'descr': __import__('os').getpid(), 'fortran_order': False, 'shape': (3,), }", id="code"),
        pytest.param("{", id="no dict"),
    ],
)
def test_a_header_that_lies_is_an_error_before_memory_is_allocated(header: str) -> None:
    text, body = dumped(np.arange(3.0))
    forged = body[:10] + header.encode().ljust(117) + b"\n" + body[128:]
    tracemalloc.start()
    with pytest.raises(ValueError, match="array"):
        loaded(text, forged)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("dtype", ["O", "f8", "f4,f4"])
def test_a_descriptor_that_lies_is_an_error(dtype: str) -> None:
    text, body = dumped(np.zeros(3, STRUCTURED["aligned"]))
    node = {**json.loads(text), "dtype": dtype}
    with pytest.raises(ValueError, match="bytes"):
        loaded(json.dumps(node), body)


# Python objects and strings


@pytest.mark.parametrize(
    "array",
    [
        pytest.param(objects(), id="C"),
        pytest.param(np.asfortranarray(objects()), id="F"),
        pytest.param(objects()[:, ::2], id="strided"),
        pytest.param(np.array(None, object), id="no dimension"),
        pytest.param(np.empty((0, 3), object), id="empty"),
        pytest.param(objects()[0:1, 0], id="a list in an array"),
    ],
)
def test_object_arrays_come_back(array: Any) -> None:
    assert_comes_back(array)


def test_a_list_in_an_array_without_dimensions_stays_one_element() -> None:
    array = np.empty((), object)
    array[()] = [1, 2]
    assert_comes_back(array)


@pytest.mark.parametrize("order", ["C", "F"])
def test_an_object_that_cannot_be_kept_is_refused_by_its_place(order: Any) -> None:
    array = np.array([[None, None], [None, object()], [None, None]], object, order=order)
    with pytest.raises(UnsupportedTypeError, match=r"value\['x'\]\[1, 1\]"):
        dumped({"x": array})


@pytest.mark.parametrize("shape", [(), (2,), (2, 2)])
def test_structured_arrays_with_objects_come_back(shape: tuple[int, ...]) -> None:
    array = np.zeros(shape, [("a", "O"), ("b", "f8"), ("c", [("d", "O", (2,)), ("e", "S2")])])
    array.reshape(-1)[0] = ([1, (2,)], 2.5, ([{"x": 1}, None], b"z"))
    assert_comes_back(array)


NAS = [pytest.param(None, id="None"), pytest.param(float("nan"), id="nan"), pytest.param("missing", id="str")]


@pytest.mark.parametrize("na", NAS)
def test_variable_strings_come_back_with_their_missing_value(na: Any) -> None:
    dtype = StringDType(na_object=na, coerce=False)
    assert_comes_back(np.array(["a", "", "x\0é", na, "long" * 20], dtype))
    assert_comes_back(dtype)


@pytest.mark.parametrize(
    "array",
    [
        pytest.param(np.array([["a", "b"], ["c", "d" * 50]], StringDType()).T, id="F"),
        pytest.param(np.array([["a", "b"], ["c", "d"]], StringDType())[:, 0], id="strided"),
        pytest.param(np.array("a", StringDType()), id="no dimension"),
        pytest.param(np.array([], StringDType()), id="empty"),
        pytest.param(np.array([str(i) for i in range(70_000)], StringDType()), id="several blocks"),
    ],
)
def test_variable_strings_come_back_in_any_shape(array: Any) -> None:
    assert_comes_back(array)


@pytest.mark.parametrize("body", [b"", b"\xff" * 16, b"\x7f" * 16], ids=["none", "negative", "huge"])
def test_damaged_lengths_of_strings_are_an_error(body: bytes) -> None:
    text, _ = dumped(np.array(["ab", "cd"], StringDType()))
    node = {**json.loads(text), "at": [0, len(body)]}
    with pytest.raises(ValueError, match="array"):
        loaded(json.dumps(node), body)


# Subclasses


def _masked(*, hard: bool = False, fill: Any = None) -> Any:
    return np.ma.array([[1, 2], [3, 4]], mask=[[0, 1], [1, 0]], hard_mask=hard, fill_value=fill)


@pytest.mark.parametrize(
    "array",
    [
        pytest.param(_masked(), id="masked"),
        pytest.param(_masked(hard=True, fill=7), id="hard mask, fill value"),
        pytest.param(np.asfortranarray(_masked()), id="F"),
        pytest.param(_masked()[:, 0], id="strided"),
        pytest.param(np.ma.array([1, 2]), id="no mask"),
        pytest.param(np.ma.array([1, 2], mask=False), id="mask of False"),
        pytest.param(np.ma.array([1.0], fill_value=np.nan), id="NaN fills"),
        pytest.param(np.ma.array(["a", "b"], fill_value="zzz"), id="text"),
        pytest.param(np.ma.array(objects(), mask=[[0, 1, 0], [1, 0, 0]]), id="objects"),
        pytest.param(np.ma.array(1, mask=True), id="no dimension"),
        pytest.param(np.ma.array(np.zeros(2, STRUCTURED["nested"]), mask=True), id="structured"),
    ],
)
def test_masked_arrays_come_back(array: Any) -> None:
    assert_comes_back(array)


def test_the_fill_value_of_a_pushed_array_stays_unset() -> None:
    array = np.ma.array([1, 2])
    dumped(array)
    assert array._fill_value is None


def test_a_masked_array_that_came_back_can_be_unmasked() -> None:
    array = through(_masked())
    array[0, 1] = 9
    assert array.tolist() == [[1, 9], [None, 4]]


def test_the_masked_constant_comes_back_as_itself() -> None:
    assert through({"a": np.ma.masked})["a"] is np.ma.masked


def test_record_arrays_keep_attribute_access() -> None:
    array = np.rec.array([(1, 2.0), (3, 4.0)], dtype=[("a", "i4"), ("b", "f8")])
    assert_comes_back(array)
    assert through(array).b.tolist() == [2.0, 4.0]
    assert through(array)[1].a == 3


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("order", ["C", "F"])
def test_matrices_come_back(order: Any) -> None:
    assert_comes_back(np.matrix(np.array([[1, 2], [3, 4]], order=order), copy=False))


class Sub(np.ndarray):  # type: ignore[type-arg]
    pass


def _with_attribute() -> Any:
    array = np.rec.array([(1,)], dtype=[("a", "i4")])
    array.note = "x"
    return array


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param(np.zeros(2).view(Sub), "no type handler", id="subclass"),
        pytest.param(_with_attribute(), "attributes of its own, note", id="attribute"),
        pytest.param(np.ma.array(np.matrix([1])), "masks a matrix", id="masked matrix"),
        pytest.param(np.zeros(2, np.dtype([((1, "a"), "i1"), ("b", "f8")], align=True)), "title", id="title"),
    ],
)
def test_what_would_change_is_refused(value: Any, message: str) -> None:
    with pytest.raises(UnsupportedTypeError, match=message):
        dumped(value)


def test_a_memmap_is_refused_with_what_to_do(tmp_path: Any) -> None:
    with pytest.raises(UnsupportedTypeError, match=r"np\.array\(value\)"):
        dumped(np.memmap(tmp_path / "x", "f8", "w+", shape=(2,)))


# Scalars and dtypes


@pytest.mark.parametrize("char", NUMBERS)
def test_scalars_of_every_number_come_back(char: str) -> None:
    for number in (0, 1):
        assert_comes_back(np.dtype(char).type(number))


@pytest.mark.parametrize(
    "scalar",
    [
        pytest.param(np.float64("nan"), id="nan"),
        pytest.param(np.float64(-0.0), id="-0.0"),
        pytest.param(np.longdouble(1) / 3, id="longdouble"),
        pytest.param(np.datetime64(1, "25s"), id="datetime64"),
        pytest.param(np.datetime64("NaT"), id="NaT"),
        pytest.param(np.timedelta64(3), id="generic timedelta64"),
        pytest.param(np.str_("a\0"), id="str_"),
        pytest.param(np.str_("\ud800"), id="lone surrogate"),
        pytest.param(np.bytes_(b"a\0"), id="bytes_"),
        pytest.param(np.void(b"abc"), id="void"),
        pytest.param(np.array([(1, ("x", 2))], "i4, O")[0], id="structured, with object"),
        pytest.param(np.zeros(1, STRUCTURED["nested"])[0], id="structured"),
        pytest.param(np.zeros(1, STRUCTURED["record"])[0], id="record"),
    ],
)
def test_other_scalars_come_back(scalar: Any) -> None:
    assert_comes_back(scalar)


@pytest.mark.parametrize("dtype", ["f8", ">f4", "q", "M8[25s]", "S5", "U0", "V3", "O", ("i4", (2, 3)), ("O", (2,))])
def test_dtypes_come_back(dtype: Any) -> None:
    assert_comes_back(np.dtype(dtype))


def test_a_scalar_whose_bytes_do_not_fit_is_an_error() -> None:
    text, body = dumped(np.float64(1))
    for entry in ({"hex": "00"}, {"dtype": "O"}, {"dtype": "<f4"}):
        with pytest.raises(ValueError, match="scalar"):
            loaded(json.dumps({**json.loads(text), **entry}), body)


# The rest


def test_arrays_anywhere_in_a_value_come_back() -> None:
    value = {"a": [np.arange(3), np.float32(2)], "b": {"c": np.array(["x"]), "d": objects()}}
    actual = through(value)
    assert_same(actual["a"][0], value["a"][0])
    assert_same(actual["a"][1], value["a"][1])
    assert_same(actual["b"]["d"], value["b"]["d"])


def test_the_summary_is_short() -> None:
    assert _tree(np.zeros((3, 4))).summary == {"dtype": "float64", "shape": [3, 4]}
    assert len(str(_tree(np.zeros(2, STRUCTURED["long header"])).summary)) < 200


def test_every_handler_has_a_type_id_of_the_family() -> None:
    ids = [handler.type_id for handler in _numpy.HANDLERS]
    assert len(set(ids)) == len(ids)
    assert all(name.startswith("numpy.") and name.endswith("@1") for name in ids)


def test_fields_renamed_in_one_array_are_not_renamed_in_another() -> None:
    value = np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])
    text, body = dumped(value)
    first = loaded(text, body)
    first.dtype.names = ("x", "y")
    assert loaded(text, body).dtype.names == ("a", "b")
