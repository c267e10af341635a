"""Schemas of the golden rows. What is declared here never changes; a new version goes beside it, with a step."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, NamedTuple, TypeVar

import attrs
from pydantic import BaseModel, ConfigDict

from airflow_xcom_toolkit import frame_schema, upcaster, xcom_schema

T = TypeVar("T")


class State(Enum):
    OPEN = "open"
    CLOSED = "closed"


class Line(BaseModel):
    name: str
    quantity: int = 1


@xcom_schema("wire.orders", version=1)
class OldOrders(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: int
    lines: list[Line] = []
    state: State = State.OPEN


@xcom_schema("wire.orders", version=2, readable_by=1)
@dataclass
class Orders:
    id: str
    lines: list[Line] = field(default_factory=list)
    state: State = State.OPEN
    notes: Any = None


@upcaster("wire.orders", from_version=1)
def _(data: dict[str, Any]) -> dict[str, Any]:
    return {"id": f"A-{data['id']}", "lines": data["lines"], "state": data["state"], "notes": data.get("more")}


@xcom_schema("wire.attrs", version=1)
@attrs.define(frozen=True)
class Defined:
    a: int
    _b: str = "b"


class Pair(NamedTuple):
    left: int
    right: str


@xcom_schema("wire.named", version=1)
class Named(NamedTuple):
    pair: Pair


@xcom_schema("wire.box", version=1)
class Box(BaseModel, Generic[T]):
    item: T


frame_schema("wire.frame", version=3)
