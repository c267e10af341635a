"""Values with schemas in the tree of a value.

========================  ===============================================================================
``schema.instance@1``     ``schema`` and ``version``, ``readable_by`` if declared; ``kind``: the type id of
                          its class, and that one's entries and children. ``class`` is ``"."`` for the
                          class of the schema, and the class's own name for one that its annotations lead
                          to; ``args`` for a generic one: the names of its arguments
``schema.versioned@1``    ``schema`` and ``version``, ``readable_by`` if declared; the child is the value
========================  ===============================================================================

At the version of the row, instances are restored as they were, and no code of their class runs. From another version,
fields go through the steps to the reader's, and then through the constructor of the reader's class.
"""

from __future__ import annotations

import datetime
import decimal
import logging
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ..abc import ClassGate, Dumped, Fields, HandlerContext, Part, PlainRefusal, Refusal, Source, TypeHandler
from ..errors import EnvelopeError, PartialLoadError, SchemaError, SchemaValidationError, UpcasterError
from . import frames
from .building import Builder, Misfit, bare, difference, plain
from .catalogue import Catalogue
from .declarations import Declared, Versioned, generic_origin
from .structure import is_enum, part_names, parts

log = logging.getLogger(__name__)

ROOT = "."


class InstanceHandler(TypeHandler):
    """Instances of classes with a schema. ``kinds``: the handlers of classes without one, which know their fields.

    ``stamps``: whether pushes write schemas at all; every row is read.
    """

    type_id = "schema.instance@1"

    def __init__(self, catalogue: Catalogue, kinds: Sequence[TypeHandler], *, stamps: bool = True) -> None:
        self._catalogue = catalogue
        self._kinds = kinds
        self._stamps = stamps

    def accepts(self, value: Any) -> bool:
        return self._stamps and self._catalogue.of_class(type(value)) is not None

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        cls = type(value)
        declared: Any = self._catalogue.of_class(cls)
        if not (isinstance(context.classes, _Gate) and context.classes.has(cls)):
            _check_instance(value, declared)  # Otherwise that of the instance it is part of has checked it.
        kind = next(kind for kind in self._kinds if kind.accepts(value))
        meta = {**_stamp(declared), "kind": kind.type_id, **_arguments(cls, self._catalogue)}
        inside = _inner(context, _Gate(context.classes, cls))
        dumped = kind.dump(value, inside)
        return replace(dumped, meta={**meta, **dumped.meta}, summary=_stamp(declared), inside=inside)

    def inside(self, meta: Mapping[str, Any], context: HandlerContext) -> HandlerContext:
        cls, is_current = self._reader(meta)
        return _inner(context, _Gate(context.classes, cls, plain=not is_current))

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        kind = next((kind for kind in self._kinds if kind.type_id == meta["kind"]), None)
        if kind is None:
            raise EnvelopeError(f"A value with a schema is said to be a {meta['kind']!r}, which has no fields")
        value = kind.load(meta, children, leaf, self.inside(meta, context))
        known = self._catalogue.reader(meta)
        cls, is_current = self._reader(meta)
        if known is None or is_current:
            return value
        data = _upcast(self._catalogue, meta, known, value)
        return bare(data) if cls is None else _built(known, cls, data, drop=meta["version"] > known.version)

    def _reader(self, meta: Mapping[str, Any]) -> tuple[Any, bool]:
        """The reader's class, if it has one; and whether the row is of its version. Raises what a reader meets."""
        declared = self._catalogue.reader(meta)
        if declared is None or declared.cls is None:
            return None, False
        arguments = tuple(self._argument(name) for name in meta.get("args", ()))
        cls = declared.cls[arguments] if arguments else declared.cls
        return cls, declared.version == meta["version"]

    def _argument(self, name: str) -> Any:
        if name in _ARGUMENTS:
            return _ARGUMENTS[name]
        declared = self._catalogue.find(name.removeprefix(_SCHEMA))
        if declared is None or declared.cls is None:
            raise SchemaError(f"A row has an argument {name!r} of a generic class, which is not declared here")
        return declared.cls


def schema_handlers(
    catalogue: Catalogue, kinds: Sequence[TypeHandler], *, stamps: bool = True
) -> tuple[TypeHandler, ...]:
    """The handlers of values with schemas. ``kinds`` are those of classes; ``stamps``: pushes write schemas."""
    return InstanceHandler(catalogue, kinds, stamps=stamps), VersionedHandler(catalogue, stamps=stamps)


class VersionedHandler(TypeHandler):
    """Values whose schema is named beside them. They come back bare."""

    type_id = "schema.versioned@1"
    types = (Versioned,)
    wraps = True

    def __init__(self, catalogue: Catalogue, *, stamps: bool = True) -> None:
        self._catalogue = catalogue
        self._stamps = stamps

    def dump(self, value: Versioned, context: HandlerContext) -> Dumped:
        if not self._stamps:
            raise PlainRefusal("only VersionedXComBackend and ToolkitXComBackend keep schemas; push its value instead")
        declared = self._catalogue.to_write(value)
        _check_versioned(value.value, declared)
        return Dumped(_stamp(declared), (value.value,), step="".format)

    def inside(self, meta: Mapping[str, Any], context: HandlerContext) -> HandlerContext:
        self._catalogue.reader(meta)
        return context

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        (value,) = children
        known = self._catalogue.reader(meta)
        if known is None or known.version == meta["version"]:
            return value
        value = _upcast(self._catalogue, meta, known, value)
        if known.columns is not None and meta["version"] > known.version:
            value = frames.without_unknown(value, known.columns)
        _check_versioned(value, known)
        return value

    def load_part(
        self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext, part: Part
    ) -> Any:
        known = self._catalogue.reader(meta)
        if known is not None and known.version != meta["version"]:
            raise PartialLoadError(
                f"The value has version {meta['version']} of schema {known.name!r}, and is brought to version "
                f"{known.version} as a whole: load it whole, and select from it"
            )
        return children[0]


