"""Classes whose values the examples push. A class that a value has must be importable by its name; one of a dag file is
not: Airflow loads dag files under names of its own."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Any, ClassVar, NamedTuple


class Offer(NamedTuple):
    """What is for sale, and for how much."""

    item: str
    price: float
    currency: str


@dataclass
class Line:
    """An item of an order."""

    item: str
    quantity: int


@dataclass
class Order:
    """A dataclass with dataclasses inside."""

    number: int
    lines: list[Line]


class Voucher:
    """Has Airflow's own protocol: `serialize`, `deserialize` and a version, which the row says."""

    __version__: ClassVar[int] = 1

    def __init__(self, code: str, percent: int) -> None:
        self.code, self.percent = code, percent

    def serialize(self) -> dict[str, Any]:
        return {"code": self.code, "percent": self.percent}

    @classmethod
    def deserialize(cls, data: dict[str, Any], version: int) -> Voucher:
        if version > cls.__version__:
            raise TypeError(f"A voucher of version {version}; this release knows version {cls.__version__}")
        return cls(**data)


class Cart:
    """Has a lock, which no other process can have; `__getstate__` and `__setstate__` say what is left without it."""

    def __init__(self, customer: str) -> None:
        self.customer = customer
        self.prices: list[float] = []
        self.lock = Lock()

    def add(self, price: float) -> None:
        with self.lock:
            self.prices.append(price)

    def __getstate__(self) -> dict[str, Any]:
        return {"customer": self.customer, "prices": self.prices}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.customer, self.prices, self.lock = state["customer"], state["prices"], Lock()


class SavedCart(Cart):
    """The same, for XComs: hands the state to Airflow's protocol, which alone is asked. Nothing is pickled."""

    def serialize(self) -> dict[str, Any]:
        return self.__getstate__()

    @classmethod
    def deserialize(cls, data: dict[str, Any], version: int) -> SavedCart:
        cart = cls.__new__(cls)
        cart.__setstate__(data)
        return cart
