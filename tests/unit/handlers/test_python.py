from __future__ import annotations

import decimal
import io
import ipaddress
import json
import struct
import uuid
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PosixPath, PurePosixPath, PureWindowsPath
from time import process_time
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from airflow_xcom_toolkit.abc import HandlerContext
from airflow_xcom_toolkit.errors import UnsupportedTypeError
from airflow_xcom_toolkit.handlers import _python
from airflow_xcom_toolkit.handlers.tree import TreeDumper
from airflow_xcom_toolkit.registry import HandlerRegistry
from airflow_xcom_toolkit.testing.same import assert_same
from airflow_xcom_toolkit.testing.strategies import decimals, floats, plain_values
from tests.roundtrip import OpenGate, dumped, loaded, through


def _float(bits: str) -> float:
    (value,) = struct.unpack(">d", bytes.fromhex(bits))
    return float(value)


VALUES: dict[str, Any] = {
    "empty tuple": (),
    "tuple": (1, "a", None),
    "nested tuples": ((), ((),), [()]),
    "tuple in dict": {"a": (1, {"b": (2,)})},
    "empty set": set(),
    "set": {1, "a", None, (2, 3)},
    "set of nan": {float("nan"), 1},
    "frozenset": frozenset({1, frozenset({2})}),
    "deque": deque([1, (2,)]),
    "bounded deque": deque([1, 2], maxlen=2),
    "deque of no length": deque(maxlen=0),
    "range": range(1, 10, 3),
    "empty ranges keep their bounds": [range(0), range(1, 1)],
    "huge range": range(-(2**80), 2**80, 7),
    "slice": slice(1, None, -1),
    "slice of anything": slice("a", (1, 2), 2.5),
    "no bytes": b"",
    "bytes": bytes(range(256)),
    "longest bytes in the tree": b"x" * 512,
    "shortest bytes of their own": b"x" * 513,
    "bytearray": bytearray(b"\x00\xff"),
    "long bytearray": bytearray(b"ab" * 1000),
    "complex": 1.5 - 2j,
    "complex of odd parts": complex(-0.0, float("nan")),
    "int beyond 64 bits": 2**64,
    "negative int beyond 64 bits": -(2**63) - 1,
    "infinities": [float("inf"), float("-inf")],
    "nan": float("nan"),
    "negative nan": _float("fff8000000000000"),
    "nan with payload": _float("7ff8000000000abc"),
    "negative zero": -0.0,
    "largest float": 1.7976931348623157e308,
    "smallest float": 5e-324,
    "nul": "\x00",
    "lone surrogate": "a\ud800",
    "surrogate pair": "\ud83d\ude00",
    "emoji": "\U0001f600",
    "int keys": {1: "a", 2: "b"},
    "keys of mixed types": {1: "a", "1": "b", None: "c", 1.5: "d", (1, (2,)): "e", frozenset({3}): "f"},
    "bool and str keys": {True: 1, "True": 2},
    "nan keys": {float("nan"): 1, float("nan"): 2},
    "the mark as a key": {"~": "py.tuple@1", "of": []},
    "a descriptor as data": {"~": "parts", "root": {"~": "part", "n": 0}, "parts": []},
    "key of a surrogate pair": {"\ud83d\ude00": [1]},
    "order of keys": {3: None, 1: None, 2: None},
    "ordered dict": OrderedDict([("b", 1), ("a", 2)]),
    "defaultdict of list": defaultdict(list, {"a": [1]}),
    "defaultdict of nothing": defaultdict(None, {1: 2}),
    "defaultdict of Counter": defaultdict(Counter, {"a": Counter("aab")}),
    "counter": Counter({"a": 0, "b": -3, None: 2.5}),
    "chain map": ChainMap({"a": 1}, {"a": 2, "b": (4,)}),
    "fraction": Fraction(-(10**40), 7),
    "uuid": uuid.UUID(int=7),
    "safe uuid": uuid.UUID(int=7, is_safe=uuid.SafeUUID.safe),
    "path": Path("a/b.txt"),
    "paths": [PurePosixPath("/"), PureWindowsPath("C:/x"), PosixPath("."), PurePosixPath("a\udcff")],
    "ipv4": ipaddress.ip_address("10.0.0.1"),
    "ipv6 with zone": ipaddress.ip_address("fe80::1%eth0"),
    "networks": [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::/0")],
    "interfaces": [ipaddress.ip_interface("10.0.0.1/8"), ipaddress.ip_interface("fe80::1%a/64")],
    "ellipsis": {"a": ...},
}

DECIMALS = (
    "0",
    "-0",
    "0.00",
    "-0E+5",
    "1E+999999",
    "1.10",
    "NaN",
    "-NaN123",
    "sNaN",
    "-sNaN9",
    "Infinity",
    "-Infinity",
)

REFUSED: dict[str, tuple[Any, str]] = {
    "memoryview": (memoryview(b"abc"), "bytes(value)"),
    "generator": ((n for n in [1]), "list(value)"),
    "map": (map(str, ()), "list(value)"),
    "dict keys": ({}.keys(), "list(value)"),
    "mapping proxy": (MappingProxyType({}), "dict(value)"),
    "user dict": (UserDict(), "dict(value)"),
    "function": (len, "no type handler"),
    "class": (int, "no type handler"),
    "NotImplemented": (NotImplemented, "no type handler"),
    "exception": (ValueError("x"), "no type handler"),
    "defaultdict of a lambda": (defaultdict(lambda: 1), "dict(value)"),
    "subclass of str": (type("Name", (str,), {})("a"), "str(value)"),
    "subclass of int": (type("Count", (int,), {})(1), "int(value)"),
    "subclass of dict": (type("Bag", (dict,), {})(), "dict(value)"),
    "subclass of tuple": (type("Pair", (tuple,), {})(), "tuple(value)"),
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_value_comes_back_with_its_type(value: Any) -> None:
    assert_same(through(value), value)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(plain_values())
def test_any_nesting_comes_back(value: Any) -> None:
    assert_same(through(value), value)


@settings(max_examples=200, deadline=None)
@given(floats())
def test_every_bit_of_a_float_comes_back(value: float) -> None:
    assert_same(through(value), value)


@settings(max_examples=200, deadline=None)
@given(decimals())
def test_every_decimal_comes_back(value: Decimal) -> None:
    assert_same(through(value), value)


@pytest.mark.parametrize("text", DECIMALS)
def test_a_decimal_keeps_sign_digits_and_exponent(text: str) -> None:
    assert through(Decimal(text)).as_tuple() == Decimal(text).as_tuple()


def test_a_decimal_is_kept_whatever_the_decimal_context() -> None:
    value = Decimal("1.23456789E-400")
    with decimal.localcontext() as context:
        context.prec, context.capitals, context.Emin = 3, 0, -5
        context.traps[decimal.Inexact] = True
        assert_same(through(value), value)


def test_an_int_of_any_number_of_digits_comes_back_in_time() -> None:
    """Python refuses to print more than 4,300 digits, and needs quadratic time for them."""
    value = -(7**120_000)
    started = process_time()
    assert through(value) == value
    assert process_time() - started < 0.5


def test_a_key_that_json_would_turn_into_text_keeps_its_type() -> None:
    assert [type(key) for key in through({1: 0, 2.5: 0, None: 0})] == [int, float, type(None)]


def test_long_bytes_stand_in_the_body_as_they_are() -> None:
    text, body = dumped({"a": b"x" * 600, "b": bytearray(b"y" * 700)})
    assert body == b"x" * 600 + b"y" * 700
    assert len(text) < 200


def test_short_bytes_stand_in_the_tree() -> None:
    _, body = dumped([b"short"] * 3)
    assert body == b""


@pytest.mark.parametrize("kind", [bytes, bytearray])
def test_long_bytes_are_written_in_chunks(kind: type) -> None:
    """Nothing on the way to the object holds all of them."""
    sizes: list[int] = []

    class Sink:
        def write(self, data: Any, /) -> int:
            sizes.append(len(data))
            return len(data)

        def close(self) -> None: ...

    context = HandlerContext(OpenGate())
    tree = TreeDumper(HandlerRegistry(), context).dump(kind(5 << 20))
    assert tree.write(Sink()) == tree.nbytes == 5 << 20
    assert max(sizes) <= 1 << 20


def test_bytes_may_be_written_twice() -> None:
    """A write that failed for a passing reason is tried again."""
    value = bytearray(b"ab" * 1000)
    tree = TreeDumper(HandlerRegistry(), HandlerContext(OpenGate())).dump(value)
    first, second = io.BytesIO(), io.BytesIO()
    tree.write(first)
    tree.write(second)
    assert first.getvalue() == second.getvalue() == bytes(value)
    value.append(1)


def test_a_bytearray_that_ends_early_is_an_error() -> None:
    text, body = dumped(bytearray(1000))
    with pytest.raises(Exception, match=r"fewer|early"):
        loaded(text.replace("[0,1000]", "[0,600]"), body[:600])


def test_what_is_pulled_shares_no_memory() -> None:
    value = {"a": bytearray(10), "b": (bytearray(1000),)}
    pulled = through(value)
    pulled["a"][0] = pulled["b"][0][0] = 1
    assert value == {"a": bytearray(10), "b": (bytearray(1000),)}


@pytest.mark.parametrize(("value", "advice"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_kept_is_refused_with_advice(value: Any, advice: str) -> None:
    with pytest.raises(UnsupportedTypeError) as caught:
        through({"train": [0, value]})
    assert caught.value.place == "value['train'][1]"
    assert advice in caught.value.reason


@pytest.mark.parametrize("kind", [OrderedDict, Counter, ChainMap], ids=lambda kind: kind.__name__)
def test_type_arguments_are_no_part_of_a_value(kind: Any) -> None:
    """Python notes ``Counter[str]`` on the instance, for type checkers; nothing compares it."""
    assert_same(through(kind[str]()), kind())


@pytest.mark.parametrize("kind", [OrderedDict, Counter, ChainMap], ids=lambda kind: kind.__name__)
def test_attributes_on_a_container_are_refused(kind: type) -> None:
    value = kind()
    value.note = 1
    with pytest.raises(UnsupportedTypeError, match="attributes were set"):
        through(value)


def test_a_path_that_its_text_does_not_give_back_is_refused_or_kept() -> None:
    """Some Python versions print this one, of a file in the current directory, as one on the drive ``c:``."""
    value = PureWindowsPath("./c:a")
    if PureWindowsPath(str(value)) == value:
        assert_same(through(value), value)
    else:
        with pytest.raises(UnsupportedTypeError, match=r"str\(value\)"):
            through(value)


def test_a_class_as_default_factory_goes_through_the_allow_list() -> None:
    value: defaultdict[str, Any] = defaultdict(Fraction, a=Fraction(1))
    text, body = dumped(value)
    assert json.loads(text)["factory"] == {"class": "fractions:Fraction"}
    assert_same(loaded(text, body), value)


def test_two_keys_that_have_become_one_are_an_error() -> None:
    with pytest.raises(ValueError, match="2 distinct"):
        loaded('{"~":"py.dict@1","of":[1,"a",true,"b"]}', b"")


@pytest.mark.parametrize(
    "text",
    [
        '{"~":"py.float@1","bits":"7ff8"}',
        '{"~":"py.float@1"}',
        '{"~":"py.int@1","hex":"xyz"}',
        '{"~":"py.bytes@1","base64":"*"}',
        '{"~":"py.dict@1","of":[1]}',
        '{"~":"py.range@1","of":[1]}',
        '{"~":"py.path@1","class":"os","of":["a"]}',
        '{"~":"py.defaultdict@1","factory":"eval","of":[]}',
        '{"~":"py.refused@1"}',
        '{"~":"py.decimal@1","text":"one"}',
    ],
)
def test_a_malformed_row_is_an_error(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, ArithmeticError, struct.error)):
        loaded(text, b"")


@pytest.mark.parametrize(
    "value",
    [tuple(range(100_000)), dict.fromkeys(range(100_000), "x"), set(range(100_000)), deque(range(100_000))],
    ids=lambda value: type(value).__name__,
)
def test_a_hundred_thousand_items_take_no_time(value: Any) -> None:
    started = process_time()
    pulled = through(value)
    assert process_time() - started < 1.0
    assert pulled == value


def test_type_ids_are_those_of_released_rows() -> None:
    """Once released, a type id never goes away."""
    assert {handler.type_id for handler in _python.HANDLERS} == {
        *("py.tuple@1", "py.set@1", "py.frozenset@1", "py.deque@1", "py.range@1", "py.slice@1", "py.dict@1"),
        *("py.ordereddict@1", "py.counter@1", "py.defaultdict@1", "py.chainmap@1", "py.float@1", "py.complex@1"),
        *("py.int@1", "py.str@1", "py.bytes@1", "py.bytearray@1", "py.ellipsis@1", "py.decimal@1", "py.fraction@1"),
        *("py.uuid@1", "py.path@1", "py.ip@1", "py.refused@1"),
    }
