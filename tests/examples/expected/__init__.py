"""What a run of each example leaves: the state of every task instance, and every XCom. One module for each section."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from .model import Expected

Expectation = Expected | Mapping[str, Expected]


def expected(dag_id: str, backend: str) -> Expected:
    """What is expected of a dag under a backend. Raises `KeyError` where nothing is."""
    found = expectations()[dag_id]
    return found if isinstance(found, Expected) else found[backend]


def expectations() -> dict[str, Expectation]:
    """By dag id: the same under both backends, or one for each."""
    found: dict[str, Expectation] = {}
    for module in iter_modules(__path__):
        found.update(getattr(import_module(f"{__name__}.{module.name}"), "EXPECTED", {}))
    return found
