from __future__ import annotations

import dataclasses
import enum
import io
import json
from collections import namedtuple
from functools import cached_property
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import attrs
import pydantic
import pytest
from hypothesis import HealthCheck, given, settings

from airflow_xcom_toolkit.abc import HandlerContext, Refusal
from airflow_xcom_toolkit.errors import SchemaError, UnsupportedTypeError
from airflow_xcom_toolkit.handlers import _classes
from airflow_xcom_toolkit.handlers.tree import TreeDumper, TreeLoader
from airflow_xcom_toolkit.registry import HandlerRegistry
from airflow_xcom_toolkit.testing.same import assert_same
from airflow_xcom_toolkit.testing.strategies import plain_values
from tests.roundtrip import OpenGate, dumped, loaded, through

T = TypeVar("T")
HERE = f"{__name__}:"


def _never(*args: Any, **kwargs: Any) -> Any:
    raise AssertionError("code of a class ran at pull")


def _listed(item: Any) -> list[Any]:
    return [item]


class Color(enum.Enum):
    RED = 1
    CRIMSON = 1
    GREEN = (0, 255)


class Level(enum.IntEnum):
    LOW = 1


class Word(str, enum.Enum):
    A = "a"


class Rights(enum.Flag):
    READ = 1
    WRITE = 2
    ALL = 3


class Bits(enum.IntFlag):
    ONE = 1
    TWO = 2


Point = namedtuple("Point", ["x", "y"])


class Row(NamedTuple):
    name: str
    parts: Any = ()


class Checked(namedtuple("Checked", ["x"])):
    """A named tuple whose ``__new__`` would give something else again."""

    def __new__(cls, x: int) -> Checked:
        return super().__new__(cls, x * 2)


@dataclasses.dataclass
class Plain:
    x: Any
    y: Any = None
    kind: ClassVar[str] = "plain"


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: Any
    y: Any = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Slotted:
    x: Any
    y: Any = None


@dataclasses.dataclass
class Busy:
    """Everything that ``__init__`` may do besides taking fields."""

    x: int
    factor: dataclasses.InitVar[int] = 1
    total: int = dataclasses.field(init=False)
    items: list[int] = dataclasses.field(default_factory=list, kw_only=True)
    size: int = dataclasses.field(init=False, default=7)

    def __post_init__(self, factor: int) -> None:
        self.total = self.x * factor

    @cached_property
    def double(self) -> int:
        return self.x * 2


@dataclasses.dataclass
class Derived(Plain):
    z: Any = 3


@dataclasses.dataclass
class Box(Generic[T]):
    item: T


@dataclasses.dataclass
class Private:
    __x: int


@dataclasses.dataclass(eq=False)
class ById:
    x: int


@dataclasses.dataclass
class Listed(list):  # type: ignore[type-arg]
    x: int


@dataclasses.dataclass
class Failed(Exception):
    x: int


@dataclasses.dataclass(slots=True)
class Narrow:
    x: Any


class Hiding(Narrow):
    x: Any = property(lambda self: 5)


@attrs.define
class Defined:
    x: Any = attrs.field(converter=_listed)
    _hidden: Any = 2

    @cached_property
    def double(self) -> Any:
        return self.x * 2


@attrs.frozen(cache_hash=True)
class Hashed:
    x: str


@attrs.define(slots=False)
class Open:
    x: Any
    y: Any = attrs.field(init=False)


