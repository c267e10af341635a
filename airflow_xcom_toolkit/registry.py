"""Type handlers by name, loaded when a value or a row first needs them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from .abc import TypeHandler
from .errors import ConfigurationError, EnvelopeVersionError, MissingExtraError, UnsupportedTypeError

GROUP = "airflow_xcom_toolkit.handlers"

_BUILT_IN = {
    "py": "airflow_xcom_toolkit.handlers._python",
    "datetime": "airflow_xcom_toolkit.handlers._datetime",
    "class": "airflow_xcom_toolkit.handlers._classes",
    "numpy": "airflow_xcom_toolkit.handlers._numpy",
    "pandas": "airflow_xcom_toolkit.handlers._pandas",
    "pyarrow": "airflow_xcom_toolkit.handlers._arrow",
    "polars": "airflow_xcom_toolkit.handlers._polars",
}

_FAMILY_OF_MODULE = {
    **dict.fromkeys(("builtins", "collections", "decimal", "fractions", "uuid", "pathlib", "ipaddress"), "py"),
    **dict.fromkeys(("datetime", "zoneinfo", "pendulum", "pytz", "dateutil"), "datetime"),
}

_LAST = ("class",)
"""Families that look at a value itself, after the family of its module."""

_TYPE_ID = re.compile(r"[a-zA-Z_]\w*(\.\w+)+@[1-9]\d*", re.ASCII)
_RESERVED = frozenset({*_BUILT_IN, *_FAMILY_OF_MODULE, "json", "airflow", "schema"})


class HandlerRegistry:
    """Finds the handler of a value, or of a type id.

    ``first`` handlers are asked before all others, ``last`` ones after them (Airflow's own serde).
    """

    def __init__(self, *last: TypeHandler, first: Sequence[TypeHandler] = ()) -> None:
        self._last = last
        self._first = tuple(first)
        self._by_id = {handler.type_id: handler for handler in (*last, *first)}
        self._by_type: dict[type, TypeHandler] = {}

    def adding(self, *handlers: TypeHandler) -> HandlerRegistry:
        """A registry that asks ``handlers`` first, for values and for type ids.

        Raises `ConfigurationError` for a type id that is taken, or none.
        """
        taken = {handler.type_id for handler in self._first}
        for handler in handlers:
            _check_type_id(handler.type_id, taken)
            taken.add(handler.type_id)
        return HandlerRegistry(*self._last, first=(*handlers, *self._first))

    def of_value(self, value: Any) -> TypeHandler | None:
        """The handler that keeps ``value``, or ``None``."""
        for handler in self._first:
            if handler.accepts(value):
                return handler
        found = self._by_type.get(type(value))
        if found is not None and found.accepts(value):
            return found
        root = type(value).__module__.partition(".")[0]
        for family in (_FAMILY_OF_MODULE.get(root, root), *_LAST):
            for handler in _handlers(family).values():
                if handler.accepts(value):
                    self._by_type[type(value)] = handler
                    return handler
        return next((handler for handler in self._last if handler.accepts(value)), None)

    def of_type_id(self, type_id: str) -> TypeHandler:
        """The handler that wrote ``type_id``. Raises when there is none here, naming what is missing."""
        if type_id in self._by_id:
            return self._by_id[type_id]
        handlers = _handlers(type_id.partition(".")[0])
        if type_id in handlers:
            return handlers[type_id]
        name, _, version = type_id.partition("@")
        known = [other for other in (*handlers, *self._by_id) if other.partition("@")[0] == name]
        if known:
            raise EnvelopeVersionError(f"Type {name}, version", version, known[-1].partition("@")[2])
        raise UnsupportedTypeError(
            "a stored value",
            type_id,
            f"no type handler for {type_id!r} is installed here; install the package that wrote it "
            f"(entry point group {GROUP}), upgrade the toolkit, or pull through the backend that adds it in code",
        )


def _check_type_id(type_id: str, taken: set[str]) -> None:
    if not _TYPE_ID.fullmatch(type_id):
        raise ConfigurationError(f"handlers.{type_id}", "a type id has a family, a name and a version: acme.image@1")
    if type_id.partition(".")[0] in _RESERVED:
        raise ConfigurationError(f"handlers.{type_id}", "its family, the part before the dot, is the toolkit's own")
    if type_id in taken:
        raise ConfigurationError(f"handlers.{type_id}", "two handlers have this type id")


@cache
def _handlers(family: str) -> dict[str, TypeHandler]:
    if family in _BUILT_IN:
        module: Any = _import_built_in(family)
    elif family in _plugins():
        module = _plugins()[family].load()
    else:
        return {}
    handlers: dict[str, TypeHandler] = {}
    for handler in module.HANDLERS:
        if handler.type_id.partition(".")[0] != family or handler.type_id in handlers:
            raise ConfigurationError(
                f"entry_points.{GROUP}", f"{family!r} registers {handler.type_id!r}, which is foreign or a duplicate"
            )
        handlers[handler.type_id] = handler
    return handlers


def _import_built_in(family: str) -> Any:
    try:
        return import_module(_BUILT_IN[family])
    except ModuleNotFoundError as e:
        library = (e.name or "").partition(".")[0]
        if library in ("numpy", "pandas", "pyarrow", "polars"):
            raise MissingExtraError(f"A {family} value", library, family) from e
        raise


@cache
def _plugins() -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=GROUP):
        if entry.name in _BUILT_IN or entry.name in found:
            raise ConfigurationError(f"entry_points.{GROUP}", f"two packages register handlers for {entry.name!r}")
        found[entry.name] = entry
    return found
