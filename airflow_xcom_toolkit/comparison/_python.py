"""Strict equality of Python's own types, and of objects by their attributes."""

from __future__ import annotations

import contextlib
import datetime
import functools
import struct
import types
import uuid
from collections import ChainMap, defaultdict, deque
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import Any

from ._difference import (
    Comparison,
    Different,
    Pairs,
    differ,
    expect_equal,
    same_attributes,
    same_items,
    same_object,
    short,
)


def same_enum(actual: Any, expected: Any, path: str) -> Pairs:
    """Members are one object; what flags are made of is not."""
    if expected.name not in type(expected).__members__:
        return [(actual.value, expected.value, f"{path}.value")]
    return same_object(actual, expected, path)


def _same_float(actual: float, expected: float, path: str) -> Pairs:
    ours, theirs = struct.pack(">d", actual), struct.pack(">d", expected)
    if ours != theirs:
        differ(path, float(actual), float(expected), f"bits {ours.hex()} instead of {theirs.hex()}")
    return _same_state(actual, expected, path)


def _same_complex(actual: complex, expected: complex, path: str) -> Pairs:
    yield from same_attributes("real", "imag")(actual, expected, path)
    yield from _same_state(actual, expected, path)


def _same_decimal(actual: Decimal, expected: Decimal, path: str) -> Pairs:
    if actual.as_tuple() != expected.as_tuple():
        differ(path, actual, expected)
    return _same_state(actual, expected, path)


def _same_value(actual: Any, expected: Any, path: str) -> Pairs:
    expect_equal(actual, expected, path)
    return _same_state(actual, expected, path)


def _same_text(actual: Any, expected: Any, path: str) -> Pairs:
    """Equal, and printed alike: paths of Windows are equal in any case."""
    if actual != expected or repr(actual) != repr(expected):
        differ(path, actual, expected)
    return ()


def _same_uuid(actual: uuid.UUID, expected: uuid.UUID, path: str) -> Pairs:
    expect_equal(actual.int, expected.int, path)
    expect_equal(actual.is_safe, expected.is_safe, f"{path}.is_safe")
    return ()


def _same_sequence(actual: Any, expected: Any, path: str) -> Pairs:
    if isinstance(expected, deque):
        expect_equal(actual.maxlen, expected.maxlen, f"{path}.maxlen")
    yield from same_items(actual, expected, path)
    yield from _same_state(actual, expected, path)


def _same_set(actual: Any, expected: Any, path: str) -> Pairs:
    """By value where items have one, else (NaN, say) by looking for the same among the rest."""
    from . import is_same

    if len(actual) != len(expected):
        problem = f"{len(actual)} items instead of {len(expected)}"
        raise Different(path, problem, problem)
    by_value = {item: item for item in actual}
    unmatched = {id(item): item for item in actual}
    strange = []
    for item in expected:
        if item in by_value:
            yield by_value[item], item, f"{path}{{{short(item)}}}"
            del unmatched[id(by_value[item])]
        else:
            strange.append(item)
    for item in strange:
        found = next((key for key, other in unmatched.items() if is_same(other, item)), None)
        if found is None:
            raise Different(path, f"lacks {short(item)}; has {short(list(unmatched.values()))} instead", "other items")
        del unmatched[found]


def _same_mapping(actual: Mapping[Any, Any], expected: Mapping[Any, Any], path: str) -> Pairs:
    """Keys, their order, values."""
    if isinstance(expected, defaultdict) and isinstance(actual, defaultdict):
        same_object(actual.default_factory, expected.default_factory, f"{path}.default_factory")
    yield from same_items(actual.keys(), expected.keys(), f"{path}.keys()")
    # By position, and not through __getitem__: a NaN finds only itself.
    for key, one, other in zip(expected, actual.values(), expected.values()):
        yield one, other, f"{path}[{short(key)}]"
    yield from _same_state(actual, expected, path)


