"""Strict equality: what "comes back as it was pushed" means in every test."""

from __future__ import annotations

import contextlib
import datetime
import functools
import struct
import types
from collections import ChainMap, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

Pair = tuple[Any, Any, str]
Pairs = Iterable[Pair]
"""What is left to compare: two parts, and where they are."""

_ARRAYS = frozenset({"numpy", "pyarrow", "polars"})


def assert_same(actual: Any, expected: Any, path: str = "value") -> None:
    """Asserts that ``actual`` has the very type and value of ``expected``, all the way down.

    NaN equals a NaN of the same bits and nothing else, ``-0.0`` differs from ``0.0``, ``True`` from ``1``; dicts agree
    in the order of their keys too. Arrays and frames go to ``tests.same_arrays`` and ``tests.same_frames``.
    Nesting may be of any depth.
    """
    left: list[Pair] = [(actual, expected, path)]
    while left:
        left.extend(_compare(*left.pop()))


def _compare(actual: Any, expected: Any, path: str) -> Pairs:
    assert type(actual) is type(expected), f"{path}: {type(actual)} instead of {type(expected)}"
    root = type(expected).__module__.partition(".")[0]
    if root in _ARRAYS:
        from tests.same_arrays import assert_same_array

        assert_same_array(actual, expected)
        return ()
    if root == "pandas":
        from tests.same_frames import assert_same_frame

        assert_same_frame(actual, expected)
        return ()
    return tuple(_comparison(expected)(actual, expected, path))


def is_same(actual: Any, expected: Any) -> bool:
    """Whether `assert_same` passes."""
    try:
        assert_same(actual, expected)
    except AssertionError:
        return False
    return True


def _comparison(expected: Any) -> Callable[[Any, Any, str], Pairs]:
    for kind, compare in _COMPARISONS.items():
        if isinstance(expected, kind):
            return compare
    return _same_object


def _same_enum(actual: Any, expected: Any, path: str) -> Pairs:
    if expected.name not in type(expected).__members__:
        return [(actual.value, expected.value, f"{path}.value")]
    assert actual is expected, f"{path}: {actual!r} is not the very {expected!r}"
    return ()


def _same_float(actual: float, expected: float, path: str) -> Pairs:
    assert struct.pack(">d", actual) == struct.pack(">d", expected), f"{path}: {actual!r} instead of {expected!r}"
    return ()


def _same_complex(actual: complex, expected: complex, path: str) -> Pairs:
    return [(actual.real, expected.real, f"{path}.real"), (actual.imag, expected.imag, f"{path}.imag")]


def _same_decimal(actual: Decimal, expected: Decimal, path: str) -> Pairs:
    assert actual.as_tuple() == expected.as_tuple(), f"{path}: {actual!r} instead of {expected!r}"
    return ()


def _same_value(actual: Any, expected: Any, path: str) -> Pairs:
    assert actual == expected, f"{path}: {actual!r} instead of {expected!r}"
    return _same_state(actual, expected, path)


def _same_items(actual: Iterable[Any], expected: Iterable[Any], path: str) -> Pairs:
    ours, theirs = list(actual), list(expected)
    assert len(ours) == len(theirs), f"{path}: {len(ours)} items instead of {len(theirs)}"
    return [(one, other, f"{path}[{index}]") for index, (one, other) in enumerate(zip(ours, theirs, strict=True))]


def _same_sequence(actual: Any, expected: Any, path: str) -> Pairs:
    if isinstance(expected, deque):
        assert actual.maxlen == expected.maxlen, f"{path}.maxlen"
    yield from _same_items(actual, expected, path)
    yield from _same_state(actual, expected, path)


def _same_set(actual: Any, expected: Any, path: str) -> Pairs:
    assert len(actual) == len(expected), f"{path}: {len(actual)} items instead of {len(expected)}"
    by_value = {item: item for item in actual}
    unmatched = {id(item): item for item in actual}
    strange = []
    for item in expected:
        if item in by_value:
            yield by_value[item], item, f"{path}{{{item!r}}}"
            del unmatched[id(by_value[item])]
        else:
            strange.append(item)
    for item in strange:
        found = next((key for key, other in unmatched.items() if is_same(other, item)), None)
        assert found is not None, f"{path}: lacks {item!r}"
        del unmatched[found]


def _same_mapping(actual: Mapping[Any, Any], expected: Mapping[Any, Any], path: str) -> Pairs:
    if isinstance(expected, defaultdict):
        assert isinstance(actual, defaultdict)
        assert actual.default_factory is expected.default_factory, f"{path}.default_factory"
    yield from _same_items(actual.keys(), expected.keys(), f"{path}.keys()")
    # By position, and not through __getitem__: a NaN finds only itself.
    for key, one, other in zip(expected, actual.values(), expected.values(), strict=True):
        yield one, other, f"{path}[{key!r}]"
    yield from _same_state(actual, expected, path)


def _same_chain(actual: ChainMap[Any, Any], expected: ChainMap[Any, Any], path: str) -> Pairs:
    return _same_items(actual.maps, expected.maps, f"{path}.maps")


def _same_span(actual: Any, expected: Any, path: str) -> Pairs:
    for name in ("start", "stop", "step"):
        yield getattr(actual, name), getattr(expected, name), f"{path}.{name}"


def _same_moment(actual: Any, expected: Any, path: str) -> Pairs:
    assert repr(actual) == repr(expected), f"{path}: {actual!r} instead of {expected!r}"
    for name in _MOMENT_PARTS:
        assert getattr(actual, name, None) == getattr(expected, name, None), f"{path}.{name}"
    if getattr(expected, "tzinfo", None) is not None:
        assert actual.utcoffset() == expected.utcoffset(), f"{path}.utcoffset()"
        yield actual.tzinfo, expected.tzinfo, f"{path}.tzinfo"


def _same_zone(actual: Any, expected: Any, path: str) -> Pairs:
    if expected is datetime.timezone.utc:
        assert actual is expected, f"{path}: not the very timezone.utc"
    assert repr(actual) == repr(expected), f"{path}: {actual!r} instead of {expected!r}"
    moment = datetime.datetime(2024, 7, 1)
    assert actual.tzname(moment) == expected.tzname(moment), f"{path}.tzname()"
    assert actual.utcoffset(moment) == expected.utcoffset(moment), f"{path}.utcoffset()"
    return ()


def _same_object(actual: Any, expected: Any, path: str) -> Pairs:
    if not _state(actual) and not _state(expected):
        assert actual == expected, f"{path}: {actual!r} instead of {expected!r}"
    return _same_state(actual, expected, path)


def _same_state(actual: Any, expected: Any, path: str) -> Pairs:
    ours, theirs = _state(actual), _state(expected)
    assert sorted(ours) == sorted(theirs), f"{path}: has {sorted(ours)} instead of {sorted(theirs)}"
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
_COMPARISONS: dict[type, Callable[[Any, Any, str], Pairs]] = {
    Enum: _same_enum,
    float: _same_float,
    complex: _same_complex,
    Decimal: _same_decimal,
    **dict.fromkeys((list, tuple, deque), _same_sequence),
    **dict.fromkeys((set, frozenset), _same_set),
    dict: _same_mapping,
    ChainMap: _same_chain,
    **dict.fromkeys((range, slice), _same_span),
    **dict.fromkeys((datetime.date, datetime.time, datetime.timedelta), _same_moment),
    datetime.tzinfo: _same_zone,
    **dict.fromkeys((str, bytes, bytearray, int), _same_value),
}
"""By the first type that fits."""
