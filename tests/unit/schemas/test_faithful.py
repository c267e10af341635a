"""What pushing and upcasting must not do to a value: change it, run its code on it, or mistake one part for another."""

from __future__ import annotations

from collections import ChainMap, Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, Protocol

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pytest
import typing_extensions
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from airflow_xcom_toolkit import Versioned
from airflow_xcom_toolkit.errors import SchemaError, SchemaValidationError, UnsupportedTypeError, XComToolkitError
from airflow_xcom_toolkit.testing.same import assert_same
from tests.roundtrip import OpenGate
from tests.unit.schemas.code import Code

NAME = "acme.orders"


def written_and_read(value: Any, newer: Any = None, *, gate: Any = None) -> Any:
    """``value`` pushed as version 1 and pulled as version 2, with a step that changes nothing."""
    reader = Code(gate=gate).declare(NAME, 2, newer or type(value)).step(NAME, 1, lambda data: data)
    return reader.pull(Code(gate=gate).declare(NAME, 1, type(value)).push(value))


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Size(IntEnum):
    SMALL = 1


class Odd(Enum):
    """Its values are no data."""

    ONE = object()
    TWO = len


class Loose(Enum):
    RED = "red"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: Any) -> Any:
        return cls(value.lower()) if value.lower() == "red" else cls.UNKNOWN


class Line(BaseModel):
    name: str


@dataclass(frozen=True)
class Key:
    id: int


# Nothing is changed ---------------------------------------------------------------------------------------------------


@dataclass
class Meddling:
    array: np.ndarray
    frame: pd.DataFrame
    seen: set[int]
    names: list[str]
    data: bytearray
    lazy: pl.DataFrame

    def __post_init__(self) -> None:
        self.frame["x"] = 7.0
        self.seen.add(5)
        self.names.sort()
        self.data += b"!"
        self.lazy.insert_column(0, pl.Series("more", [1]))


def test_a_constructor_that_changes_what_it_gets_does_not_change_the_pushed_value() -> None:
    value = Meddling(
        np.ones(2), pd.DataFrame({"x": [1.0]}), set(), ["b", "a"], bytearray(b"x"), pl.DataFrame({"a": [1]})
    )
    value.frame["x"], value.names = 1.0, ["b", "a"]
    with pytest.raises(SchemaValidationError):
        Code().declare(NAME, 1, Meddling).push(value)
    assert value.frame["x"].tolist() == [1.0]
    assert (value.seen, value.names, value.data) == ({5}, ["b", "a"], bytearray(b"x!"))
    assert value.lazy.columns == ["more", "a"]


@dataclass
class Scaling:
    array: np.ndarray

    def __post_init__(self) -> None:
        self.array *= 2


def test_an_array_that_a_constructor_would_change_in_place_is_refused_unchanged() -> None:
    value = Scaling(np.ones(2))
    with pytest.raises(SchemaValidationError):
        Code().declare(NAME, 1, Scaling).push(value)
    assert value.array.tolist() == [2.0, 2.0]


def test_checking_plain_data_against_a_class_does_not_change_it() -> None:
    @dataclass
    class Sorting:
        names: list[str]

        def __post_init__(self) -> None:
            self.names.sort()

    data = {"names": ["b", "a"]}
    Code().declare(NAME, 1, Sorting).push(Versioned(data, NAME, 1))
    assert data == {"names": ["b", "a"]}


