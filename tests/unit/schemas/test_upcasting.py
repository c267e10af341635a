"""Rows of one version of the code, read by another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, make_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, TypeVar

import attrs
import pandas as pd
import pytest
import typing_extensions
from pydantic import BaseModel, ConfigDict, Field

from airflow_xcom_toolkit.errors import (
    SchemaError,
    SchemaTooNewError,
    SchemaValidationError,
    UnknownSchemaError,
    UpcasterError,
    UpcasterMissingError,
)
from airflow_xcom_toolkit.testing.same import assert_same
from tests.unit.schemas.code import Code

NAME = "acme.orders"
T = TypeVar("T")


class OldLine(BaseModel):
    name: str
    count: int


class OldState(Enum):
    OPEN = "open"
    GONE = "gone"


class OldOrders(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    id: int
    lines: list[OldLine] = []
    state: OldState = OldState.OPEN
    frame: pd.DataFrame | None = None


@dataclass
class Line:
    name: str
    quantity: int


class State(Enum):
    OPEN = "open"
    CLOSED = "closed"


@attrs.define
class Orders:
    id: str
    lines: list[Line]
    state: State
    total: Decimal
    frame: pd.DataFrame | None = None


def one_to_two(data: dict[str, Any]) -> dict[str, Any]:
    data["lines"] = [{"name": line["name"], "quantity": line["count"]} for line in data["lines"]]
    data["state"] = "closed" if data["state"] == "gone" else data["state"]
    return data


def two_to_three(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "id": f"A-{data['id']}", "total": Decimal(len(data["lines"]))}


def old() -> Code:
    return Code().declare(NAME, 1, OldOrders)


def new() -> Code:
    return Code().declare(NAME, 3, Orders).step(NAME, 1, one_to_two).step(NAME, 2, two_to_three)


def test_an_old_row_goes_step_by_step_to_the_readers_class() -> None:
    """From a pydantic model to an attrs class, here; with nested records, an enum and a frame."""
    frame = pd.DataFrame({"a": [1]})
    pushed = old().push(OldOrders(id=7, lines=[OldLine(name="x", count=2)], state=OldState.GONE, frame=frame))
    expected = Orders("A-7", [Line("x", 2)], State.CLOSED, Decimal(1), frame)
    assert_same(new().pull(pushed), expected)


def test_a_step_gets_plain_data_and_real_values() -> None:
    """Records are dicts, enums their values, frames frames."""
    seen: list[Any] = []
    code = (
        Code().declare(NAME, 2, Orders).step(NAME, 1, lambda data: seen.append(data) or two_to_three(one_to_two(data)))
    )
    frame = pd.DataFrame({"a": [1]})
    code.pull(old().push([OldOrders(id=7, lines=[OldLine(name="x", count=2)], frame=frame)]))
    assert seen[0].keys() == {"id", "lines", "state", "frame"}
    assert (seen[0]["id"], seen[0]["state"]) == (7, "open")
    assert_same(seen[0]["frame"], frame)


def test_instances_inside_other_values_are_upcast_too() -> None:
    pushed = old().push({"all": [OldOrders(id=1), OldOrders(id=2)], "one": (OldOrders(id=3),)})
    found = new().pull(pushed)
    assert [order.id for order in found["all"]] == ["A-1", "A-2"]
    assert found["one"][0].id == "A-3"


def test_a_part_with_a_schema_of_its_own_has_its_own_steps() -> None:
    """The outer step gets the part as the reader's class."""

    class OldOuter(BaseModel):
        inner: OldLine

    @dataclass
    class Outer:
        inner: Line
        note: str

    writer = Code().declare("acme.outer", 1, OldOuter).declare("acme.line", 1, OldLine)
    reader = Code().declare("acme.outer", 2, Outer).declare("acme.line", 2, Line)
    reader.step("acme.line", 1, lambda data: {"name": data["name"], "quantity": data["count"]})
    reader.step("acme.outer", 1, lambda data: {**data, "note": type(data["inner"]).__name__})
    found = reader.pull(writer.push(OldOuter(inner=OldLine(name="x", count=2))))
    assert found == Outer(Line("x", 2), "Line")


