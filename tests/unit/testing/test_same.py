"""Strict equality tells apart what ``==`` would not, and says where the difference is."""

from __future__ import annotations

import struct
import subprocess
import sys
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PureWindowsPath
from typing import Any
from uuid import UUID, SafeUUID

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from airflow_xcom_toolkit.testing.same import assert_same, is_same
from airflow_xcom_toolkit.testing.values import EXAMPLES

Pair = tuple[Callable[[], Any], Callable[[], Any], str]


@dataclass
class Node:
    name: str
    next: Any = None


def _nan(bits: str) -> float:
    (found,) = struct.unpack(">d", bytes.fromhex(bits))
    return float(found)


def _days() -> Any:
    return pd.date_range("2024", periods=2)


def _without_freq() -> Any:
    return pd.DatetimeIndex(list(_days()))


def _frame(**attrs: Any) -> Any:
    made = pd.DataFrame({"a": [0.0, 1.0], "b": ["x", "y"]})
    made.attrs = attrs
    return made


def _changed(column: str, value: Any) -> Any:
    made = _frame()
    made.loc[1, column] = value
    return made


PAIRS: dict[str, Pair] = {
    "True and 1": (lambda: [True], lambda: [1], "value[0]: True (bool) instead of 1 (int)"),
    "1 and 1.0": (lambda: {"a": 1}, lambda: {"a": 1.0}, "value['a']"),
    "zeros": (lambda: (0, -0.0), lambda: (0, 0.0), "value[1]: -0.0 instead of 0.0"),
    "bits of NaN": (
        lambda: [_nan("7ff8000000000001")],
        lambda: [float("nan")],
        "value[0]: nan instead of nan (bits 7ff8000000000001 instead of 7ff8000000000000)",
    ),
    "zeros of complex": (lambda: complex(0, -0.0), lambda: complex(0, 0.0), "value.imag"),
    "digits of a Decimal": (lambda: Decimal("1.0"), lambda: Decimal("1.00"), "value"),
    "order of keys": (lambda: {"a": 1, "b": 2}, lambda: {"b": 2, "a": 1}, "value.keys()[0]: 'a' instead of 'b'"),
    "type of a key": (lambda: {1: 2}, lambda: {True: 2}, "value.keys()[0]"),
    "order of an OrderedDict": (lambda: OrderedDict(a=1, b=2), lambda: OrderedDict(b=2, a=1), "value.keys()[0]"),
    "classes": (lambda: {"a": int}, lambda: {"a": bool}, "value['a']"),
    "functions": (lambda: [len], lambda: [repr], "value[0]"),
    "a factory": (lambda: defaultdict(list), lambda: defaultdict(set), "value.default_factory"),
    "a bound": (lambda: deque([1]), lambda: deque([1], 3), "value.maxlen"),
    "items of a set": (lambda: {1, 2}, lambda: {1, 3}, "value: lacks 3"),
    "types of items of a set": (lambda: {1}, lambda: {True}, "value{True}"),
    "lengths": (lambda: {"a": [1]}, lambda: {"a": [1, 2]}, "value['a']: 1 items instead of 2"),
    "a part of an object": (lambda: Node("a", [1]), lambda: Node("a", [2]), "value.next[0]: 1 instead of 2"),
    "case of a path": (lambda: PureWindowsPath("A"), lambda: PureWindowsPath("a"), "value"),
    "safety of a UUID": (lambda: UUID(int=1), lambda: UUID(int=1, is_safe=SafeUUID.safe), "value.is_safe"),
    "a dtype": (lambda: {"x": np.zeros(2, "i4")}, lambda: {"x": np.zeros(2, "i8")}, "value['x'].dtype"),
    "byte order": (lambda: np.zeros(2, "<i4"), lambda: np.zeros(2, ">i4"), "value.dtype.str"),
    "memory order": (
        lambda: [np.zeros((2, 3))],
        lambda: [np.zeros((2, 3), order="F")],
        "value[0].flags.c_contiguous: True instead of False",
    ),
    "an element": (lambda: [np.eye(2)], lambda: [np.diag([1, 2])], "value[0].dtype"),
    "a bit of an element": (
        lambda: {"x": np.array([[0.0, -0.0]])},
        lambda: {"x": np.zeros((1, 2))},
        "value['x'][0, 1]",
    ),
    "an element of a field": (
        lambda: np.array([(1, 2.0)], "i4,f8"),
        lambda: np.array([(1, 3.0)], "i4,f8"),
        "value['f1'][0]",
    ),
    "an object in an array": (
        lambda: np.array([None, {"k": 1}], object),
        lambda: np.array([None, {"k": 2}], object),
        "value[1]['k']: 1 instead of 2",
    ),
    "a mask": (lambda: np.ma.array([1, 2], mask=[0, 1]), lambda: np.ma.array([1, 2], mask=[1, 1]), "value.mask[0]"),
    "no mask": (lambda: np.ma.array([1]), lambda: np.ma.array([1], mask=[False]), "value.mask"),
    "metadata of a dtype": (
        lambda: np.zeros(1, np.dtype("f8", metadata={"a": 1})),
        lambda: np.zeros(1, np.dtype("f8", metadata={"a": 2})),
        "value.dtype.metadata['a']",
    ),
    "freq": (lambda: {"i": _days()}, lambda: {"i": _without_freq()}, "value['i'].freq"),
    "freq of the index of a frame": (
        lambda: [pd.DataFrame({"a": [1, 2]}, index=_days())],
        lambda: [pd.DataFrame({"a": [1, 2]}, index=_without_freq())],
        "value[0].index.freq",
    ),
    "attrs": (lambda: _frame(a=(1, 2)), lambda: _frame(a=(1, 3)), "value.attrs['a'][1]: 2 instead of 3"),
    "a cell": (lambda: [_changed("b", "z")], lambda: [_frame()], "value[0]['b'].array[1]: 'z' instead of 'y'"),
    "a number in a cell": (lambda: _changed("a", 1.5), _frame, "value['a'].array[1]"),
    "a name": (lambda: pd.Series([1], name="a"), lambda: pd.Series([1]), "value.name"),
    "levels": (
        lambda: pd.MultiIndex.from_tuples([(1, "a")]),
        lambda: pd.MultiIndex.from_tuples([(1, "b")]),
        "value.levels[1].array[0]",
    ),
    "unit": (lambda: pd.Timestamp(0).as_unit("s"), lambda: pd.Timestamp(0).as_unit("ns"), "value.unit"),
    "missing values": (
        lambda: pd.Series([None, 1], dtype=object),
        lambda: pd.Series([np.nan, 1], dtype=object),
        "value.array[0]: None (NoneType) instead of nan (float)",
    ),
    "an Arrow type": (lambda: [pa.array([1], pa.int8())], lambda: [pa.array([1])], "value[0]"),
    "an Arrow value": (
        lambda: pa.table({"a": [1, 2]}),
        lambda: pa.table({"a": [1, 3]}),
        "value['a'][1]: 2 instead of 3",
    ),
    "an Arrow zero in a list": (lambda: pa.array([[0.0]]), lambda: pa.array([[-0.0]]), "value.flatten()[0]"),
    "an Arrow null": (lambda: pa.array([[1.5], None]), lambda: pa.array([[1.5], []]), "value.is_valid()"),
    "Arrow metadata": (
        lambda: pa.schema([("a", pa.int8())], metadata={"k": "1"}),
        lambda: pa.schema([("a", pa.int8())], metadata={"k": "2"}),
        "value.metadata[b'k']: b'1' instead of b'2'",
    ),
    "a polars dtype": (
        lambda: {"f": pl.DataFrame({"a": [1]})},
        lambda: {"f": pl.DataFrame({"a": [1.0]})},
        "value['f']['a'].dtype",
    ),
    "a polars zero": (lambda: pl.Series([1.0, 0.0]), lambda: pl.Series([1.0, -0.0]), "value[1]"),
    "a polars zero in a list": (lambda: pl.Series([[0.0]]), lambda: pl.Series([[-0.0]]), "value[0]"),
    "a polars null": (lambda: pl.Series([1, None]), lambda: pl.Series([1, 2]), "value[1]: None"),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_difference_is_found_and_placed(name: str) -> None:
    """In either direction; the message says where, and what there is."""
    make, make_other, place = PAIRS[name]
    assert is_same(make(), make())
    assert not is_same(make_other(), make())
    with pytest.raises(AssertionError) as caught:
        assert_same(make(), make_other())
    message = str(caught.value)
    assert message.startswith(place)
    assert message[len(place) :][:1] in ("", ":", " ", ".", ";")


@pytest.mark.parametrize("name", [name for name in EXAMPLES if "MB" not in name])
def test_an_example_equals_another_of_its_own(name: str) -> None:
    """One that was made apart from it."""
    assert_same(EXAMPLES[name].make(), EXAMPLES[name].make())


def test_an_array_may_come_back_from_a_view_of_any_layout() -> None:
    """What is not contiguous has no order to keep."""
    assert_same(np.arange(6)[::2].copy(), np.arange(6)[::2])
    assert_same(np.arange(6)[::2], np.arange(6)[::2])


def test_classes_are_compared_by_identity() -> None:
    """Not by what is in them, which has no end."""
    assert_same([int, Node, len, sys], [int, Node, len, sys])
    assert not is_same(type("Node", (), {}), type("Node", (), {}))


def test_a_value_in_itself_is_compared_in_the_end() -> None:
    """By what else there is."""
    one, same, other = Node("a", [1]), Node("a", [1]), Node("a", [2])
    for node in (one, same, other):
        node.next.insert(0, node)
    assert_same(one, same)
    assert not is_same(one, other)


def test_nesting_may_be_of_any_depth() -> None:
    """Nothing recurs."""
    one: Any = ()
    other: Any = ()
    for _ in range(5000):
        one, other = (one,), (other,)
    assert_same(one, other)


def test_the_first_difference_is_told() -> None:
    """In the order of the value."""
    with pytest.raises(AssertionError, match=r"^value\[0\]\['a'\]: 1 instead of 9$"):
        assert_same([{"a": 1, "b": 2}, 3], [{"a": 9, "b": 9}, 9])


def test_the_place_starts_where_it_is_said_to() -> None:
    """For the parts of something larger."""
    with pytest.raises(AssertionError, match=r"^the row\['a'\]: 1 instead of 2$"):
        assert_same({"a": 1}, {"a": 2}, "the row")


HUGE: dict[str, Callable[[int], Any]] = {
    "text": lambda n: "x" * 10**7 + str(n),
    "bytes": lambda n: b"x" * 10**7 + bytes([n]),
    "int": lambda n: 10**100_000 + n,
    "list in a set": lambda n: {tuple(range(n, 10**5 + n))},
    "key": lambda n: {"x" * 10**6: n},
    "array": lambda n: np.full(10**6, n),
    "frame": lambda n: pd.DataFrame(np.full((1000, 300), n)),
    "Arrow table": lambda n: pa.table({"a": ["x" * 1000 + str(n)] * 1000}),
    "schema": lambda n: pa.schema([(f"name {i} {n}", pa.int8()) for i in range(1000)]),
    "attributes": lambda n: type("Many", (), {})() if n else Node("x"),
}


@pytest.mark.parametrize("name", HUGE)
def test_the_message_is_short_however_large_the_value(name: str) -> None:
    """Cut in the middle."""
    with pytest.raises(AssertionError) as caught:
        assert_same(HUGE[name](1), HUGE[name](0))
    assert len(str(caught.value)) < 700


def test_keys_of_plain_dicts_may_be_allowed_any_order() -> None:
    """As JSONB gives them back; those of other dicts not, nor other keys."""
    assert_same([{"b": {"d": 1, "c": 2}, "a": 1}], [{"a": 1, "b": {"c": 2, "d": 1}}], key_order=False)
    for one, other in [
        ({"a": 1, "b": 2}, {"b": 2, "a": True}),
        ({"a": 1}, {"b": 1}),
        ({1: 1, 2: 2}, {2: 2, 1: 1}),
        (OrderedDict(a=1, b=2), OrderedDict(b=2, a=1)),
    ]:
        assert not is_same(one, other, key_order=False)


def test_it_needs_no_test_framework_and_no_asserts() -> None:
    """It works in tasks, scripts, and under ``python -O``."""
    code = (
        "import sys\n"
        "from airflow_xcom_toolkit.testing.same import assert_same\n"
        "import numpy as np, pandas as pd\n"
        "for one, other in [(1, True), (np.zeros(1), np.ones(1)), (pd.Series([1]), pd.Series([2]))]:\n"
        "    try: assert_same(one, other)\n"
        "    except AssertionError: continue\n"
        "    sys.exit('no difference found')\n"
        "print(*{'pytest', 'hypothesis', 'airflow', 'polars'} & {*sys.modules})"
    )
    assert not subprocess.check_output([sys.executable, "-O", "-c", code], text=True).strip()
