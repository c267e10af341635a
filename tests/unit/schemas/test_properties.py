"""Any value of any of these types: the same at its own version, and through a step that changes nothing."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum, IntFlag
from fractions import Fraction
from typing import Any, Literal, NamedTuple
from uuid import UUID

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from airflow_xcom_toolkit.errors import SchemaValidationError
from airflow_xcom_toolkit.testing.same import assert_same
from airflow_xcom_toolkit.testing.strategies import plain_values
from tests.unit.schemas.code import Code

NAME = "acme.anything"


class Color(Enum):
    RED = "red"
    ONE = 1
    PAIR = (1, 2)


class Access(IntFlag):
    READ = 1
    WRITE = 2
    RUN = 4


class Cat(BaseModel):
    name: str
    lives: int = 9


class Dog(BaseModel):
    name: str
    color: Color | None = None


@attrs.define(frozen=True)
class Point:
    x: int
    _y: float = 0.0


class Pair(NamedTuple):
    left: int | None
    right: Color = Color.RED


@dataclass
class Record:
    kind: Literal["a", "b", 3]
    number: int | None
    pets: list[Cat | Dog]
    by_name: dict[str, Dog]
    by_color: dict[Color, list[Point]]
    pairs: tuple[Pair, ...]
    fixed: tuple[int, Pair, Color]
    access: Access
    maybe: Point | Cat | None
    mapping: Mapping[int, Pair]
    items: Sequence[Color]
    counts: Counter[Color]
    ordered: OrderedDict[str, Cat]
    last: deque[Point]
    colors: frozenset[Color]
    when: date | timedelta
    exact: Decimal | Fraction | UUID
    anything: Any = field(default=None)


POINTS = st.builds(Point, st.integers(), st.floats(allow_nan=False))
CATS = st.builds(Cat, name=st.text(), lives=st.integers())
COLORS = st.sampled_from(Color)
DOGS = st.builds(Dog, name=st.text(), color=st.none() | COLORS)
PAIRS = st.builds(Pair, st.none() | st.integers(), COLORS)
PARTS = st.one_of(POINTS, CATS, DOGS, PAIRS)
RECORDS = st.builds(
    Record,
    kind=st.sampled_from(["a", "b", 3]),
    number=st.none() | st.integers(),
    pets=st.lists(CATS | DOGS, max_size=3),
    by_name=st.dictionaries(st.text(), DOGS, max_size=2),
    by_color=st.dictionaries(COLORS, st.lists(POINTS, max_size=2), max_size=2),
    pairs=st.lists(PAIRS, max_size=2).map(tuple),
    fixed=st.tuples(st.integers(), PAIRS, COLORS),
    access=st.sampled_from([Access.READ, Access.READ | Access.RUN, Access(0)]),
    maybe=st.none() | POINTS | CATS,
    mapping=st.dictionaries(st.integers(), PAIRS, max_size=2),
    items=st.lists(COLORS, max_size=2) | st.lists(COLORS, max_size=2).map(tuple),
    counts=st.lists(COLORS, max_size=3).map(Counter),
    ordered=st.dictionaries(st.text(), CATS, max_size=2).map(OrderedDict),
    last=st.lists(POINTS, max_size=2).map(lambda points: deque(points, 5)),
    colors=st.frozensets(COLORS),
    when=st.dates() | st.timedeltas(),
    exact=st.decimals() | st.fractions() | st.uuids(),
    anything=plain_values() | PARTS | st.lists(PARTS, max_size=2) | st.dictionaries(st.integers(), PARTS, max_size=2),
)

OLD = Code().declare(NAME, 1, Record)
NEW = Code().declare(NAME, 2, Record).step(NAME, 1, lambda data: data)


@settings(max_examples=150, deadline=None)
@given(RECORDS)
def test_a_record_is_the_same_at_its_version_and_at_the_next(value: Record) -> None:
    pushed = OLD.push(value)
    assert_same(OLD.pull(pushed), value)
    assert_same(_without_set_fields(NEW.pull(pushed)), _without_set_fields(value))


@settings(max_examples=150, deadline=None)
@given(
    RECORDS, st.sampled_from(["pets", "by_name", "fixed", "maybe", "items", "when", "kind", "access"]), plain_values()
)
def test_a_field_of_any_other_value_is_refused_or_kept(value: Record, name: str, other: Any) -> None:
    """Never altered."""
    setattr(value, name, other)
    try:
        pushed = OLD.push(value)
    except SchemaValidationError:
        return
    assert_same(_without_set_fields(NEW.pull(pushed)), _without_set_fields(value))


def _without_set_fields(value: Any) -> Any:
    """Which fields of a model were set is kept at the same version only."""
    found = value.pets, value.by_name.values(), value.ordered.values(), [value.maybe], _inside(value.anything)
    for part in (part for parts in found for part in parts if isinstance(part, BaseModel)):
        part.__pydantic_fields_set__.update(type(part).model_fields)
    return value


def _inside(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