def same_mapping_in_any_order(actual: dict[Any, Any], expected: dict[Any, Any], path: str) -> Pairs:
    """A dict of text keys in any order; any other dict in its own."""
    if not all(type(key) is str for key in (*actual, *expected)):
        return _same_mapping(actual, expected, path)
    if actual.keys() != expected.keys():
        differ(f"{path}.keys()", sorted(actual), sorted(expected))
    return [(actual[key], other, f"{path}[{short(key)}]") for key, other in expected.items()]


def _same_moment(actual: Any, expected: Any, path: str) -> Pairs:
    for name in _MOMENT_PARTS:
        expect_equal(getattr(actual, name, None), getattr(expected, name, None), f"{path}.{name}")
    if repr(actual) != repr(expected):
        differ(path, actual, expected)
    if getattr(expected, "tzinfo", None) is not None:
        yield actual.utcoffset(), expected.utcoffset(), f"{path}.utcoffset()"
        yield actual.tzinfo, expected.tzinfo, f"{path}.tzinfo"


def _same_zone(actual: Any, expected: Any, path: str) -> Pairs:
    if expected is datetime.timezone.utc:
        same_object(actual, expected, path)
    if repr(actual) != repr(expected):
        differ(path, actual, expected)
    moment = datetime.datetime(2024, 7, 1)
    for name in ("tzname", "utcoffset"):
        expect_equal(getattr(actual, name)(moment), getattr(expected, name)(moment), f"{path}.{name}()")
    return ()


def same_object_state(actual: Any, expected: Any, path: str) -> Pairs:
    """By its attributes; one that has none, by its own equality."""
    if not _state(actual) and not _state(expected) and actual != expected:
        differ(path, actual, expected)
    return _same_state(actual, expected, path)


def _same_state(actual: Any, expected: Any, path: str) -> Pairs:
    ours, theirs = _state(actual), _state(expected)
    if sorted(ours) != sorted(theirs):
        raise Different(path, f"has the attributes {sorted(ours)} instead of {sorted(theirs)}", "other attributes")
    return [(ours[name], value, f"{path}.{name}") for name, value in theirs.items()]


def _state(value: Any) -> dict[str, Any]:
    """What an object holds besides what its base gives: ``__dict__`` and slots, without cached properties."""
    if type(value).__module__.partition(".")[0] in _PLAIN:
        return {}
    state = dict(getattr(value, "__dict__", {}))
    for cls in type(value).__mro__:
        for name, member in vars(cls).items():
            if isinstance(member, types.MemberDescriptorType):
                with contextlib.suppress(AttributeError):
                    state[name] = member.__get__(value, cls)
    return {name: part for name, part in state.items() if not _is_dropped(type(value), name)}


def _is_dropped(cls: type, name: str) -> bool:
    fields = getattr(cls, "__attrs_attrs__", None)
    if fields is not None and name not in {field.name for field in fields}:
        return True
    return name in ("_attrs_cached_hash", "__orig_class__") or isinstance(
        getattr(cls, name, None), functools.cached_property
    )


_PLAIN = frozenset({"builtins", "collections", "decimal", "fractions", "uuid", "pathlib", "ipaddress", "datetime"})
_MOMENT_PARTS = (
    *("year", "month", "day", "hour", "minute", "second", "microsecond", "fold"),
    *("years", "months", "weeks", "days", "seconds", "microseconds", "start", "end"),
)
COMPARISONS: dict[type, Comparison] = {
    float: _same_float,
    complex: _same_complex,
    Decimal: _same_decimal,
    **dict.fromkeys((list, tuple, deque), _same_sequence),
    **dict.fromkeys((set, frozenset), _same_set),
    dict: _same_mapping,
    ChainMap: same_attributes("maps"),
    **dict.fromkeys((range, slice), same_attributes("start", "stop", "step")),
    **dict.fromkeys((datetime.date, datetime.time, datetime.timedelta), _same_moment),
    datetime.tzinfo: _same_zone,
    **dict.fromkeys((str, bytes, bytearray, int), _same_value),
    uuid.UUID: _same_uuid,
    **dict.fromkeys((PurePath, Fraction), _same_text),
    **dict.fromkeys((type, types.FunctionType, types.BuiltinFunctionType, types.ModuleType), same_object),
}
"""By a base of the type."""
