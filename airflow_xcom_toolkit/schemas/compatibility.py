"""Whether values of one JSON schema fit another, as the reader of rows decides it. What is not sure to fit is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from operator import ge, gt, le, lt
from typing import Any

from .json_schema import TYPED_DICT
from .limits import LIMITS, JsonSchema


@dataclass(frozen=True)
class Difference:
    """What does not fit, and where: ``lines[].quantity``, ``by_name{}``; the whole value is at ``""``.

    ``box<Line>.quantity`` is wherever ``box`` has what it is generic in.
    """

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}" if self.path else self.problem


def differences(
    written: JsonSchema, reader: JsonSchema, *, drop: bool = False, by_name: bool = False
) -> list[Difference]:
    """Why a reader may not take what was written; nothing where it takes every value.

    ``drop``: fields that the reader does not know are dropped, which is no problem. ``by_name``: rows are of the
    reader's version, and so parts and members of enums are restored as what has the name that the row gives.
    """
    found = _Comparison(written, reader, drop, by_name).compare(_ROOT, _ROOT, "")
    return list(dict.fromkeys(Difference(path.removeprefix("."), problem) for path, problem in found))


_Found = Iterator[tuple[str, str]]
_ROOT = {"$ref": "#"}
_DEFINED = "#/$defs/"
_TEXT = {"type": "string"}


@dataclass
class _Comparison:
    """Of what was ``written`` with what the ``reader`` takes; ``one`` and ``other`` are parts of them."""

    written: JsonSchema
    reader: JsonSchema
    drop: bool
    by_name: bool
    _open: list[tuple[str, str]] = field(default_factory=list)

    def compare(self, one: JsonSchema, other: JsonSchema, path: str) -> _Found:
        if "anyOf" in one:
            for member in one["anyOf"]:
                yield from self.compare(member, other, path)
        elif "anyOf" in other:
            yield from self._one_of(one, other, path)
        elif self._is_misnamed(one, other):
            yield path, self._mismatch(one, other)
        else:
            yield from self._closed(one, other, path)

    def _closed(self, one: JsonSchema, other: JsonSchema, path: str) -> _Found:
        """Records may refer to themselves: a pair that is being compared is not compared again inside."""
        pair = _reference(one), _reference(other)
        if all(pair) and pair in self._open:
            return
        self._open.append(pair)
        yield from self._resolved(one, other, path)
        self._open.pop()

    def _one_of(self, one: JsonSchema, other: JsonSchema, path: str) -> _Found:
        """Some member takes it; otherwise what is wrong with the one that comes closest."""
        tried = [(member, list(self.compare(one, member, path))) for member in other["anyOf"]]
        if all(found for _, found in tried):
            kind = _kind(_resolve(one, self.written))
            alike = [found for member, found in tried if _kind(_resolve(member, self.reader)) == kind]
            yield from min(alike, key=len, default=[(path, self._mismatch(one, other))])

    def _resolved(self, one: JsonSchema, other: JsonSchema, path: str) -> _Found:
        first, second = _resolve(one, self.written), _resolve(other, self.reader)
        if _is_any(other):
            yield from self._named(one, path)
        if not self._is_alike(first, second):
            yield path, self._mismatch(one, other)
        else:
            yield from self._constrained(one, other, path)
            yield from self._arguments(one, other, path)
            yield from _COMPARE.get(_kind(second), _Comparison._limits)(self, first, second, path)

    def _named(self, one: JsonSchema, path: str) -> _Found:
        """Anything is taken, but a class inside is restored, or built, as what has its name in the reader."""
        for step, part in _inside(one):
            yield from self.compare(part, {}, path + step)
        kind = _kind(_resolve(one, self.written))
        if kind == TYPED_DICT:
            for name, part in _resolve(one, self.written)["properties"].items():
                yield from self.compare(part, {}, f"{path}.{name}")
        elif "$ref" in one:
            yield from self._by_name(one, path)

    def _by_name(self, one: JsonSchema, path: str) -> _Found:
        reference = {"$ref": one["$ref"]}
        if self._kind_at(self.reader, reference) in ("", TYPED_DICT):
            if self.by_name:
                yield path, self._mismatch(one, {})
        elif self.by_name or {self._kind_at(s, reference) for s in (self.written, self.reader)} == {"record"}:
            yield from self.compare(reference, reference, path)

    @staticmethod
    def _kind_at(schema: JsonSchema, reference: JsonSchema) -> str:
        is_there = reference == _ROOT or reference["$ref"].removeprefix(_DEFINED) in schema.get("$defs", {})
        return _kind(_resolve(reference, schema)) if is_there else ""

    def _constrained(self, one: JsonSchema, other: JsonSchema, path: str) -> _Found:
        """What is not known to be wider or tighter is to be the same."""
        first, second = one.get("x-constraints", []), other.get("x-constraints", [])
        if first != second and (second or not _is_any(other)):
            kept, wanted = (", ".join(texts) or "nothing" for texts in (first, second))
            yield path, f"rows are constrained by {kept}, the reader's by {wanted}"

    def _arguments(self, one: JsonSchema, other: JsonSchema, path: str) -> _Found:
        """What a generic class is generic in: anything, where that is not said."""
        given = one.get("x-arguments", [])
        taken = [] if _is_any(other) else other.get("x-arguments", [])
        nothing: JsonSchema = {}
        for first, second in zip_longest(given, taken, fillvalue=nothing):
            yield from self.compare(first, second, f"{path}<{described(first)}>")

    def _is_alike(self, one: JsonSchema, other: JsonSchema) -> bool:
        kind, wanted = _kind(one), _kind(other)
        if kind == "enum" and wanted not in ("enum", ""):
            return all(_is_of(value, other) for value in one["enum"])
        wider = None if self.by_name else _WIDER.get(kind)  # What is restored is not converted.
        return wanted in (kind, "", wider)

    def _is_misnamed(self, one: JsonSchema, other: JsonSchema) -> bool:
        """Whether a row of the same version names a class that the reader does not have there."""
        if not self.by_name or "$ref" not in one or _kind(_resolve(one, self.written)) == TYPED_DICT:
            return False
        return not _is_any(other) and bool(one["$ref"] != other.get("$ref"))

    def _mismatch(self, one: JsonSchema, other: JsonSchema) -> str:
        pairs = (one, self.written), (other, self.reader)
        first, second = (_resolve(schema, root) if schema == _ROOT else schema for schema, root in pairs)
        return f"rows have {described(first)}, the reader takes {described(second)}"

    def _records(self, one: JsonSchema, other: JsonSchema, path: str) -> _Found:
        step = "[{!r}]".format if _kind(one) == "frame" else ".{}".format
        written, known = one["properties"], other["properties"]
        sure = set(one.get("required", ())) if _kind(one) == TYPED_DICT else written.keys()
        for name in sorted(set(other.get("required", ())) - sure):
            yield path + step(name), "rows may lack it, and the reader requires it"
        for name in sorted(written.keys() & known.keys()):
            yield from self.compare(written[name], known[name], path + step(name))
        if not (self.drop or _kind(other) == TYPED_DICT or "additionalProperties" in other):
            yield from self._unknown(one, sorted(written.keys() - known.keys()), path, step)

    def _unknown(self, one: JsonSchema, names: list[str], path: str, step: Callable[[str], str]) -> _Found:
        for name in names:
            yield path + step(name), "rows have it, and the reader has no such field"
        if "additionalProperties" in one:
            yield path, "rows may have further fields, and the reader takes none"

    def _mappings(self, one: JsonSchema, other: JsonSchema, path: str) -> _Found:
        yield from self._containers(one, other, path)
        yield from self.compare(one.get("x-keys", _TEXT), other.get("x-keys", _TEXT), path + "{key}")
        yield from self.compare(one["additionalProperties"], other["additionalProperties"], path + "{}")

    def _arrays(self, one: JsonSchema, other: JsonSchema, path: str) -> _Found:
        yield from self._containers(one, other, path)
        first, second = one.get("prefixItems"), other.get("prefixItems")
        if first is None and second is None:
            yield from self.compare(one["items"], other["items"], path + "[]")
        elif first is None or (second is not None and len(first) != len(second)):
            yield path, self._mismatch(one, other)
        else:
            for i, item in enumerate(first):
                yield from self.compare(item, second[i] if second else other["items"], f"{path}[{i}]")

    def _containers(self, one: JsonSchema, other: JsonSchema, path: str) -> _Found:
        kind, wanted = _container(one), _container(other)
        if kind != wanted and kind not in _TAKEN_AS.get(wanted, ()):
            yield path, self._mismatch(one, other)
        yield from self._limits(one, other, path)

    def _members(self, one: JsonSchema, other: JsonSchema, path: str) -> _Found:
        known = self._constants(other)
        for constant in self._constants(one):
            if constant not in known:
                yield path, f"rows may have {constant}, which the reader does not know"

    def _constants(self, enum: JsonSchema) -> list[str]:
        """With their names, where rows have those."""
        values = list(map(repr, enum["enum"]))
        if not self.by_name or "x-names" not in enum:
            return values
        return [f"{name} = {value}" for name, value in zip(enum["x-names"], values)]

    def _limits(self, one: JsonSchema, other: JsonSchema, path: str) -> _Found:
        """Every limit of the reader's is to be one that rows keep."""
        for word in sorted(other.keys() & _LIMITS):
            kept = any(_is_within(one.get(its), keeps, other[word]) for its, keeps in _KEPT_BY.get(word, ()))
            if not kept and one.get(word) != other[word]:
                yield path, f"the reader requires {word} {other[word]}, which rows need not keep"


