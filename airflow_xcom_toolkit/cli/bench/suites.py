"""What the benchmark measures: its suites, each a module with ``run``. Importing this imports none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .context import Bench
    from .results import LeftOut, Line

EXTRAS = {"numpy": "numpy", "pyarrow": "pyarrow", "pandas": "pandas"}
"""Which extra of the package brings a library."""


@dataclass(frozen=True)
class Suite:
    """One thing to measure. ``needs``: the libraries without which it is left out."""

    name: str
    title: str
    module: str
    needs: tuple[str, ...] = ()

    @property
    def missing(self) -> list[str]:
        """What it needs and is not installed."""
        return [name for name in self.needs if find_spec(name) is None]

    def load(self) -> Callable[[Bench], Iterator[Line | LeftOut]]:
        """What measures it, and gives its lines as they come."""
        run: Callable[[Bench], Iterator[Line | LeftOut]] = import_module(f".{self.module}", __package__).run
        return run


FRAMES = ("numpy", "pandas", "pyarrow")
SUITES = (
    Suite("speed", "Push and pull of a large value", "speed", FRAMES),
    Suite("memory", "Memory to push and pull a large value, beyond the value itself", "memory", FRAMES),
    Suite("small", "Small JSON, and importing the backend", "small"),
    Suite("store", "The store: the toolkit against what the store's libraries do alone", "store", ("numpy",)),
    Suite("fan-out", "One value pulled many times, and many values pulled at once", "fan_out", ("numpy",)),
    Suite("codecs", "Compression: what is won and lost, by data and by speed of the store", "codecs", FRAMES),
    Suite("growth", "How time and memory grow", "growth", FRAMES),
)
NAMES = tuple(suite.name for suite in SUITES)