def test_a_missing_step_is_named_with_both_versions() -> None:
    code = Code().declare(NAME, 3, Orders).step(NAME, 1, one_to_two)
    with pytest.raises(UpcasterMissingError, match=r"@upcaster\('acme.orders', from_version=2\)") as caught:
        code.pull(old().push(OldOrders(id=1)))
    assert (caught.value.version, caught.value.known, caught.value.from_version) == (1, 3, 2)


def test_a_failing_step_is_named_and_its_error_kept() -> None:
    code = new().step(NAME, 3, lambda data: data["nothing"]).declare(NAME, 4, Orders)
    with pytest.raises(UpcasterError, match="from version 3 raised KeyError") as caught:
        code.pull(old().push(OldOrders(id=1)))
    assert isinstance(caught.value.__cause__, KeyError)


@pytest.mark.parametrize("result", [None, 1, "text", []], ids=repr)
def test_a_step_that_does_not_return_fields_is_an_error(result: Any) -> None:
    code = Code().declare(NAME, 2, OldOrders).step(NAME, 1, lambda data: result)
    with pytest.raises((UpcasterError, SchemaValidationError)):
        code.pull(old().push(OldOrders(id=1)))


def test_what_the_steps_make_is_validated_and_the_field_named() -> None:
    bad = lambda data: two_to_three({**data, "lines": [{"name": "x", "quantity": "many"}]})  # noqa: E731
    code = Code().declare(NAME, 2, Orders).step(NAME, 1, bad)
    with pytest.raises(SchemaValidationError, match=r"value\.lines\[0\]\.quantity .*valid integer") as caught:
        code.pull(old().push(OldOrders(id=1)))
    assert caught.value.place == "value.lines[0].quantity"


def test_a_field_that_the_reader_does_not_know_is_an_error_and_not_lost() -> None:
    code = Code().declare(NAME, 2, OldOrders).step(NAME, 1, lambda data: {**data, "extra": 1})
    with pytest.raises(SchemaValidationError, match=r"value\['extra'\] .*no such field"):
        code.pull(old().push(OldOrders(id=1)))


def test_a_field_that_is_missing_and_has_no_default_is_an_error() -> None:
    code = Code().declare(NAME, 2, Orders).step(NAME, 1, lambda data: data)
    with pytest.raises(SchemaValidationError, match=r"value\.total .*missing"):
        code.pull(old().push(OldOrders(id=1)))


# Newer rows ----------------------------------------------------------------------------------------------------------


class NewLine(BaseModel):
    name: str
    count: int
    unit: str = "kg"


class NewOrders(BaseModel):
    id: int
    lines: list[NewLine] = []
    state: OldState = OldState.OPEN
    note: str = ""


def test_a_newer_row_is_refused_with_both_versions_and_the_remedy() -> None:
    pushed = Code().declare(NAME, 2, NewOrders).push(NewOrders(id=1))
    with pytest.raises(SchemaTooNewError, match=r"version 2 .* up to version 1.*readable_by=1") as caught:
        old().pull(pushed)
    assert (caught.value.version, caught.value.known) == (2, 1)


def test_a_newer_row_that_declares_it_is_read_without_what_is_unknown(caplog: pytest.LogCaptureFixture) -> None:
    """The log says what was dropped, on every level."""
    pushed = (
        Code()
        .declare(NAME, 2, NewOrders, readable_by=1)
        .push(NewOrders(id=1, lines=[NewLine(name="x", count=2)], note="new"))
    )
    with caplog.at_level("INFO"):
        found = old().pull(pushed)
    assert_same(found, OldOrders(id=1, lines=[OldLine(name="x", count=2)], state=OldState.OPEN))
    assert ".note" in caplog.text
    assert ".lines[…].unit" in caplog.text


def test_a_reader_older_than_the_declared_one_is_refused() -> None:
    pushed = Code().declare(NAME, 3, NewOrders, readable_by=2).push(NewOrders(id=1))
    with pytest.raises(SchemaTooNewError, match="only readers from version 2 on"):
        old().pull(pushed)


