"""Values of one version of their schema, as a reader of another one makes them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..errors import SchemaValidationError, UpcasterError
from . import frames
from .building import Builder
from .catalogue import Catalogue
from .declarations import Declared, Versioned
from .guarding import check_fields, check_instance
from .making import Misfit
from .structure import fields, part_names

log = logging.getLogger(__name__)

_MAX_LOGGED = 10


def check(value: Any, declared: Declared) -> None:
    """Raises `SchemaValidationError` for an instance that its own class would not make from its fields."""
    with _fitting(declared):
        check_instance(value)


def check_versioned(value: Any, declared: Declared, *, drop: bool = False) -> None:
    """The same for the value of a `Versioned`, by the columns or the class of its schema."""
    with _fitting(declared):
        if declared.columns is not None:
            frames.check(value, declared.columns)
        elif declared.cls is not None:
            check_fields(declared.cls, value, drop=drop)


def upcast(catalogue: Catalogue, meta: Mapping[str, Any], known: Declared, value: Any) -> Any:
    """What the steps from the row's version to the reader's make of ``value``. Raises `UpcasterError`."""
    for start, step in catalogue.steps(known.name, meta["version"], known.version):
        try:
            after = step(value)
        except Exception as e:
            raise UpcasterError(known.name, start, f"raised {type(e).__name__}") from e
        if after is None and value is not None:
            raise UpcasterError(known.name, start, "returned None; it returns what the next version has")
        if isinstance(after, Versioned):
            raise UpcasterError(known.name, start, "returned a Versioned; it returns the value itself")
        value = after
    return value


def instance(known: Declared, cls: Any, data: Any, *, drop: bool) -> Any:
    """An instance of the reader's class. ``drop``: without the fields that it does not know."""
    builder = Builder(part_names(cls), drop=drop)
    with _fitting(known):
        value = builder.record(cls, data)
    _log(known, builder.dropped)
    return value


def without_unknown(known: Declared, value: Any) -> Any:
    """A newer `Versioned` value without the columns or fields that its reader does not know."""
    if known.columns is not None:
        return frames.without_unknown(value, known.columns)
    if known.cls is None or not isinstance(value, dict):
        return value
    kept = {name: part for name, part in value.items() if name in fields(known.cls)}
    _log(known, ["[…]"] * (len(value) - len(kept)))
    return kept


def _log(known: Declared, dropped: list[str]) -> None:
    if dropped:
        names = sorted(set(dropped))
        shown = ", ".join(names[:_MAX_LOGGED]) + (" …" if len(names) > _MAX_LOGGED else "")
        text = "Schema %s, version %d: dropped what its writer allows to drop, %d in all: %s"
        log.info(text, known.name, known.version, len(dropped), shown)


@contextmanager
def _fitting(declared: Declared) -> Iterator[None]:
    """A `Misfit` inside is a `SchemaValidationError` of that schema."""
    try:
        yield
    except Misfit as e:
        raise SchemaValidationError(declared.name, declared.version, e.steps, e.problem) from e.__cause__
    except RecursionError:
        problem = "it nests too deep to be checked; make it a list of records that refer to each other by name"
        raise SchemaValidationError(declared.name, declared.version, (), problem) from None