def is_record(schema: JsonSchema) -> bool:
    """Whether it is that of a class."""
    return _kind(schema) == "record"


def schemas_in(schema: Any) -> set[str]:
    """The names of the schemas that parts of it have of their own."""
    inside = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    own = schema.get("x-schema") if isinstance(schema, dict) else None
    return set().union([own] if isinstance(own, str) else [], *map(schemas_in, inside))


def described(schema: JsonSchema) -> str:
    """A schema in a few words, by the names that Python has."""
    if "$ref" in schema:
        name = "the class itself" if schema["$ref"] == "#" else schema["$ref"].removeprefix(_DEFINED)
        return f"{name}[{_listed(schema['x-arguments'])}]" if "x-arguments" in schema else str(name)
    if "anyOf" in schema:
        return " | ".join(map(described, schema["anyOf"]))
    if "enum" in schema:
        return f"one of {', '.join(map(repr, schema['enum']))}"
    if "properties" in schema:
        return f"a {_kind(schema)} of {', '.join(schema['properties'])}"
    return _described_type(schema)


def _described_type(schema: JsonSchema) -> str:
    kind = _kind(schema)
    if kind == "array":
        items = schema["prefixItems"] if "prefixItems" in schema else [schema["items"]]
        return f"{_container(schema)}[{_listed(items) or '()'}]"
    if kind == "object":
        pair = schema.get("x-keys", _TEXT), schema["additionalProperties"]
        return f"{_container(schema)}[{_listed(pair)}]"
    return _PYTHON.get(kind, kind)