def test_a_newer_row_that_is_declared_readable_and_is_not_says_why() -> None:
    pushed = Code().declare(NAME, 2, make_dataclass("Other", [("note", str)]), readable_by=1)
    with pytest.raises(SchemaValidationError, match=r"value\.id .*missing"):
        old().pull(pushed.push(pushed.catalogue.find(NAME).cls("x")))  # type: ignore[union-attr]


# The same version, another class -------------------------------------------------------------------------------------


def test_a_new_field_with_a_default_needs_no_new_version() -> None:
    pushed = Code().declare(NAME, 1, OldLine).push(OldLine(name="x", count=1))
    assert_same(Code().declare(NAME, 1, NewLine).pull(pushed), NewLine(name="x", count=1))


def test_a_field_that_is_gone_needs_a_new_version() -> None:
    pushed = Code().declare(NAME, 1, NewLine).push(NewLine(name="x", count=1))
    with pytest.raises(SchemaError, match="and the version of its schema has not"):
        Code().declare(NAME, 1, OldLine).pull(pushed)


def test_a_nested_class_may_gain_a_field_without_a_new_version() -> None:
    class Before(BaseModel):
        line: OldLine

    class After(BaseModel):
        line: NewLine

    Before.model_rebuild(), After.model_rebuild()
    OldLine.__qualname__, NewLine.__qualname__ = "Same", "Same"
    try:
        pushed = Code().declare(NAME, 1, Before).push(Before(line=OldLine(name="x", count=1)))
        found = Code().declare(NAME, 1, After).pull(pushed)
    finally:
        OldLine.__qualname__, NewLine.__qualname__ = "OldLine", "NewLine"
    assert_same(found.line, NewLine(name="x", count=1))


def test_a_class_may_be_renamed_and_moved() -> None:
    @dataclass
    class Renamed:
        name: str
        quantity: int

    pushed = Code().declare(NAME, 1, Line).push(Line("x", 1))
    assert Code().declare(NAME, 1, Renamed).pull(pushed) == Renamed("x", 1)


# Unknown schemas -----------------------------------------------------------------------------------------------------


def test_an_unknown_schema_is_an_error_that_says_where_to_declare_it() -> None:
    with pytest.raises(UnknownSchemaError, match="schema_modules"):
        Code().pull(old().push(OldOrders(id=1)))


def test_by_policy_an_unknown_schema_gives_the_plain_data() -> None:
    value = OldOrders(id=1, lines=[OldLine(name="x", count=2)], state=OldState.GONE)
    found = Code(unknown_as_plain=True).pull(old().push([value]))
    assert_same(found, [{"id": 1, "lines": [{"name": "x", "count": 2}], "state": "gone", "frame": None}])


def test_a_name_with_steps_alone_is_read_as_plain_data_of_the_newest_version() -> None:
    code = Code().step(NAME, 1, one_to_two).step(NAME, 2, two_to_three)
    assert code.pull(old().push(OldOrders(id=1)))["id"] == "A-1"


# What classes can be -------------------------------------------------------------------------------------------------


@dataclass
class Computed:
    a: int
    twice: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.twice = self.a * 2


@attrs.define
class Private:
    _hidden: int
    made: int = attrs.field(init=False, default=5)


class Aliased(BaseModel):
    id: int = Field(alias="ID")


@pytest.mark.parametrize(
    ("value", "same"),
    [
        (Computed(2), lambda data: data),
        (Private(3), lambda data: data),
        (Aliased(ID=4), lambda data: data),
    ],
    ids=["init=False", "private argument", "alias"],
)
def test_fields_keep_their_names_whatever_the_constructor_calls_them(value: Any, same: Callable[[Any], Any]) -> None:
    writer = Code().declare(NAME, 1, type(value))
    reader = Code().declare(NAME, 2, type(value)).step(NAME, 1, same)
    assert_same(reader.pull(writer.push(value)), value)


