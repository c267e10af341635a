"""Classes of every kind from a table of fields, so that a test can have two that share a name."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable
from typing import Any, NamedTuple

import attrs
from pydantic import ConfigDict, create_model
from pydantic.dataclasses import dataclass as pydantic_dataclass

Fields = dict[str, Any]
"""Name to type, or to type and default; the required ones first."""


def _model(name: str, fields: Fields) -> Any:
    given = {n: f if isinstance(f, tuple) else (f, ...) for n, f in fields.items()}
    return create_model(name, __config__=ConfigDict(arbitrary_types_allowed=True), **given)


def _dataclass(name: str, fields: Fields) -> Any:
    given: list[Any] = [
        (n, f[0], dataclasses.field(default_factory=lambda f=f: f[1])) if isinstance(f, tuple) else (n, f)
        for n, f in fields.items()
    ]
    return dataclasses.make_dataclass(name, given)


def _pydantic_dataclass(name: str, fields: Fields) -> Any:
    return pydantic_dataclass(_dataclass(name, fields))


def _attrs(name: str, fields: Fields) -> Any:
    given = {
        n: attrs.field(type=f[0], default=f[1]) if isinstance(f, tuple) else attrs.field(type=f)
        for n, f in fields.items()
    }
    return attrs.make_class(name, given)


def _named_tuple(name: str, fields: Fields) -> Any:
    hints = {n: f[0] if isinstance(f, tuple) else f for n, f in fields.items()}
    defaults = {n: f[1] for n, f in fields.items() if isinstance(f, tuple)}
    body = {"__annotations__": hints, "__module__": __name__, **defaults}
    return types.new_class(name, (NamedTuple,), {}, lambda names: names.update(body))


STRICT: dict[str, Callable[[str, Fields], Any]] = {
    "dataclass": _dataclass,
    "attrs": _attrs,
    "namedtuple": _named_tuple,
}
"""A value that is not of the declared type is refused; pydantic's own kinds convert some."""
KINDS = {**STRICT, "model": _model, "pydantic_dataclass": _pydantic_dataclass}


def record(kind: str, name: str, /, **fields: Any) -> Any:
    return KINDS[kind](name, fields)
