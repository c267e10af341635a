from __future__ import annotations

import io
import json
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from airflow_xcom_toolkit.abc import HandlerContext
from airflow_xcom_toolkit.errors import EnvelopeError, EnvelopeVersionError, UnsupportedTypeError
from airflow_xcom_toolkit.handlers.tree import JSON_TYPE, LeafReader, Tree, TreeDumper
from airflow_xcom_toolkit.registry import HandlerRegistry
from airflow_xcom_toolkit.testing.same import assert_same
from airflow_xcom_toolkit.testing.strategies import plain_values
from tests.roundtrip import OpenGate, dumped, loaded, through


@dataclass
class Link:
    next: Any


class Unknown:
    def __repr__(self) -> str:
        return "the secret"


def _tree(value: Any, *, show_keys: bool = True) -> Tree:
    return TreeDumper(HandlerRegistry(), HandlerContext(OpenGate()), show_keys=show_keys).dump(value)


def _nested(depth: int, wrap: Callable[[Any, int], Any], inner: Any = 1) -> Any:
    for level in range(depth):
        inner = wrap(inner, level)
    return inner


WRAPS: dict[str, Callable[[Any, int], Any]] = {
    "lists": lambda inner, _: [inner],
    "tuples": lambda inner, _: (inner,),
    "dicts": lambda inner, _: {"a": inner},
    "dicts with int keys": lambda inner, level: {level: inner},
    "dataclasses": lambda inner, _: Link(inner),
    "a mix": lambda inner, level: ([inner], (inner,), {"a": inner}, {1: inner}, deque([inner]), Link(inner))[level % 6],
    "lists with siblings": lambda inner, level: [level, inner, (level,), "x"],
}


@pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS)
@pytest.mark.parametrize("inner", [1, (), float("nan"), b"x" * 1000], ids=["json", "tuple", "nan", "leaf"])
@pytest.mark.parametrize("depth", [99, 101, 400])
def test_nesting_has_no_limit(depth: int, inner: Any, wrap: Callable[[Any, int], Any]) -> None:
    value = _nested(depth, wrap, inner)
    assert_same(through(value), value)


def test_nesting_is_bounded_by_memory_alone() -> None:
    value = _nested(3000, WRAPS["a mix"], (1,))
    assert_same(through(value), value)


@pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS)
def test_json_text_never_nests_deeper_than_json_readers_allow(wrap: Callable[[Any, int], Any]) -> None:
    text, _ = dumped(_nested(1000, wrap, (1,)))
    depth = deepest = 0
    for char in text:
        depth += (char in "[{") - (char in "]}")
        deepest = max(deepest, depth)
    assert deepest < 250


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(plain_values())
def test_a_value_gives_the_same_bytes_each_time(value: Any) -> None:
    first, body = dumped(value)
    again, same_body = dumped(value)
    assert (again, same_body) == (first, body)


def test_pushing_does_not_change_the_value() -> None:
    value = {"a": [deque([1], 2), {1: bytearray(1000)}], "b": OrderedDict(a=Link([2])), "c": (defaultdict(list), {3})}
    before = deepcopy(value)
    dumped(value)
    assert_same(value, before)


def test_plain_json_stands_in_the_tree_as_it_is() -> None:
    value = {"a": [1, 2.5, None, {"b": "\x00", "c": -0.0}]}
    tree = _tree(value)
    assert json.loads(tree.text()) == value
    assert tree.type_id == JSON_TYPE
    assert tree.leaves == []


def test_only_what_json_loses_is_a_descriptor() -> None:
    text, _ = dumped({"a": 1, "b": (2, [3])})
    assert json.loads(text) == {"a": 1, "b": {"~": "py.tuple@1", "of": [2, [3]]}}


def test_the_type_and_summary_are_those_of_the_whole_value() -> None:
    tree = _tree(((1, 2), b"x" * 1000, 3))
    assert (tree.type_id, tree.summary) == ("py.tuple@1", {"length": 3})


def test_leaves_stand_in_the_body_in_the_order_of_the_tree() -> None:
    value = [b"a" * 600, {"x": (b"b" * 600,), 1: [b"c" * 600]}, Link(b"d" * 600), {"k": b"e" * 600}]
    _, body = dumped(value)
    assert body == b"".join(letter * 600 for letter in (b"a", b"b", b"c", b"d", b"e"))


def test_the_body_is_read_in_one_pass() -> None:
    """Object storage and decryption give bytes in order only."""
    value = [(b"a" * 600, [b"b" * 700]), {1: bytearray(800)}]
    text, body = dumped(value)
    assert_same(loaded(text, body), value)


def test_five_thousand_leaves_come_back() -> None:
    value = {index: bytes([index % 256]) * (513 + index % 7) for index in range(5000)}
    started = process_time()
    assert_same(through(value), value)
    assert process_time() - started < 3


@pytest.mark.parametrize(
    "make",
    [
        lambda: [(n,) for n in range(20_000)],
        lambda: tuple(range(100_000)),
        lambda: [float("nan"), *range(100_000)],
        lambda: {"x": 1.5, "y": [{"n": n, "t": str(n)} for n in range(20_000)], "z": (1,)},
    ],
    ids=["many tuples", "long tuple", "long list with a nan", "many plain dicts beside a tuple"],
)
def test_a_hundred_thousand_parts_are_quick(make: Callable[[], Any]) -> None:
    value = make()
    started = process_time()
    pulled = through(value)
    assert process_time() - started < 2
    assert repr(pulled) == repr(value)


