"""Classes of every kind with schemas, for tests."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum, IntFlag
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

import attrs
import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, RootModel
from pydantic.dataclasses import dataclass as pydantic_dataclass

from airflow_xcom_toolkit import xcom_schema

T = TypeVar("T")


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Access(IntFlag):
    READ = 1
    WRITE = 2


class Line(BaseModel):
    name: str
    quantity: Annotated[int, Field(gt=0)] = 1


@dataclass
class Point:
    x: int
    y: float = 0.0


@attrs.define
class Box:
    size: int
    _secret: str = "s"


class Pair(NamedTuple):
    first: int
    second: str = "b"


@xcom_schema("tests.model", version=1)
class Model(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    id: int
    total: Decimal = Decimal("0.00")
    color: Color = Color.RED
    lines: list[Line] = []
    by_name: dict[str, Line] = {}
    one: Line | Point | None = None
    frame: pd.DataFrame | None = None
    day: date | None = None
    pairs: tuple[Pair, ...] = ()
    anything: Any = None


@xcom_schema("tests.dataclass", version=1)
@dataclass
class Plain:
    id: int
    access: Access = Access.READ
    points: list[Point] = field(default_factory=list)
    boxes: Sequence[Box] = ()
    lines: Mapping[str, Line] = field(default_factory=dict)
    ordered: OrderedDict[str, Point] = field(default_factory=OrderedDict)
    last: deque[Point] = field(default_factory=deque)
    array: np.ndarray | None = None
    computed: int = field(init=False, default=0)
    optional: list[Point] | None = None

    def __post_init__(self) -> None:
        self.computed = self.id * 2


@xcom_schema("tests.frozen", version=1)
@dataclass(frozen=True, slots=True)
class Frozen:
    id: int
    inner: Point | None = None


@xcom_schema("tests.attrs", version=1)
@attrs.define(frozen=True, slots=True)
class Defined:
    id: int = attrs.field(validator=attrs.validators.ge(0))
    _hidden: int = 1
    inner: Point | None = None
    lines: list[Line] = attrs.field(factory=list)


@xcom_schema("tests.namedtuple", version=1)
class Named(NamedTuple):
    id: int
    inner: Point | None = None


@xcom_schema("tests.generic", version=1)
class Holder(BaseModel, Generic[T]):
    item: T


@xcom_schema("tests.generic_dataclass", version=1)
@dataclass
class Carrier(Generic[T]):
    item: T


@xcom_schema("tests.root", version=1)
class Roots(RootModel[list[Line]]):
    pass


@xcom_schema("tests.extra", version=1)
class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: int
    _cache: int = PrivateAttr(default=0)


@xcom_schema("tests.alias", version=1)
class Aliased(BaseModel):
    id: int = Field(alias="ID")


@xcom_schema("tests.checked", version=1)
@pydantic_dataclass
class Checked:
    id: int
    lines: list[Line] = Field(default_factory=list)
    day: date | None = None


@xcom_schema("tests.node", version=1)
class Node(BaseModel):
    name: str
    children: list[Node] = []


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    name: str


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    name: str


@xcom_schema("tests.union", version=1)
class Owner(BaseModel):
    pet: Cat | Dog
    others: list[Cat | Dog] = []


@dataclass
class Late:
    init: InitVar[int] = 0
    id: int = 0


def values() -> list[Any]:
    """One of each, and nested ones."""
    opened = Open(id=1, more={"a": (1, 2)})
    opened._cache = 7
    frame = pd.DataFrame({"a": [1, 2]}, index=["x", "y"])
    plain = Plain(1, Access.READ | Access.WRITE, [Point(1, 2.5)], [Box(1, "t")], {"a": Line(name="n")})
    plain.ordered["p"] = Point(1)
    plain.last.append(Point(2))
    plain.array = np.arange(3)
    return [
        Model(id=1, lines=[Line(name="a", quantity=2)], by_name={"k": Line(name="b")}, one=Point(1), color=Color.BLUE),
        Model(id=1, total=Decimal("1.50"), frame=frame, day=date(2026, 1, 31), pairs=(Pair(1),), anything=(1, {2})),
        plain,
        Frozen(1, Point(2)),
        Defined(1, 2, Point(3), [Line(name="x")]),
        Named(1, Point(2)),
        Holder[int](item=1),
        Holder[Frozen](item=Frozen(1)),
        Carrier[int](1),
        Roots([Line(name="a")]),
        opened,
        Aliased(ID=3),
        Checked(1, [Line(name="a")], date(2026, 1, 31)),
        Node(name="a", children=[Node(name="b"), Node(name="c", children=[Node(name="d")])]),
        Owner(pet=Dog(name="d"), others=[Cat(name="c"), Dog(name="e")]),
        [Frozen(1), {"k": Frozen(2)}, (Frozen(3),)],
    ]