class Cat(BaseModel):
    name: str
    lives: int = 9


class Dog(BaseModel):
    name: str


class Owner(BaseModel):
    pets: list[Dog | Cat]
    anything: Any = None


class NewOwner(BaseModel):
    pets: list[Cat | Dog]
    anything: Any = None


def test_the_types_of_a_union_are_told_apart_by_their_names() -> None:
    """Where fields alone would make a cat of a dog."""
    reader = Code().declare(NAME, 2, NewOwner).step(NAME, 1, lambda data: data)
    pushed = Code().declare(NAME, 1, Owner).push(Owner(pets=[Dog(name="d"), Cat(name="c")]))
    assert [type(pet) for pet in reader.pull(pushed).pets] == [Dog, Cat]


def test_records_where_no_annotation_names_one_are_what_their_names_say() -> None:
    reader = Code().declare(NAME, 2, NewOwner)
    reader.step(NAME, 1, lambda data: {"pets": [], "anything": ({"all": data["pets"]},)})
    found = reader.pull(Code().declare(NAME, 1, Owner).push(Owner(pets=[Dog(name="d")])))
    assert_same(found.anything, ({"all": [Dog(name="d")]},))


class Dicts(BaseModel):
    pets: list[dict[str, Any]]
    anything: Any = None


def test_records_where_an_annotation_wants_dicts_are_ordinary_ones() -> None:
    reader = Code().declare(NAME, 2, Dicts).step(NAME, 1, lambda data: {**data, "anything": data["pets"][0]})
    found = reader.pull(Code().declare(NAME, 1, Owner).push(Owner(pets=[Dog(name="d")])))
    assert_same([found.pets, found.anything], [[{"name": "d"}], {"name": "d"}])


@dataclass
class Carrier(Generic[T]):
    item: T
    items: list[T] = field(default_factory=list)


@dataclass
class Loads:
    number: Carrier[int]
    line: Carrier[Line]


def test_generic_records_are_built_with_their_arguments() -> None:
    reader = Code().declare(NAME, 2, Loads).step(NAME, 1, lambda data: data)
    value = Loads(Carrier(1, [2]), Carrier(Line("x", 1), [Line("y", 2)]))
    assert_same(reader.pull(Code().declare(NAME, 1, Loads).push(value)), value)


class Point(typing_extensions.TypedDict):
    x: int


@dataclass
class Typed:
    point: Point


def test_typed_dicts_are_checked() -> None:
    code = Code().declare(NAME, 1, Typed)
    assert_same(code.pull(code.push(Typed({"x": 1}))), Typed({"x": 1}))
    with pytest.raises(SchemaValidationError, match="point"):
        code.push(Typed({"x": "one"}))  # type: ignore[typeddict-item]


@dataclass(frozen=True)
class Key:
    id: int


@dataclass
class Hashed:
    keys: set[Key] = field(default_factory=set)


@dataclass
class Keyed:
    by_key: dict[Key, int] = field(default_factory=dict)


@pytest.mark.parametrize("value", [Hashed(), Keyed()], ids=lambda value: type(value).__name__)
def test_records_in_sets_or_as_keys_are_refused_with_a_way_out(value: Any) -> None:
    with pytest.raises(SchemaError, match="make it a list"):
        Code().declare(NAME, 1, type(value)).push(value)


@dataclass
class Days:
    days: dict[str, date]


def test_plain_values_inside_keep_their_types_across_versions() -> None:
    writer = Code().declare(NAME, 1, Days)
    reader = Code().declare(NAME, 2, Days).step(NAME, 1, lambda data: data)
    value = Days({"a": date(2026, 1, 31)})
    assert_same(reader.pull(writer.push(value)), value)


def test_an_old_class_that_is_kept_writes_its_own_version() -> None:
    """So writers can go over one by one."""
    code = new().declare(NAME, 1, OldOrders)
    value = OldOrders(id=7, lines=[OldLine(name="x", count=2)])
    pushed = code.push(value)
    assert_same(old().pull(pushed), value)
    assert code.pull(pushed).id == "A-7"
