"""Types of a user's, and what only a type checker imports."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from decimal import Decimal as Money

    import nowhere_at_all
    import numpy as np


@dataclass
class Order:
    id: int
    lines: list[str]
    parent: Order | None = None


class Model(BaseModel):
    number: int = Field(alias="no")


class Strict(BaseModel):
    code: str = Field(pattern="^[0-9]{12}$")


class Point(NamedTuple):
    x: int
    y: float


class Split(TypedDict):
    train: list[int]
    scale: float


class Colour(Enum):
    RED = "red"


class Opaque:
    def __init__(self, socket: object) -> None:
        self.socket = socket


def array() -> np.ndarray: ...


def money() -> list[Money]: ...


def usual() -> pl.DataFrame: ...  # type: ignore[name-defined]  # noqa: F821


def missing() -> nowhere_at_all.Thing: ...


def unknown() -> Whatever: ...  # type: ignore[name-defined]  # noqa: F821


def undeclared():  # type: ignore[no-untyped-def]
    ...


def anything() -> Any: ...