def test_a_leaf_that_was_written_before_is_found_again_after_a_second_write() -> None:
    tree = _tree([b"a" * 600, b"b" * 600])
    first, second = io.BytesIO(), io.BytesIO()
    tree.write(first)
    text = tree.text()
    tree.write(second)
    assert (second.getvalue(), tree.text()) == (first.getvalue(), text)


def test_one_leaf_gives_its_suffix_and_several_none() -> None:
    assert _tree([b"a" * 600]).suffix == ".bin"
    assert _tree([b"a" * 600] * 2).suffix == ".bin"


def test_nbytes_is_known_before_anything_is_written() -> None:
    assert _tree({"a": b"x" * 1000, "b": (bytearray(3000),)}).nbytes == 4000


PLACES = {
    "value": lambda bad: bad,
    "value[3]": lambda bad: [1, 2, 3, bad],
    "value['train'][3]": lambda bad: {"test": 1, "train": [1, (2,), b"x", bad]},
    "value[0][1]": lambda bad: ((1, bad),),
    "value[7]": lambda bad: {"a": 1, 7: bad},
    "value[(1, 'a')]": lambda bad: {(1, "a"): bad},
    "value.keys()[1]": lambda bad: {1: 2, bad: 3},
    "value.next.next['a']": lambda bad: Link(Link({"a": bad})),
    "value{item 0}": lambda bad: {bad},
    "value.stop": lambda bad: slice(1, bad),
}


@pytest.mark.parametrize(("place", "make"), PLACES.items(), ids=PLACES)
def test_a_refusal_names_the_place(place: str, make: Callable[[Any], Any]) -> None:
    with pytest.raises(UnsupportedTypeError) as caught:
        _tree(make(Unknown()))
    assert caught.value.place == place
    assert caught.value.type_name == f"{__name__}.Unknown"


def test_a_refusal_does_not_show_the_value() -> None:
    with pytest.raises(UnsupportedTypeError) as caught:
        _tree([Unknown()])
    assert "the secret" not in str(caught.value)


def test_a_refusal_says_what_to_do() -> None:
    with pytest.raises(UnsupportedTypeError, match="register a handler"):
        _tree(Unknown())


@pytest.mark.parametrize("make", [lambda bad: {"secret": [bad]}, lambda bad: {("secret",): bad, 1: 2}, Link])
def test_keys_are_hidden_where_values_are_secret(make: Callable[[Any], Any]) -> None:
    with pytest.raises(UnsupportedTypeError) as caught:
        _tree({"secret": make(Unknown())}, show_keys=False)
    assert "secret" not in str(caught.value)
    assert caught.value.place.startswith("value[part 0][part ")


def test_a_long_key_is_shortened_in_a_place() -> None:
    with pytest.raises(UnsupportedTypeError) as caught:
        _tree({("k" * 10_000,): Unknown()})
    assert len(caught.value.place) < 200


def _cyclic_list() -> Any:
    value: list[Any] = [1]
    value.append(value)
    return value


def _cyclic_dict() -> Any:
    value: dict[str, Any] = {}
    value["self"] = [value]
    return value


def _cyclic_mix() -> Any:
    inner: list[Any] = []
    value = {1: (Link(inner),)}
    inner.append(value)
    return value


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (_cyclic_list(), "value[1]"),
        (_cyclic_dict(), "value['self'][0]"),
        (_cyclic_mix(), "value[1][0].next[0]"),
        ({"a": _cyclic_list()}, "value['a'][1]"),
    ],
    ids=["list", "dict", "mix", "inner"],
)
def test_a_value_that_contains_itself_is_refused(value: Any, place: str) -> None:
    with pytest.raises(UnsupportedTypeError, match="contains itself") as caught:
        _tree(value)
    assert caught.value.place == place


def test_one_object_in_two_places_is_no_cycle() -> None:
    shared = [(1,)]
    assert_same(through([shared, {"a": shared}, (shared, shared)]), [shared, {"a": shared}, (shared, shared)])


def test_a_type_id_of_a_newer_version_is_refused_by_name() -> None:
    with pytest.raises(EnvelopeVersionError, match=r"py\.tuple"):
        loaded('{"~":"py.tuple@2","of":[]}', b"")


def test_an_unknown_type_id_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedTypeError, match=r"nowhere\.thing@1"):
        loaded('[{"~":"nowhere.thing@1"}]', b"")


def test_text_that_is_not_json_is_an_error() -> None:
    with pytest.raises(EnvelopeError):
        loaded("{", b"")


def test_leaves_that_do_not_follow_each_other_are_an_error() -> None:
    with pytest.raises(EnvelopeError, match="leaf"):
        loaded('[{"~":"py.bytes@1","size":3,"at":[1,3]}]', b"abcd")


def test_a_body_that_ends_early_is_an_error() -> None:
    with pytest.raises(EnvelopeError, match="early"):
        loaded('[{"~":"py.bytes@1","size":9,"at":[0,9]}]', b"abcd")


def test_a_handler_never_reads_beyond_its_leaf() -> None:
    leaf = LeafReader(io.BytesIO(b"abcdef"), 4)
    buffer = bytearray(6)
    assert leaf.read(1) == b"a"
    assert leaf.readinto(buffer) == 3
    assert (bytes(buffer), leaf.read()) == (b"bcd\x00\x00\x00", b"")


def test_what_a_handler_left_unread_is_passed_over() -> None:
    text, body = dumped([b"a" * 600, b"b" * 600])
    short = text.replace('"~":"py.bytes@1","size":600,"at":[0,600]', '"~":"py.ellipsis@1","at":[0,600]')
    assert loaded(short, body) == [..., b"b" * 600]
