"""The structure of a schema as JSON schema: fields by name, and which are required.

It is the same on every Python, pydantic and pandas. What JSON schema has no word for has entries of our own:

===================  ==========================================================================================
``x-python-type``    a class by its top-level module and its name (``pandas.DataFrame``), since libraries move
                     their classes; of arrays and objects what they are, unless ``list`` and ``dict``
``x-keys``           the keys of a dict, unless they are texts
``x-names``          the names of the members of an enum, in the order of ``enum``
``x-arguments``      what a generic dataclass or attrs class is made generic in
``x-schema``         a class with a schema of its own: its rows are of that one's versions
``x-columns``        a frame: each property is a column with its ``x-dtype``
===================  ==========================================================================================

Left out is what no row depends on: titles, descriptions, aliases, the values of defaults; and what code checks.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence, Set
from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from .catalogue import Catalogue
from .declarations import Declared
from .structure import fields, is_enum, is_model, is_part, is_typed_dict, is_union, parts, unwrapped

JsonSchema = dict[str, Any]
TYPED_DICT = "TypedDict"


def json_schema(declared: Declared, catalogue: Catalogue) -> JsonSchema:
    """Of one version; ``{}`` for one with neither class nor columns, which any value fits."""
    if declared.columns is not None:
        columns = {name: {"x-dtype": dtype} for name, dtype in declared.columns.items()}
        return {"type": "object", "x-columns": True, "properties": columns, "required": sorted(columns)}
    return {} if declared.cls is None else _Writer(declared.cls, catalogue).root()


class _Writer:
    """Writes the schema of one class. Those that are part of it go to ``$defs``, by the names that rows give them."""

    def __init__(self, cls: Any, catalogue: Catalogue) -> None:
        self._cls = cls
        self._catalogue = catalogue
        self._names = {part: name for name, part in parts(cls).items()}
        self._definitions: dict[str, JsonSchema] = {}

    def root(self) -> JsonSchema:
        found = self._record(self._cls)
        return {**found, "$defs": self._definitions} if self._definitions else found

    def _of(self, hint: Any, metadata: Sequence[Any] = ()) -> JsonSchema:
        hint, metadata = _peeled(hint, metadata)
        if is_union(hint):
            return _union(self._of(member, metadata) for member in get_args(hint))
        if get_origin(hint) is Literal:
            return {"enum": _in_order(map(_constant, get_args(hint)))}
        if is_part(hint) or is_typed_dict(hint):
            return self._reference(hint)
        if is_part(get_origin(hint)):
            return {**self._reference(get_origin(hint)), "x-arguments": [self._of(a) for a in get_args(hint)]}
        found = self._plain(hint)
        return {**found, **_constraints(found.get("type"), metadata)}

    def _plain(self, hint: Any) -> JsonSchema:
        origin: Any = get_origin(hint) or hint
        if origin in (Any, object):
            return {}
        if isinstance(origin, type) and origin in _SCALARS:
            return {"type": _SCALARS[origin]}
        arguments = get_args(hint)
        if isinstance(origin, type) and (arguments or origin in _CONTAINERS):
            if issubclass(origin, Mapping):
                return self._mapping(origin, *(*arguments, Any, Any)[:2])
            if issubclass(origin, (Sequence, Set)) or issubclass(Sequence, origin):
                return self._array(origin, arguments)
        return {"x-python-type": _name(origin)}

    def _mapping(self, origin: Any, key: Any, value: Any) -> JsonSchema:
        kind = {} if origin is dict else {"x-python-type": _name(origin)}
        keys = self._of(key)
        named = {} if keys == {"type": "string"} else {"x-keys": keys}
        return {"type": "object", **kind, **named, "additionalProperties": self._of(value)}

    def _array(self, origin: Any, arguments: tuple[Any, ...]) -> JsonSchema:
        kind = {} if origin is list else {"x-python-type": _name(origin)}
        if origin is tuple and arguments and arguments[-1] is not ...:
            return {"type": "array", **kind, "prefixItems": [self._of(a) for a in arguments]}
        return {"type": "array", **kind, "items": self._of((*arguments, Any)[0])}

    def _reference(self, cls: Any) -> JsonSchema:
        if cls is self._cls:
            return {"$ref": "#"}
        own = self._catalogue.of_class(cls)
        if own is not None:
            return {"x-schema": own.name}
        name = self._named(cls)
        if name not in self._definitions:
            self._definitions[name] = {}  # It may refer to itself.
            self._definitions[name] = self._defined(cls)
        return {"$ref": f"#/$defs/{name}"}

    def _named(self, cls: Any) -> str:
        """A typed dict is no part, and has no name in rows."""
        if cls not in self._names:
            plain = cls.__qualname__
            self._names[cls] = plain if plain not in self._names.values() else f"{cls.__module__}.{plain}"
        return self._names[cls]

    def _defined(self, cls: Any) -> JsonSchema:
        if is_enum(cls):
            return _enum(cls)
        return self._typed_dict(cls) if is_typed_dict(cls) else self._record(cls)

    def _record(self, cls: Any) -> JsonSchema:
        checked = getattr(cls, "__pydantic_fields__", {})
        declared = fields(cls)
        properties = {n: self._of(f.hint, getattr(checked.get(n), "metadata", ())) for n, f in declared.items()}
        takes_more = is_model(cls) and cls.model_config.get("extra") == "allow"
        more = {"additionalProperties": True} if takes_more else {}
        return {**_object(properties, {n for n, f in declared.items() if f.required}), **more}

    def _typed_dict(self, cls: Any) -> JsonSchema:
        hints = get_type_hints(cls, include_extras=True)
        required = {name for name, hint in hints.items() if _is_required(cls, name, hint)}
        properties = {name: self._of(hint) for name, hint in hints.items()}
        return {**_object(properties, required), "x-python-type": TYPED_DICT}


_SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
_CONTAINERS = (list, tuple, set, frozenset, deque, dict)


def _object(properties: JsonSchema, required: Set[str]) -> JsonSchema:
    found: JsonSchema = {"type": "object", "properties": properties}
    return {**found, "required": sorted(required)} if required else found


def _union(members: Iterable[JsonSchema]) -> JsonSchema:
    """Sorted: Python does not keep the order of a union that it has met in another one before."""
    return {"anyOf": _in_order(members)}


def _in_order(found: Iterable[Any]) -> list[Any]:
    return sorted(found, key=lambda one: (str(type(one)), repr(one)))


def _enum(cls: Any) -> JsonSchema:
    names = sorted(cls.__members__)
    return {"enum": [_constant(cls.__members__[name].value) for name in names], "x-names": names}


def _constant(value: Any) -> Any:
    """JSON for a constant; what is not JSON by its type, and by what it says of itself where that is no address."""
    if value is None or type(value) in (str, int, bool) or (type(value) is float and math.isfinite(value)):
        return value
    if isinstance(value, Enum):
        return {"x-python-type": _name(type(value)), "x-text": value.name}
    text = {} if " at 0x" in repr(value) else {"x-text": repr(value)}
    return {"x-python-type": _name(type(value)), **text}


def _name(cls: Any) -> str:
    if not isinstance(cls, type):
        return str(getattr(cls, "__forward_arg__", cls))
    return f"{cls.__module__.partition('.')[0]}.{cls.__qualname__}".removeprefix("builtins.")


def _peeled(hint: Any, metadata: Sequence[Any] = ()) -> tuple[Any, Sequence[Any]]:
    """A type without what is around it, and the metadata that was."""
    origin = get_origin(hint)
    if origin is Annotated:
        first, *more = get_args(hint)
        return _peeled(first, [*more, *metadata])
    if _is_qualifier(origin):
        return _peeled(get_args(hint)[0], metadata)
    if hasattr(hint, "__supertype__"):
        return _peeled(hint.__supertype__, metadata)
    if type(hint).__name__ == "TypeAliasType":
        return _peeled(hint.__value__, metadata)
    return unwrapped(hint), metadata


def _is_qualifier(origin: Any) -> bool:
    return getattr(origin, "_name", None) in ("Required", "NotRequired", "ReadOnly")


def _is_required(cls: Any, name: str, hint: Any) -> bool:
    qualifier = getattr(get_origin(hint), "_name", None)
    return qualifier == "Required" or (qualifier != "NotRequired" and name in cls.__required_keys__)


_LIMITS = {
    "gt": "exclusiveMinimum",
    "ge": "minimum",
    "lt": "exclusiveMaximum",
    "le": "maximum",
    "multiple_of": "multipleOf",
    "pattern": "pattern",
    "max_digits": "x-max-digits",
    "decimal_places": "x-decimal-places",
}
_LENGTHS = {"array": "Items", "object": "Properties"}


def _constraints(kind: str | None, metadata: Sequence[Any]) -> JsonSchema:
    """What pydantic checks of a value, by what ``annotated_types`` and pydantic call it."""
    length = _LENGTHS.get(kind or "", "Length")
    words = {**_LIMITS, "min_length": f"min{length}", "max_length": f"max{length}"}
    given = [part for one in metadata for part in (one, *getattr(one, "metadata", ()))]
    pairs = [(word, getattr(one, name, None)) for name, word in words.items() for one in given]
    found = {word: _constant(getattr(limit, "pattern", limit)) for word, limit in pairs if not _is_unset(limit)}
    return {} if kind == "null" else found


def _is_unset(limit: Any) -> bool:
    return limit is None or callable(limit)