def _listed(schemas: Iterable[JsonSchema]) -> str:
    return ", ".join(map(described, schemas))


def _inside(schema: JsonSchema) -> Iterator[tuple[str, JsonSchema]]:
    """What a type is made of, without the fields of classes, and where that is in a value."""
    if "items" in schema:
        yield "[]", schema["items"]
    for i, item in enumerate(schema.get("prefixItems", ())):
        yield f"[{i}]", item
    if _kind(schema) == "object":
        yield "{key}", schema.get("x-keys", _TEXT)
        yield "{}", schema["additionalProperties"]


def _reference(schema: JsonSchema) -> str:
    """What tells a pair that is being compared from others; empty where there is no end to be feared."""
    return json.dumps(schema, sort_keys=True) if "$ref" in schema or _is_any(schema) else ""


def _is_any(schema: JsonSchema) -> bool:
    return "$ref" not in schema and "anyOf" not in schema and _kind(schema) == ""


def _resolve(schema: JsonSchema, root: JsonSchema) -> JsonSchema:
    if schema.get("$ref") == "#":
        return root
    found: JsonSchema = root["$defs"][schema["$ref"].removeprefix(_DEFINED)] if "$ref" in schema else schema
    return found


def _kind(schema: JsonSchema) -> str:
    """Only what is of one kind can fit; ``""`` is any."""
    if "properties" in schema:
        return "frame" if "x-columns" in schema else str(schema.get("x-python-type", "record"))
    if "enum" in schema:
        return "enum"
    if "x-schema" in schema:
        return f"schema {schema['x-schema']}"
    return str(schema.get("type") or schema.get("x-python-type") or schema.get("x-dtype") or "")


def _is_of(constant: Any, schema: JsonSchema) -> bool:
    """Constants are not measured against limits."""
    return schema == {"type": _CONSTANTS.get(type(constant))}


def _container(schema: JsonSchema) -> str:
    return str(schema.get("x-python-type", _PYTHON[schema["type"]]))


def _is_within(limit: Any, keeps: Callable[[Any, Any], bool], other: Any) -> bool:
    return type(limit) in (int, float) and type(other) in (int, float) and keeps(limit, other)


_COMPARE: dict[str, Callable[[_Comparison, JsonSchema, JsonSchema, str], _Found]] = {
    **dict.fromkeys(("record", "frame", TYPED_DICT), _Comparison._records),
    "object": _Comparison._mappings,
    "array": _Comparison._arrays,
    "enum": _Comparison._members,
}
_PYTHON = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "array": "list",
    "object": "dict",
    "": "any value",
}
_CONSTANTS = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
_WIDER = {"integer": "number"}
_TAKEN_AS = {
    "collections.Sequence": ("list", "tuple"),
    "collections.Mapping": ("dict", "collections.OrderedDict", "collections.defaultdict"),
}
_AT_LEAST = ("minLength", "minItems", "minProperties")
_AT_MOST = ("maxLength", "maxItems", "maxProperties")
_KEPT_BY: dict[str, tuple[tuple[str, Callable[[Any, Any], bool]], ...]] = {
    "minimum": (("minimum", ge), ("exclusiveMinimum", ge)),
    "exclusiveMinimum": (("exclusiveMinimum", ge), ("minimum", gt)),
    "maximum": (("maximum", le), ("exclusiveMaximum", le)),
    "exclusiveMaximum": (("exclusiveMaximum", le), ("maximum", lt)),
    **{word: ((word, ge),) for word in _AT_LEAST},
    **{word: ((word, le),) for word in _AT_MOST},
}
_LIMITS = {*_KEPT_BY, *LIMITS.values()}
