"""The names of classes inside a value with a schema: those of its parts, which need no allow list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..abc import ClassGate, Fields, HandlerContext
from ..errors import SchemaError, SchemaValidationError
from .building import Builder
from .declarations import Declared
from .making import Misfit
from .structure import is_enum, part_names, parts

ROOT = "."
"""The name of the class of the schema."""


@dataclass(frozen=True, eq=False, repr=False)
class SchemaGate:
    """Names classes by their place in a schema; those that are not part of it as ``outer`` does.

    ``root``: the class of the schema, or ``None`` where there is none. ``plain``: fields are wanted, not instances.
    """

    outer: ClassGate
    declared: Declared | None
    root: Any
    plain: bool = False

    def has(self, cls: type) -> bool:
        """Whether ``cls`` is part of the schema."""
        return cls in self._names

    def name(self, cls: type) -> str:
        if cls is self.root:
            return ROOT
        return self._names[cls] if cls in self._names else self.outer.name(cls)

    def load(self, name: str) -> type:
        if ":" in name:
            return self.outer.load(name)
        if self.plain:
            return dict if self.root is None else Fields
        found: type | None = self.root if name == ROOT else parts(self.root).get(name)
        if found is None:
            raise SchemaError(
                f"{self.root.__qualname__} has no part {name!r} any more, or two of that name. Give its schema a new "
                "version, and an upcaster"
            )
        return found

    def rebuild(self, cls: type, fields: dict[str, Any], problem: str) -> Any:
        if self.declared is None or is_enum(cls) or not self.has(cls):
            return self.outer.rebuild(cls, fields, problem)
        try:
            return Builder(self._names).record(cls, fields)
        except Misfit as e:
            raise SchemaValidationError(
                self.declared.name,
                self.declared.version,
                e.steps,
                f"{e.problem}; {problem}, and the version of its schema has not. Give it a new one, and an upcaster",
            ) from e.__cause__

    @property
    def _names(self) -> Mapping[Any, str]:
        return {} if self.root is None else part_names(self.root)


def inside(context: HandlerContext, declared: Declared | None, root: Any, *, plain: bool = False) -> HandlerContext:
    """The context of what is in a value with a schema, which is not part of that of another one."""
    outer = context.outermost
    return replace(outer, classes=SchemaGate(outer.classes, declared, root, plain), outside=outer)


def has_checked(context: HandlerContext, cls: type) -> bool:
    """Whether an instance of ``cls`` was checked with the one that it is part of."""
    return isinstance(context.classes, SchemaGate) and context.classes.has(cls)
