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
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..abc import Dumped, HandlerContext, Part, PlainRefusal, Refusal, Source, TypeHandler
from ..errors import EnvelopeError, PartialLoadError, SchemaError
from . import gate, upcasting
from .building import bare
from .catalogue import Catalogue
from .declarations import Declared, Versioned, generic_origin


def schema_handlers(
    catalogue: Catalogue, kinds: Sequence[TypeHandler], *, stamps: bool = True
) -> tuple[TypeHandler, ...]:
    """The handlers of values with schemas. ``kinds`` are those of classes; ``stamps``: pushes write schemas."""
    return InstanceHandler(catalogue, kinds, stamps=stamps), VersionedHandler(catalogue, stamps=stamps)


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
        if not gate.has_checked(context, cls):
            upcasting.check(value, declared)
        kind = next(kind for kind in self._kinds if kind.accepts(value))
        meta = {**_stamp(declared), "kind": kind.type_id, **_arguments(cls, self._catalogue)}
        inside = gate.inside(context, declared, cls)
        dumped = kind.dump(value, inside)
        return replace(dumped, meta={**meta, **dumped.meta}, summary=_stamp(declared), inside=inside)

    def inside(self, meta: Mapping[str, Any], context: HandlerContext) -> HandlerContext:
        return self._inside(meta, context, *self._reader(meta))

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        kind = next((kind for kind in self._kinds if kind.type_id == meta["kind"]), None)
        if kind is None:
            raise EnvelopeError(f"A value with a schema is said to be a {meta['kind']!r}, which has no fields")
        known, cls = self._reader(meta)
        value = kind.load(meta, children, leaf, self._inside(meta, context, known, cls))
        if known is None or (known.version == meta["version"] and cls is not None):
            return value
        data = upcasting.upcast(self._catalogue, meta, known, value)
        if cls is None:
            return bare(data)
        return upcasting.instance(known, cls, data, drop=meta["version"] > known.version)

    def _inside(
        self, meta: Mapping[str, Any], context: HandlerContext, known: Declared | None, cls: Any
    ) -> HandlerContext:
        is_current = known is not None and cls is not None and known.version == meta["version"]
        return gate.inside(context, known, cls, plain=not is_current)

    def _reader(self, meta: Mapping[str, Any]) -> tuple[Declared | None, Any]:
        """The reader's version, and its class, if there are such. Raises what a reader meets."""
        known = self._catalogue.reader(meta)
        if known is None or known.cls is None:
            return known, None
        arguments = tuple(self._argument(name) for name in meta.get("args", ()))
        return known, known.cls[arguments] if arguments else known.cls

    def _argument(self, name: str) -> Any:
        if name in _ARGUMENTS:
            return _ARGUMENTS[name]
        declared = self._catalogue.find(name.removeprefix(_SCHEMA))
        if declared is None or declared.cls is None:
            raise SchemaError(f"A row has an argument {name!r} of a generic class, which is not declared here")
        return declared.cls


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
        upcasting.check_versioned(value.value, declared)
        return Dumped(_stamp(declared), (value.value,), step="".format)

    def inside(self, meta: Mapping[str, Any], context: HandlerContext) -> HandlerContext:
        self._catalogue.reader(meta)
        return super().inside(meta, context)

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        (value,) = children
        known = self._catalogue.reader(meta)
        if known is None or known.version == meta["version"]:
            return value
        value = upcasting.upcast(self._catalogue, meta, known, value)
        is_newer = meta["version"] > known.version
        if is_newer:
            value = upcasting.without_unknown(known, value)
        upcasting.check_versioned(value, known, drop=is_newer)
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


def _stamp(declared: Declared) -> dict[str, Any]:
    found = declared.to_json()
    return {"schema": found.pop("name"), **found}


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