@dataclass
class _Gate:
    """Names classes by their place in a schema; those that are not part of it as ``outer`` does.

    ``root``: the class of the schema, or ``None`` where there is none. ``plain``: fields are wanted, not instances.
    """

    outer: ClassGate
    root: Any
    plain: bool = False

    def has(self, cls: type) -> bool:
        """Whether ``cls`` is part of the schema."""
        return self.root is not None and cls in part_names(self.root)

    def name(self, cls: type) -> str:
        if cls is self.root:
            return ROOT
        return part_names(self.root)[cls] if self.has(cls) else self.outer.name(cls)

    def load(self, name: str) -> type:
        if ":" in name:
            return self.outer.load(name)
        if self.plain:
            return Fields if self.root is not None else dict
        found: type | None = self.root if name == ROOT else parts(self.root).get(name)
        if found is None:
            raise SchemaError(
                f"{self.root.__qualname__} has no part {name!r} any more. Give its schema a version, and an upcaster"
            )
        return found

    def rebuild(self, cls: type, fields: dict[str, Any], problem: str) -> Any:
        if is_enum(cls) or not self.has(cls):
            return self.outer.rebuild(cls, fields, problem)
        try:
            return Builder(part_names(self.root)).record(cls, fields)
        except Misfit as e:
            raise SchemaError(
                f"{problem}, and the version of its schema has not: {''.join(e.steps)}: {e.problem}. Give it a new "
                "version, and an upcaster"
            ) from e


def _inner(context: HandlerContext, gate: ClassGate) -> HandlerContext:
    return replace(context, classes=gate, has_schema=True)


def _stamp(declared: Declared) -> dict[str, Any]:
    found = declared.to_json()
    return {"schema": found.pop("name"), **found}


def _check_instance(value: Any, declared: Declared) -> None:
    """Raises `SchemaValidationError` for an instance that its own class would not make from its fields."""
    cls: Any = type(value)
    with _fitting(declared):
        again = Builder(part_names(cls)).record(cls, plain(value, part_names(cls)))
        place = difference(value, again)
    if place is not None:
        raise SchemaValidationError(declared.name, declared.version, place, _ALTERED.format(cls.__name__))


@contextmanager
def _fitting(declared: Declared) -> Iterator[None]:
    """A `Misfit` inside is a `SchemaValidationError` of that schema."""
    try:
        yield
    except Misfit as e:
        raise SchemaValidationError(declared.name, declared.version, e.steps, e.problem) from e.__cause__
    except RecursionError:
        problem = (
            "records in it nest too deep to be checked; make it a list of records that refer to each other by name"
        )
        raise SchemaValidationError(declared.name, declared.version, (), problem) from None


_ALTERED = (
    "{0} makes something else of it when it is made from its own fields, as a reader with a newer version would: it is "
    "not of the declared type, or a validator or converter changes what it has checked already"
)


def _check_versioned(value: Any, declared: Declared) -> None:
    with _fitting(declared):
        if declared.columns is not None:
            frames.check(value, declared.columns)
        elif declared.cls is not None:
            Builder({}).record(declared.cls, value)


def _built(known: Declared, cls: Any, data: Any, *, drop: bool) -> Any:
    builder = Builder(part_names(cls), drop=drop)
    with _fitting(known):
        value = builder.record(cls, data)
    if builder.dropped:
        log.info("Schema %s, version %d: %s dropped, as its writer allows", known.name, known.version, builder.dropped)
    return value


def _upcast(catalogue: Catalogue, meta: Mapping[str, Any], known: Declared, value: Any) -> Any:
    for start, step in catalogue.steps(known.name, meta["version"], known.version):
        try:
            value = step(value)
        except Exception as e:
            raise UpcasterError(known.name, start, f"raised {type(e).__name__}") from e
        if value is None:
            raise UpcasterError(known.name, start, "returned None; it returns the fields of the next version")
    return value


_ARGUMENTS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (bool, int, float, complex, str, bytes, decimal.Decimal, uuid.UUID, datetime.date, datetime.datetime)
}
_SCHEMA = "schema:"


def _arguments(cls: Any, catalogue: Catalogue) -> dict[str, Any]:
    """What a generic pydantic model was made generic in."""
    if generic_origin(cls) is None or catalogue.declares(cls):
        return {}
    return {"args": [_argument_name(a, catalogue) for a in cls.__pydantic_generic_metadata__["args"]]}


def _argument_name(argument: Any, catalogue: Catalogue) -> str:
    declared = catalogue.of_class(argument) if isinstance(argument, type) else None
    if declared is not None and declared.cls is argument:
        return _SCHEMA + declared.name
    name = getattr(argument, "__name__", "")
    if _ARGUMENTS.get(name) is not argument:
        raise Refusal(f"its class is generic in {argument}; declare it by itself: xcom_schema(...)(Box[{name}])")
    return name
