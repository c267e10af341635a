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
``x-left-to-right``  the place of a member of a union whose members are tried in turn
``x-constraints``    texts of what else pydantic is told of a type, by metadata or by a configuration
===================  ==========================================================================================

Limits that JSON schema has no word for are like that, too: ``x-max-digits``, ``x-allow-inf-nan``, ``x-to-lower``. Those
that a configuration gives to all fields are written at each of them.

Left out is what no row depends on: titles, descriptions, aliases, the values of defaults, strictness; and what code
checks.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from .catalogue import Catalogue
from .declarations import Declared
from .limits import CONFIGURED, Given, JsonSchema, constraints, further, given_by, kind_of
from .structure import fields, is_enum, is_model, is_part, is_typed_dict, is_union, parts, unwrapped
from .texts import constant, name_of

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
        self._config: Mapping[str, Any] = {}

    def root(self) -> JsonSchema:
        found = self._record(self._cls)
        return {**found, "$defs": self._definitions} if self._definitions else found

    def _of(self, hint: Any, given: Given = ()) -> JsonSchema:
        hint, given = _peeled(hint, given)
        if is_union(hint):
            return _union(self._members(hint, given))
        if get_origin(hint) is Literal:
            return {"enum": _in_order(map(constant, get_args(hint)))}
        if is_part(hint) or is_typed_dict(hint) or is_part(get_origin(hint)):
            return {**self._class(hint), **further(dict(given))}
        found = self._plain(hint)
        return {**found, **constraints(found, [*self._configured(found), *given])}

    def _members(self, union: Any, given: Given) -> Iterator[JsonSchema]:
        in_turn = dict(given).get("union_mode") == "left_to_right"
        for place, member in enumerate(get_args(union)):
            yield self._of(member, [*given, ("left_to_right", place)] if in_turn else given)

    def _configured(self, found: JsonSchema) -> Given:
        names = CONFIGURED.get(kind_of(found), {})
        return [(name, self._config[entry]) for entry, name in names.items() if entry in self._config]

    def _class(self, hint: Any) -> JsonSchema:
        if not (is_part(hint) or is_typed_dict(hint)):
            return {**self._reference(get_origin(hint)), "x-arguments": [self._of(a) for a in get_args(hint)]}
        by_value = is_enum(hint) and self._config.get("use_enum_values")
        return {**self._reference(hint), **({"x-constraints": ["use_enum_values"]} if by_value else {})}

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
                return self._array(origin, hint)
        return {"x-python-type": name_of(origin)}

    def _mapping(self, origin: Any, key: Any, value: Any) -> JsonSchema:
        kind = {} if origin is dict else {"x-python-type": name_of(origin)}
        keys = self._of(key)
        named = {} if keys == {"type": "string"} else {"x-keys": keys}
        return {"type": "object", **kind, **named, "additionalProperties": self._of(value)}

    def _array(self, origin: Any, hint: Any) -> JsonSchema:
        kind = {} if origin is list else {"x-python-type": name_of(origin)}
        arguments = get_args(hint)
        if _is_empty_tuple(hint):
            return {"type": "array", **kind, "prefixItems": []}
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
        hints = {n: (f.hint, given_by(getattr(checked.get(n), "metadata", ()))) for n, f in declared.items()}
        required = {n for n, f in declared.items() if f.required} | _required_init_vars(cls)
        takes_more = is_model(cls) and _config(cls).get("extra") == "allow"
        more = {"additionalProperties": True} if takes_more else {}
        return {**_object(self._properties(cls, hints), required), **more}

    def _typed_dict(self, cls: Any) -> JsonSchema:
        hints = get_type_hints(cls, include_extras=True)
        required = {name for name, hint in hints.items() if _is_required(cls, name, hint)}
        properties = self._properties(cls, {name: (hint, ()) for name, hint in hints.items()})
        return {**_object(properties, required), "x-python-type": TYPED_DICT}

    def _properties(self, cls: Any, hints: Mapping[str, tuple[Any, Given]]) -> JsonSchema:
        """Under the configuration of their own class."""
        outer, self._config = self._config, _config(cls)
        found = {name: self._of(hint, given) for name, (hint, given) in hints.items()}
        self._config = outer
        return found


_SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
_CONTAINERS = (list, tuple, set, frozenset, deque, dict)


def _config(cls: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = getattr(cls, "model_config" if is_model(cls) else "__pydantic_config__", None) or {}
    return found


def _is_empty_tuple(hint: Any) -> bool:
    """Whether it is ``tuple[()]``, and not ``Tuple``, which has no arguments either."""
    return get_origin(hint) is tuple and getattr(hint, "__args__", None) in ((), ((),))


def _required_init_vars(cls: Any) -> set[str]:
    """What a constructor requires and no field keeps."""
    declared = getattr(cls, "__dataclass_fields__", {}).values() if dataclasses.is_dataclass(cls) else ()
    return {f.name for f in declared if str(f._field_type) == "_FIELD_INITVAR" and not _has_default(f)}


def _has_default(field: Any) -> bool:
    """Of a pydantic dataclass, the default may be a ``Field()``."""
    is_required = getattr(field.default, "is_required", lambda: field.default is dataclasses.MISSING)
    return field.default_factory is not dataclasses.MISSING or not is_required()


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
    return {"enum": [constant(cls.__members__[name].value) for name in names], "x-names": names}


def _peeled(hint: Any, given: Given = ()) -> tuple[Any, Given]:
    """A type without what is around it, and what that says of it."""
    origin = get_origin(hint)
    if origin is Annotated:
        first, *more = get_args(hint)
        return _peeled(first, [*given_by(more), *given])
    if _is_qualifier(origin):
        return _peeled(get_args(hint)[0], given)
    if hasattr(hint, "__supertype__"):
        return _peeled(hint.__supertype__, given)
    if type(hint).__name__ == "TypeAliasType":
        return _peeled(hint.__value__, given)
    return unwrapped(hint), given


def _is_qualifier(origin: Any) -> bool:
    return getattr(origin, "_name", None) in ("Required", "NotRequired", "ReadOnly")


def _is_required(cls: Any, name: str, hint: Any) -> bool:
    qualifier = getattr(get_origin(hint), "_name", None)
    return qualifier == "Required" or (qualifier != "NotRequired" and name in cls.__required_keys__)