class Doubled(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    value: Any = None


def doubling(kind: Any, double: Callable[[Any], Any]) -> Any:
    class Model(Doubled):
        value: Annotated[kind, AfterValidator(double)]  # type: ignore[valid-type]

    return Model


@pytest.mark.parametrize(
    ("kind", "double", "value"),
    [
        (np.ndarray, lambda a: a * 2, np.ones(2)),
        (pd.DataFrame, lambda df: df * 2, pd.DataFrame({"x": [1.0]})),
        (pl.DataFrame, lambda df: df * 2, pl.DataFrame({"x": [1.0]})),
        (set[float], lambda s: set(map(float, s)), {1.0}),
    ],
    ids=["array", "pandas", "polars", "set"],
)
def test_a_validator_that_changes_data_is_refused(kind: Any, double: Any, value: Any) -> None:
    cls = doubling(kind, double)
    made = cls(value=value)
    if kind == set[float]:
        object.__setattr__(made, "value", {1})
    with pytest.raises(SchemaValidationError, match=r"value\.value"):
        Code().declare(NAME, 1, cls).push(made)


class Flags(BaseModel):
    by: dict[bool, int]


def test_keys_of_another_type_are_refused_though_they_are_equal() -> None:
    with pytest.raises(SchemaValidationError, match=r"value\.by"):
        Code().declare(NAME, 1, Flags).push(Flags.model_construct(by={1: 2}))


def test_a_validator_that_only_looks_is_fine_with_any_data() -> None:
    for value in (np.array([1.0, np.nan]), pd.DataFrame({"x": [1.0, None]}), pl.DataFrame({"x": [None]}), {1, 2}):
        cls = doubling(type(value), lambda v: v)
        assert_same(written_and_read(cls(value=value)).value, value)


# Parts wherever they are ----------------------------------------------------------------------------------------------


@dataclass
class Bag:
    color: Color = Color.RED
    line: Line | None = None
    anything: Any = None


@dataclass
class Foreign:
    """Not part of any schema: on the allow list."""

    line: Line


HIDDEN: list[Any] = [
    {Color.RED: 1},
    {Color.RED},
    frozenset({Color.RED}),
    Counter({Color.RED: 1}),
    {(Color.RED,): 1},
    pd.Series([Color.RED], dtype=object),
    np.array([Color.RED, Line(name="x")], dtype=object),
    Foreign(Line(name="x")),
    ChainMap({"a": Line(name="x")}, {"b": Color.RED}),
    defaultdict(Line, {"a": 1}),
    {"deep": [({"line": Line(name="x")},)]},
    OrderedDict(a=Line(name="x")),
    deque([Line(name="x")], maxlen=3),
]


@pytest.mark.parametrize("value", HIDDEN, ids=lambda value: type(value).__name__)
def test_a_part_where_no_annotation_says_so_is_kept_or_refused(value: Any) -> None:
    """Never altered by a reader of another version."""
    try:
        found = written_and_read(Bag(anything=value), gate=OpenGate())
    except SchemaValidationError:
        return
    assert_same(found, Bag(anything=value))


@pytest.mark.parametrize("value", [{Key(1)}, {Key(1): 2}, frozenset({Key(1)})], ids=repr)
def test_records_in_sets_or_as_keys_are_refused_where_no_annotation_says_so(value: Any) -> None:
    @dataclass
    class Holder:
        key: Key
        anything: Any

    globals()["Holder"] = Holder
    with pytest.raises(SchemaValidationError, match="make it a list"):
        Code().declare(NAME, 1, Holder).push(Holder(Key(1), value))


@dataclass
class Keyed:
    counts: dict[Color, int] = field(default_factory=dict)
    lines: dict[Color, Line] = field(default_factory=dict)
    bag: Counter[Color] = field(default_factory=Counter)
    colors: set[Color] = field(default_factory=set)
    sizes: frozenset[Size] = frozenset()
    ordered: OrderedDict[Color, int] = field(default_factory=OrderedDict)
    default: defaultdict[Color, int] = field(default_factory=lambda: defaultdict(int))


def test_enums_may_be_keys_and_items_of_sets() -> None:
    value = Keyed(
        {Color.RED: 1},
        {Color.BLUE: Line(name="x")},
        Counter({Color.RED: 2}),
        {Color.RED},
        frozenset({Size.SMALL}),
        OrderedDict({Color.BLUE: 1}),
        defaultdict(int, {Color.RED: 3}),
    )
    assert_same(written_and_read(value), value)


@dataclass
class Outer:
    lines: list[Line]
    payload: Any = None


@dataclass
class Inner:
    data: Any = None


def test_a_part_of_the_outer_schema_is_none_of_the_inner_one() -> None:
    code = Code().declare("o", 1, Outer).declare("i", 1, Inner)
    with pytest.raises(UnsupportedTypeError, match="allow list"):
        code.push(Outer([], Inner(Line(name="x"))))


# Names of parts -------------------------------------------------------------------------------------------------------


def named(name: str, module: str, cls: Any) -> Any:
    cls.__qualname__, cls.__module__ = name, module
    return cls


def test_parts_of_one_name_are_told_apart_whatever_their_order() -> None:
    one = named("Status", "orders", Enum("Status", {"OPEN": "open"}))
    two = named("Status", "lines", Enum("Status", {"OPEN": "o"}))

    class Before(BaseModel):
        first: one  # type: ignore[valid-type]
        second: two  # type: ignore[valid-type]

    class After(BaseModel):
        second: two  # type: ignore[valid-type]
        first: one  # type: ignore[valid-type]

    pushed = Code().declare(NAME, 1, Before).push(Before(first=one.OPEN, second=two.OPEN))
    found = Code().declare(NAME, 1, After).pull(pushed)
    assert (found.first, found.second) == (one.OPEN, two.OPEN)


def test_a_name_that_has_become_ambiguous_is_an_error() -> None:
    one = named("Status", "orders", Enum("Status", {"OPEN": "open"}))
    two = named("Status", "lines", Enum("Status", {"OPEN": "o"}))

    class Before(BaseModel):
        status: one  # type: ignore[valid-type]

    class After(BaseModel):
        other: two | None = None  # type: ignore[valid-type]
        status: one  # type: ignore[valid-type]

    pushed = Code().declare(NAME, 1, Before).push(Before(status=one.OPEN))
    with pytest.raises(SchemaError, match="or two of that name"):
        Code().declare(NAME, 1, After).pull(pushed)


def test_two_parts_that_share_name_and_module_are_refused() -> None:
    one = named("Same", "m", dataclass(type("A", (), {"__annotations__": {"x": int}})))
    two = named("Same", "m", dataclass(type("B", (), {"__annotations__": {"y": int}})))

    class Both(BaseModel):
        a: one  # type: ignore[valid-type]
        b: two  # type: ignore[valid-type]

    with pytest.raises(SchemaError, match=r"both called m\.Same: rename one"):
        Code().declare(NAME, 1, Both).push(Both(a=one(1), b=two(2)))


# Tuples and unions ----------------------------------------------------------------------------------------------------


class Three(BaseModel):
    items: tuple[Line, Line, Line]


class Two(BaseModel):
    items: tuple[Line, Line]


def test_a_tuple_of_another_length_is_an_error_and_not_cut() -> None:
    value = Three(items=tuple(Line(name=str(i)) for i in range(3)))  # type: ignore[arg-type]
    with pytest.raises(SchemaValidationError, match="3 items, and 2 are declared"):
        written_and_read(value, Two)


class Cat(BaseModel):
    name: str


class Dog(BaseModel):
    name: str
    bark: str = "loud"


class NewDog(BaseModel):
    name: str
    bark: str = "loud"
    size: int = 1


class Pets(BaseModel):
    pets: list[Cat] | list[Dog]
    one: Cat | Dog


class NewPets(BaseModel):
    pets: list[Cat] | list[NewDog]
    one: Cat | NewDog


def test_what_may_be_dropped_makes_no_type_of_a_union_fit_before_another() -> None:
    NewDog.__qualname__ = "Dog"
    value = NewPets(pets=[NewDog(name="d")], one=NewDog(name="e"))
    pushed = Code().declare(NAME, 2, NewPets, readable_by=1).push(value)
    found = Code().declare(NAME, 1, Pets).pull(pushed)
    assert [type(found.pets[0]), type(found.one)] == [Dog, Dog]


def test_a_dict_of_an_upcasters_own_that_fits_two_types_is_an_error() -> None:
    class New(BaseModel):
        one: Cat | Dog

    class Old(BaseModel):
        one: Cat

    code = Code().declare(NAME, 2, New).step(NAME, 1, lambda data: {"one": dict(data["one"])})
    with pytest.raises(SchemaValidationError, match="fit Cat and Dog"):
        code.pull(Code().declare(NAME, 1, Old).push(Old(one=Cat(name="c"))))


class Base(BaseModel):
    name: str


class Sub(Base):
    more: int = 1


class Family(BaseModel):
    base: Base
    sub: Sub | None = None


def test_a_subclass_that_is_a_part_itself_stays_one() -> None:
    value = Family(base=Sub(name="s", more=2))
    assert type(written_and_read(value).base) is Sub


# Classes of all kinds -------------------------------------------------------------------------------------------------


class WithoutPrivate(BaseModel):
    id: int


class WithPrivate(BaseModel):
    id: int
    _cache: int = PrivateAttr(default=5)


class Extra(BaseModel):
    model_config = ConfigDict(extra="allow")
    id: int


@pytest.mark.parametrize("newer", [WithPrivate, Extra])
def test_an_instance_of_a_class_that_gained_private_or_extra_parts_is_whole(newer: Any) -> None:
    found = Code().declare(NAME, 1, newer).pull(Code().declare(NAME, 1, WithoutPrivate).push(WithoutPrivate(id=1)))
    assert found.id == 1
    if newer is Extra:
        found.more = 1
    else:
        assert found._cache == 5


@dataclass
class Enums:
    maybe: Loose | None = None
    literal: Literal[Color.RED, Color.BLUE] = Color.RED
    odd: Odd = Odd.ONE
    odds: list[Odd] = field(default_factory=list)
    many: dict[str, Loose | int | None] = field(default_factory=dict)


def test_enums_of_all_kinds_are_kept() -> None:
    value = Enums(Loose.RED, Color.BLUE, Odd.TWO, [Odd.ONE], {"a": None, "b": Loose.UNKNOWN})
    assert_same(written_and_read(value), value)
    assert_same(written_and_read(Enums()), Enums())


class Greets(Protocol):
    def hello(self) -> str: ...


class Point(typing_extensions.TypedDict):
    x: int


@dataclass
class Mixed:
    value: Line | Point | None = None
    frozen: Mapping[str, Line] = field(default_factory=dict)


@pytest.mark.parametrize("value", [None, {"x": 1}, Line(name="n")], ids=repr)
def test_typed_dicts_beside_records_are_told_apart(value: Any) -> None:
    assert_same(written_and_read(Mixed(value)), Mixed(value))


class Wrapped(BaseModel):
    id: int = Field(alias="ID")

    @model_validator(mode="wrap")
    @classmethod
    def _wrap(cls, data: Any, handler: Any) -> Any:
        return handler(data)


class OwnInit(BaseModel):
    id: int = Field(alias="ID")

    def __init__(self, **data: Any) -> None:
        super().__init__(**data)


@pytest.mark.parametrize("value", [Wrapped(ID=1), OwnInit(ID=2)], ids=lambda value: type(value).__name__)
def test_aliases_go_through_validators_and_constructors(value: Any) -> None:
    assert_same(written_and_read(value), value)


class Parsed(BaseModel):
    at: datetime


@pytest.mark.parametrize("text", ["2026-01-31T10:00:00Z", "2026-01-31T10:00:00+02:00", "2026-01-31T10:00:00-00:30"])
def test_times_that_pydantic_parsed_keep_their_zone(text: str) -> None:
    value = Parsed.model_validate_json(f'{{"at": "{text}"}}')
    assert_same(written_and_read(value), value)


@attrs.define
class Converted:
    names: tuple[str, ...] = attrs.field(converter=tuple)


def test_a_converter_that_is_done_with_its_own_result_is_fine() -> None:
    assert_same(written_and_read(Converted(["a"])), Converted(["a"]))


# Secrets --------------------------------------------------------------------------------------------------------------


class Custom(BaseModel):
    text: str = ""
    by: dict[int, int] = {}

    @field_validator("text")
    @classmethod
    def _check(cls, value: str) -> str:
        from pydantic_core import PydanticCustomError

        if value == "s3cret":
            raise PydanticCustomError("my_error", "{value} is not good", {"value": value})
        return value


@pytest.mark.parametrize(
    ("fields", "leak"), [({"text": "s3cret"}, "s3cret"), ({"by": {987654: "x"}}, "987654")], ids=["message", "key"]
)
def test_no_part_of_a_secret_value_is_in_an_error(fields: dict[str, Any], leak: str) -> None:
    value = Custom.model_construct(**fields)
    with pytest.raises(XComToolkitError) as caught:
        Code().declare(NAME, 1, Custom).push(value, show_keys=False)
    assert leak not in str(caught.value)


class Limited(BaseModel):
    by: dict[str, int] = {}


class NewLimited(BaseModel):
    by: dict[str, Annotated[int, Field(gt=10)]] = {}
    more: int = 0


def test_an_error_of_a_class_that_changed_can_hide_keys_too() -> None:
    pushed = Code().declare(NAME, 1, Limited).push(Limited(by={"s3cret": 1}))
    with pytest.raises(SchemaValidationError, match="of its schema has not") as caught:
        Code().declare(NAME, 1, NewLimited).pull(pushed)
    assert "s3cret" not in str(caught.value.within("value", show_keys=False))


def test_the_log_of_what_is_dropped_names_no_data_and_is_short(caplog: pytest.LogCaptureFixture) -> None:
    value = Extra.model_validate({"id": 1, "s3cret": 2, **{f"more{i}": i for i in range(1000)}})
    pushed = Code().declare(NAME, 2, Extra, readable_by=1).push(value)
    with caplog.at_level("INFO"):
        Code().declare(NAME, 1, WithoutPrivate).pull(pushed)
    assert "1001 in all" in caplog.text
    assert "s3cret" not in caplog.text
    assert len(caplog.text) < 1000
