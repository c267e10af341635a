"""Classes of values, for the tests: nothing but Airflow's allow list lets a row name them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple


@dataclass
class Record:
    """A dataclass, with a field that has a default."""

    name: Any
    items: list[Any] = field(default_factory=list)


class Point(NamedTuple):
    """A named tuple; to JSON, a list."""

    x: Any
    y: Any


class Color(Enum):
    """An enum whose values say nothing of it."""

    RED = 1
    GREEN = (2, "g")