class Model(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    x: Any
    inner: Model | None = None
    y: int = 1
    _cache: Any = pydantic.PrivateAttr(default_factory=list)
    _unset: int = pydantic.PrivateAttr()

    @cached_property
    def double(self) -> Any:
        return [self.x, self.x]


class FrozenModel(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True)
    x: int


class Extra(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")
    x: int


class Validated(pydantic.BaseModel):
    x: int

    @pydantic.field_validator("x")
    @classmethod
    def _double(cls, x: int) -> int:
        return x * 2


class Numbers(pydantic.RootModel[list[int]]): ...


class PrivateNumbers(pydantic.RootModel[list[int]]):
    _note: str = "n"


class Typed(pydantic.BaseModel, Generic[T]):
    x: T


@pydantic.dataclasses.dataclass
class Checkpoint:
    x: int
    y: str = "y"


def _hiding() -> Hiding:
    value = object.__new__(Hiding)
    vars(Narrow)["x"].__set__(value, 3)
    return value


def _busy() -> Busy:
    value = Busy(3, 5, items=[1])
    value.total = -1
    return value


def _cached(value: Any) -> Any:
    assert value.double
    return value


def _with_private() -> Model:
    value = Model(x=(1,), inner=Model(x={2}))
    value._cache.append(("a", 1))
    return value


VALUES = {
    "enum": lambda: Color.RED,
    "enum of a tuple": lambda: Color.GREEN,
    "int enum": lambda: Level.LOW,
    "str enum": lambda: Word.A,
    "flag": lambda: Rights.READ,
    "named combination": lambda: Rights.ALL,
    "no flag": lambda: Rights(0),
    "int flags": lambda: Bits.ONE | Bits.TWO,
    "int flags beyond the members": lambda: Bits(9),
    "inverted int flags": lambda: ~Bits.ONE,
    "enum keys": lambda: {Color.RED: 1, Level.LOW: 2, Rights.READ: 3},
    "namedtuple": lambda: Point(1, (2,)),
    "NamedTuple": lambda: Row("a", {1: b"x"}),
    "named tuple with a __new__": lambda: Checked(4),
    "dataclass": lambda: Plain(1, [2]),
    "nested dataclasses": lambda: Plain(Plain(Frozen(1)), {"a": Slotted(2)}),
    "frozen dataclass as a key": lambda: {Frozen(1): 2, (Frozen(3),): 4},
    "dataclass with slots": lambda: Slotted(1.5, b"x" * 2000),
    "dataclass with all options": _busy,
    "dataclass with a cached property": lambda: _cached(Busy(3)),
    "derived dataclass": lambda: Derived(1),
    "generic dataclass": lambda: Box([1]),
    "dataclass with a private field": lambda: Private(3),
    "attrs": lambda: Defined(1, hidden=(3,)),
    "attrs with a cached property": lambda: _cached(Defined(1)),
    "attrs frozen": lambda: Hashed("a"),
    "attrs frozen as a key": lambda: {Hashed("a"): 1},
    "attrs without slots": lambda: Open(1),
    "model": lambda: Model(x=1),
    "nested model with private attributes": _with_private,
    "model with a cached property": lambda: _cached(Model(x=1)),
    "model whose fields are not all set": lambda: Model.model_construct(y=2),
    "frozen model": lambda: FrozenModel(x=1),
    "frozen model as a key": lambda: {FrozenModel(x=1): 2},
    "model with extra fields": lambda: Extra.model_validate({"x": 1, "z": (2,), "w": {3}}),
    "root model": lambda: Numbers([1, 2]),
    "root model with private attributes": lambda: PrivateNumbers([1]),
    "generic model": lambda: Typed(x=(1,)),
    "pydantic dataclass": lambda: Checkpoint(1),
}

REFUSED = {
    "dataclass with another attribute": (lambda: _also(Plain(1), "note"), "holds note"),
    "attrs with another attribute": (lambda: _also(Open(1), "note"), "holds note"),
    "named tuple with an attribute": (lambda: _also(Checked(1), "note"), "holds note"),
    "dataclass that is a list": (lambda: Listed(1), "built on a type with contents of its own"),
    "dataclass that is an exception": (lambda: Failed(1), "built on a type with contents of its own"),
    "named tuple of another length": (lambda: tuple.__new__(Point, (1,)), "1 items for the 2 fields"),
    "slot behind a property": (_hiding, "hides slots of its bases"),
    "plain object": (lambda: OpenGate(), "no type handler"),
}


def _also(value: Any, name: str) -> Any:
    setattr(value, name, 1)
    return value


@pytest.mark.parametrize("make", VALUES.values(), ids=VALUES)
def test_an_instance_comes_back_with_its_class(make: Any) -> None:
    value = make()
    assert_same(through(value), value)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(plain_values())
def test_fields_hold_anything(part: Any) -> None:
    value = [Plain(part), Slotted(part), Row("a", part), Open(part), Model(x=part)]
    assert_same(through(value), value)


@pytest.mark.parametrize(("make", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_a_class_cannot_keep_is_refused_with_its_place(make: Any, reason: str) -> None:
    with pytest.raises(UnsupportedTypeError, match=reason) as caught:
        through({"train": Plain([make()])})
    assert caught.value.place == "value['train'].x[0]"


def test_type_arguments_are_no_part_of_a_value() -> None:
    """Python notes ``Box[int]`` on the instance, for type checkers; nothing compares it."""
    assert_same(through(Box[int](1)), Box(1))


def test_an_alias_comes_back_as_the_member_it_is() -> None:
    assert through(Color.CRIMSON) is Color.RED


def test_no_code_of_a_class_runs_at_pull(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither ``__init__``, ``__post_init__``, ``__setattr__`` nor ``__setstate__``; see `Checked` for ``__new__``."""
    value = [Busy(1), Frozen(2), Slotted(3), Defined(4), Open(5), Validated(x=6), Checkpoint(7), Checked(8)]
    text, body = dumped(value)
    for cls in {type(item) for item in value}:
        for name in ("__init__", "__post_init__", "__setattr__", "__setstate__"):
            monkeypatch.setattr(cls, name, _never, raising=False)
    pulled = loaded(text, body)
    monkeypatch.undo()
    assert_same(pulled, value)


def test_a_converter_does_not_convert_again() -> None:
    assert through(Defined(1)).x == [1]


def test_a_validator_does_not_validate_again() -> None:
    assert through(Validated(x=1)).x == 2


def test_a_model_knows_which_of_its_fields_were_set() -> None:
    assert through(Model(x=1)).model_fields_set == {"x"}


def test_a_pulled_model_works_as_any_other() -> None:
    pulled = through(Extra.model_validate({"x": 1, "z": 2}))
    assert pulled.model_copy(update={"x": 3}).model_dump() == {"x": 3, "z": 2}
    assert through(Model(x=1)) == Model(x=1)


def test_a_frozen_instance_stays_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        through(Frozen(1)).x = 2
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        through(Hashed("a")).x = "b"


def test_a_cached_property_is_computed_again_and_not_kept() -> None:
    for value in (_cached(Busy(3)), _cached(Defined(1)), _cached(Model(x=1))):
        text, _ = dumped(value)
        assert "double" not in text
        assert through(value).double == value.double


def test_a_hash_that_differs_in_each_process_is_not_kept() -> None:
    value = Hashed("a")
    text, body = dumped({value: 1})
    assert str(hash(value)) not in text
    assert loaded(text, body) == {value: 1}


def test_pushing_leaves_the_instance_as_it_is() -> None:
    value, same = _with_private(), _with_private()
    through(value)
    assert_same(value, same)


def test_leaves_in_fields_go_to_the_body() -> None:
    _, body = dumped(Plain(b"x" * 1000, Slotted(bytearray(2000))))
    assert body == b"x" * 1000 + bytes(2000)


def test_the_summary_names_the_class() -> None:
    tree = TreeDumper(HandlerRegistry(), HandlerContext(OpenGate())).dump(Plain(1))
    assert tree.type_id == "class.dataclass@1"
    assert tree.summary == {"class": f"{HERE}Plain"}


class ClosedGate:
    def name(self, cls: type) -> str:
        raise Refusal(f"add {cls.__qualname__} to the list")

    def load(self, name: str) -> type:
        raise ImportError(f"add {name} to the list")


@pytest.mark.parametrize("value", [Color.RED, Point(1, 2), Plain(1), Open(1), Model(x=1), Bits(3)], ids=repr)
def test_a_class_that_is_not_allowed_is_refused_with_the_line_to_add(value: Any) -> None:
    dumper = TreeDumper(HandlerRegistry(), HandlerContext(ClosedGate()))
    with pytest.raises(UnsupportedTypeError, match=f"add {type(value).__qualname__} to the list") as caught:
        dumper.dump([value])
    assert caught.value.place == "value[0]"


@pytest.mark.parametrize("value", [Color.RED, Point(1, 2), Plain(1), Open(1), Model(x=1), Bits(3)], ids=repr)
def test_a_class_that_is_no_longer_allowed_is_not_loaded(value: Any) -> None:
    text, body = dumped(value)
    loader = TreeLoader(HandlerRegistry(), HandlerContext(ClosedGate()), io.BytesIO(body))
    with pytest.raises(ImportError, match="to the list"):
        loader.load(text)


@pytest.mark.parametrize("value", [Plain(1), Open(1), Model(x=1), Point(1, 2)], ids=repr)
@pytest.mark.parametrize("change", ["new", "gone"])
def test_a_class_whose_fields_have_changed_is_an_error_that_names_them(value: Any, change: str) -> None:
    text, body = dumped(value)
    tree = json.loads(text)
    if change == "new":
        dropped = tree["fields"].pop()
        tree["of"].pop()
        expected = rf"\['{dropped}'\] are new"
    else:
        tree["fields"].insert(0, "was")
        tree["of"].insert(0, 1)
        expected = r"\['was'\] are gone"
    with pytest.raises(SchemaError, match=expected):
        loaded(json.dumps(tree), body)


def test_an_enum_that_lost_its_member_is_an_error() -> None:
    text, body = dumped(Color.RED)
    with pytest.raises(SchemaError, match="no longer"):
        loaded(text.replace("RED", "BLUE"), body)


@pytest.mark.parametrize("value", [Color.RED, Point(1, 2), Plain(1), Defined(1), Model(x=1)], ids=repr)
def test_a_name_that_is_of_another_kind_of_class_is_an_error(value: Any) -> None:
    """A row cannot make an instance of a class that would not have written it."""
    text, body = dumped(value)
    with pytest.raises(SchemaError, match="no longer a"):
        loaded(text.replace(type(value).__name__, "OpenGate"), body)


def test_a_row_cannot_set_what_is_no_field() -> None:
    text, body = dumped(Plain(1, 2))
    with pytest.raises(SchemaError, match="are gone"):
        loaded(text.replace('["x","y"]', '["x","__class__"]'), body)


def test_a_member_that_an_enum_made_up_is_refused() -> None:
    class Odd(enum.Enum):
        A = 1

        @classmethod
        def _missing_(cls, value: object) -> Any:
            made = object.__new__(cls)
            made._name_, made._value_ = "B", value
            return made

    with pytest.raises(UnsupportedTypeError, match="not among the members"):
        through(Odd(7))


def test_a_private_attribute_that_cannot_be_kept_is_refused_with_its_name() -> None:
    value = Model(x=1)
    value._cache = open  # a function
    with pytest.raises(UnsupportedTypeError) as caught:
        through([value])
    assert caught.value.place == "value[0]._cache"


def test_type_ids_are_those_of_released_rows() -> None:
    assert {handler.type_id for handler in _classes.HANDLERS} == {
        *("class.enum@1", "class.namedtuple@1", "class.dataclass@1", "class.attrs@1", "class.pydantic@1"),
    }
