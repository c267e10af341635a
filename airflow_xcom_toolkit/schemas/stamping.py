"""Which schema a value has: its own, the one it is wrapped with, or the one that a rule gives its task or key."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ..abc import Coordinate, Json, Schema
from ..errors import SchemaError
from .catalogue import Catalogue
from .declarations import Declared, Versioned
from .frames import columns_of

_MAX_COLUMNS = 1024
"""Characters of JSON: a row says which columns a frame has, unless they are too many."""


@dataclass(frozen=True)
class Rule:
    """Gives the values of some XComs a schema. ``dag``, ``task`` and ``key`` are patterns, as `fnmatch` has them."""

    schema: str
    version: int
    dag: str = "*"
    task: str = "*"
    key: str = "return_value"

    @classmethod
    def from_json(cls, found: Any) -> Rule:
        """Raises `SchemaError` or `TypeError` for what is not a rule."""
        rule = cls(**found)
        if not all(isinstance(part, str) and part for part in (rule.dag, rule.task, rule.key)):
            raise SchemaError("a pattern is not text")
        rule.declared()
        return rule

    def matches(self, at: Coordinate) -> bool:
        pairs = (self.dag, at.dag_id), (self.task, at.task_id), (self.key, at.key)
        return all(fnmatchcase(name or "", pattern) for pattern, name in pairs)

    def declared(self) -> Declared:
        """A rule declares its schema, too: any value fits."""
        return Declared(self.schema, self.version)


class NoSchema(Schema):
    """Stamps nothing: values keep their types through their handlers alone."""

    def stamp(self, value: Any, at: Coordinate) -> tuple[Any, Json]:
        return value, None


class Stamps(Schema):
    """Stamps values that have a schema. The first rule that matches an XCom holds for a value that has none."""

    def __init__(self, catalogue: Catalogue, rules: Sequence[Rule] = ()) -> None:
        self._catalogue = catalogue
        self._rules = rules

    def stamp(self, value: Any, at: Coordinate) -> tuple[Any, Json]:
        declared = self._catalogue.of_class(type(value))
        if declared is not None:
            return value, declared.to_json()
        if not isinstance(value, Versioned):
            rule = next((rule for rule in self._rules if rule.matches(at)), None)
            if rule is None:
                return value, None
            value = Versioned(value, rule.schema, rule.version)
        return value, _described(self._catalogue.to_write(value), value.value)


def _described(declared: Declared, value: Any) -> Json:
    columns: Json = {_printable(name): _printable(dtype) for name, dtype in columns_of(value) or ()}
    if not columns or len(json.dumps(columns)) > _MAX_COLUMNS:
        return declared.to_json()
    return {**declared.to_json(), "columns": columns}


def _printable(text: str) -> str:
    """Every database keeps it, and it can be read. A dtype has names in it, too: those of the fields of a struct."""
    return text if text.isprintable() else ascii(text)[1:-1]
