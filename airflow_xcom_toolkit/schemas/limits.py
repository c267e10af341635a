"""What pydantic is told of a type by metadata and configurations, as words of JSON schema and of our own."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .texts import constant, name_of, text_of

JsonSchema = dict[str, Any]
Given = Sequence[tuple[str, Any]]
"""What pydantic is told of a type: ``("gt", 0)``. The last of a name counts."""

LIMITS = {
    "gt": "exclusiveMinimum",
    "ge": "minimum",
    "lt": "exclusiveMaximum",
    "le": "maximum",
    "multiple_of": "multipleOf",
    "pattern": "pattern",
    "max_digits": "x-max-digits",
    "decimal_places": "x-decimal-places",
    "allow_inf_nan": "x-allow-inf-nan",
    "to_lower": "x-to-lower",
    "to_upper": "x-to-upper",
    "strip_whitespace": "x-strip-whitespace",
    "uuid_version": "x-uuid-version",
    "path_type": "x-path-type",
    "left_to_right": "x-left-to-right",
}
"""What a reader may require, by what ``annotated_types`` and pydantic call it. Without it, it takes what keeps it."""
_LENGTHS = {"array": "Items", "object": "Properties"}
_LOOSEST = {"allow_inf_nan": True, "to_lower": False, "to_upper": False, "strip_whitespace": False, "min_length": 0}
_NO_LIMITS = {
    *("strict", "fail_fast", "coerce_numbers_to_str", "union_mode", "discriminator", "tag", "unit", "documentation"),
    *("json_schema", "mode", "custom_error_type", "custom_error_message", "custom_error_context"),
    *("pydantic.SerializeAsAny", "min_length", "max_length"),
}
"""What changes no value that is of its type already, or has a word of its own."""
_FLOATS = {"allow_inf_nan": "allow_inf_nan"}
CONFIGURED = {
    "string": {
        "str_min_length": "min_length",
        "str_max_length": "max_length",
        "str_to_lower": "to_lower",
        "str_to_upper": "to_upper",
        "str_strip_whitespace": "strip_whitespace",
    },
    "number": _FLOATS,
    "decimal.Decimal": _FLOATS,
}
"""What a configuration says of the types of fields, by what it is called there."""


def kind_of(found: JsonSchema) -> str:
    return str(found.get("type") or found.get("x-python-type"))


def constraints(found: JsonSchema, given: Given) -> JsonSchema:
    """What pydantic checks of a value."""
    kind, settled = kind_of(found), dict(given)
    if kind == "decimal.Decimal" and settled.pop("allow_inf_nan", False):
        settled["infinite"] = True  # Decimals are finite unless they are told otherwise: it is no limit.
    length = _LENGTHS.get(kind, "Length")
    words = {**LIMITS, "min_length": f"min{length}", "max_length": f"max{length}"}
    limits = {words[n]: v for n, v in settled.items() if n in words and v != _LOOSEST.get(n)}
    written = {word: _limit(limit) for word, limit in sorted(limits.items())}
    return {} if kind == "null" else {**written, **further(settled)}


def _limit(value: Any) -> Any:
    """Of a compiled pattern its text, with its flags if it has any but the one that each has."""
    if not isinstance(value, re.Pattern):
        return constant(value)
    flags = int(value.flags & ~re.UNICODE)
    return f"{value.pattern} (flags {flags})" if flags else value.pattern


def further(given: Mapping[str, Any]) -> JsonSchema:
    """What has no word of its own."""
    names = sorted(given.keys() - LIMITS.keys() - _NO_LIMITS)
    texts = [name if given[name] is ... else f"{name}={text_of(given[name])}" for name in names]
    return {"x-constraints": texts} if texts else {}


def given_by(metadata: Iterable[Any]) -> Given:
    """What pydantic heeds of metadata."""
    found: list[tuple[str, Any]] = []
    for one in metadata:
        is_group = getattr(one, "__is_annotated_types_grouped_metadata__", False) is True
        inside = one if is_group else getattr(one, "metadata", None)
        found += _said(one) if inside is None else given_by(inside)
    return found


def _said(one: Any) -> Given:
    """By the names that a library has for it; all that another class has is one text."""
    cls = one if isinstance(one, type) else type(one)
    state = {name: value for name, value in _state(one).items() if value is not None}
    if not _is_heeded(one, cls) or any(name == "func" or _is_code(value) for name, value in state.items()):
        return []
    if _is_known(cls):
        return [*state.items()] or [(name_of(cls), ...)]
    return [(f"{name_of(cls)}({', '.join(f'{name}={text_of(state[name])}' for name in sorted(state))})", ...)]


def _state(one: Any) -> Mapping[str, Any]:
    if isinstance(one, type):
        return {}
    names = [field.name for field in dataclasses.fields(one)] if dataclasses.is_dataclass(one) else []
    return {**{name: getattr(one, name, None) for name in names}, **getattr(one, "__dict__", {})}


def _is_heeded(one: Any, cls: Any) -> bool:
    return _is_known(cls) or hasattr(one, "__get_pydantic_core_schema__")


def _is_known(cls: Any) -> bool:
    return cls.__module__.partition(".")[0] in ("annotated_types", "pydantic")


def _is_code(value: Any) -> bool:
    return callable(value) and not isinstance(value, type)
