"""What JSON itself keeps exactly: in a row of any database, or in JSON text.

A row passes msgpack, HTTP, pydantic and a database's JSON type; JSON text in a string passes none of them, and keeps
what only they lose (``-0.0``, ``1e+20``, NUL, the keys that Airflow reserves).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import reduce
from itertools import chain
from math import copysign, isfinite
from operator import and_
from typing import Any

MARK = "~"
"""The key that makes a JSON object in a tree a descriptor."""

NOT, ROW, TEXT = 0, 1, 2
"""Bits of what keeps a value: nothing, a row of every database, JSON text of a tree."""

_BOTH = ROW | TEXT
MAX_ROW_DEPTH = 31
"""MariaDB refuses 32 levels, MySQL 101, and what reads the API server's answer 200."""
MAX_TEXT_DEPTH = 100
_ALWAYS: frozenset[type] = frozenset({bool, type(None)})
_CONTAINERS: frozenset[type] = frozenset({list, dict})
_PART = 10_000
"""So many containers or texts are looked at together: few enough for memory, enough for Python's own loops to pay."""
_FEW = 24
"""And so few values are looked at one by one."""
_JOINED = 1 << 20
_SURROGATE_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
"""Two characters, which JSON readers take for one."""
_EXACT_DIGITS = 15
"""So many decimal digits are always an integer that a float keeps."""
_SEPARATOR = " "
"""Between texts that are looked at as one: half a pair at the end of one and half at the start of the next are none."""
_RESERVED = frozenset({"__classname__", "__id__"})
"""Keys with a meaning to Airflow's serde, which refuses or decodes a dict that has one."""
_PAIR = frozenset({"__type", "__var"})
"""And these two, where a dict has both."""


def fit(value: Any) -> int:
    """What keeps ``value``; at the top of a row SQLite makes a number of its own of one."""
    if type(value) in _CONTAINERS:
        return _fit_one(value, 0)
    found = fit_scalar(value)
    if (type(value) is float and not _is_kept_by_sqlite(value)) or (type(value) is int and value >= 2**63):
        return found & TEXT
    return found


def fit_scalar(value: Any) -> int:
    """What keeps ``value`` inside of a list or dict; nothing keeps what is no JSON scalar."""
    check = _SCALARS.get(type(value))
    return NOT if check is None else check(value)


def _is_kept_by_sqlite(value: float) -> bool:
    """Whether every SQLite reads the text of ``value`` as that very float, and not as an int, or as the one beside it.

    It divides the digits by a power of ten, and rounds twice where it has 64 bits for that. With 15 digits, four of
    them decimals, both come to the same: 5 ** 4 and the 54 bits of the middle between two floats fit into the 64. Where
    the text is the exact value, nothing is rounded. Source: sqlite3AtoF in SQLite's util.c.
    """
    text = repr(value).lstrip("-")
    whole, _, decimals = text.partition(".")
    if value.is_integer() or "e" in text or len(whole + decimals) > _EXACT_DIGITS:
        return False
    return len(decimals) <= 4 or (value * 2.0 ** len(decimals)).is_integer()


class Survey:
    """Tells which lists and dicts JSON text keeps as they are, with all that is in them. It looks at each once."""

    def __init__(self) -> None:
        self._odd: set[int] = set()
        self._beyond: set[int] = set()

    def look_at(self, values: Collection[Any]) -> bool:
        """Looks at the lists and dicts among ``values``, which have to live as long as they are asked for.

        Says whether JSON text keeps all of ``values``, those that are neither too.
        """
        if len(values) <= _FEW and _CONTAINERS.isdisjoint(map(type, values)):
            return all(fit_scalar(value) & TEXT for value in values)
        self._look(values, 0)
        kept = bool(_fit_level([], values) & TEXT)
        return kept and (not self._odd or self._odd.isdisjoint(map(id, values)))

    def is_plain(self, container: Any) -> bool:
        """Whether JSON text keeps it; it was looked at. What is too deep inside another is looked at by itself."""
        if id(container) in self._beyond:
            self._beyond.discard(id(container))
            self._odd.discard(id(container))
            self._look([container], 0)
        return id(container) not in self._odd

    def _look(self, values: Collection[Any], depth: int) -> None:
        for containers in _nested(values):
            if depth == MAX_TEXT_DEPTH:
                self._beyond.update(map(id, containers))
                self._odd.update(map(id, containers))
                continue
            inside = _inside(containers)
            if not _fit_level(containers, inside) & TEXT:
                self._odd.update(id(one) for one in containers if not _fit_level([one], _inside([one])) & TEXT)
            self._look(inside, depth + 1)
            if self._odd:
                self._odd.update(id(one) for one in containers if not self._odd.isdisjoint(map(id, _inside([one]))))


def _fit_one(container: Any, depth: int) -> int:
    """What keeps a list or dict that is so deep in a value."""
    if len(container) > _FEW:
        return _fit_many([container], depth)
    found = _BOTH if depth < MAX_ROW_DEPTH else TEXT if depth < MAX_TEXT_DEPTH else NOT
    if type(container) is dict and container:
        found &= _fit_keys([container])
        container = container.values()
    for value in container:
        kind = type(value)
        if kind in _SCALARS:
            found &= _SCALARS[kind](value)
        elif not found or kind not in _CONTAINERS:
            return NOT
        else:
            found &= _fit_one(value, depth + 1)
    return found


def _fit_many(containers: list[Any], depth: int) -> int:
    """What keeps all of them: level by level, because Python's own loops are the fast ones."""
    inside = _inside(containers)
    found = _fit_level(containers, inside)
    found &= _BOTH if depth < MAX_ROW_DEPTH else TEXT if depth < MAX_TEXT_DEPTH else NOT
    for nested in _nested(inside) if found else ():
        found &= _fit_many(nested, depth + 1)
        if not found:
            break
    return found


def _inside(containers: list[Any]) -> Collection[Any]:
    """All values in these lists and dicts."""
    if len(containers) == 1:
        return containers[0] if type(containers[0]) is list else containers[0].values()
    return [*chain.from_iterable(one if type(one) is list else one.values() for one in containers)]


def _nested(values: Collection[Any]) -> Iterator[list[Any]]:
    """The lists and dicts among them, some at a time, each once."""
    if _CONTAINERS.isdisjoint(map(type, values)):
        return
    found = [value for value in values if type(value) in _CONTAINERS]
    for start in range(0, len(found), _PART):
        yield list({id(value): value for value in found[start : start + _PART]}.values())


def _fit_level(containers: list[Any], inside: Collection[Any]) -> int:
    """What keeps the keys of these dicts, and the scalars ``inside``."""
    kinds = set(map(type, inside))
    found = _BOTH if kinds <= _ALWAYS else _fit_scalars(inside, kinds)
    dicts = [one for one in containers if type(one) is dict and one] if found else []
    return found & _fit_keys(dicts) if dicts else found


def _fit_keys(dicts: list[dict[Any, Any]]) -> int:
    """What keeps the keys of some dicts, none of which is empty."""
    if set(map(type, dicts[0] if len(dicts) == 1 else chain.from_iterable(dicts))) != {str}:
        return NOT
    keys = dicts[0].keys() if len(dicts) == 1 else set(chain.from_iterable(dicts))
    found = _fit_str(_SEPARATOR.join(keys)) if len(keys) <= _FEW else _fit_texts(list(keys))
    if not _RESERVED.isdisjoint(keys) or ("__var" in keys and any(one.keys() >= _PAIR for one in dicts)):
        found &= TEXT
    return found & ROW if MARK in keys else found


def _fit_scalars(values: Collection[Any], kinds: set[type]) -> int:
    found = _BOTH
    for kind in kinds - _ALWAYS - _CONTAINERS:
        check = _ALL.get(kind)
        if check is None:
            return NOT
        found &= check(values if len(kinds) == 1 else [value for value in values if type(value) is kind])
    return found


def _fit_str(value: str) -> int:
    if not value.isascii() and not _has_utf8(value):
        return NOT if _SURROGATE_PAIR.search(value) else TEXT
    return TEXT if "\x00" in value else _BOTH


def _has_utf8(value: str) -> bool:
    """Whether there are no surrogates, found without a copy of a long text."""
    try:
        for start in range(0, len(value), _JOINED):
            value[start : start + _JOINED].encode()
    except UnicodeEncodeError:
        return False
    return True


def _fit_texts(values: Collection[str]) -> int:
    texts = values if type(values) is list else list(values)
    found = _BOTH
    for start in range(0, len(texts), _PART):
        part = texts[start : start + _PART]
        joined = sum(map(len, part)) <= _JOINED
        found &= _fit_str(_SEPARATOR.join(part)) if joined else reduce(and_, map(_fit_str, part))
    return found


def _fit_int(value: int) -> int:
    return _BOTH if -(2**63) <= value < 2**64 else NOT


def _fit_ints(values: Collection[int]) -> int:
    return _fit_int(min(values)) & _fit_int(max(values))


def _fit_float(value: float) -> int:
    if not isfinite(value):
        return NOT
    if value == 0.0:
        return _BOTH if copysign(1.0, value) > 0 else TEXT
    return _BOTH if abs(value) < 1e16 else TEXT


def _fit_floats(values: Collection[float]) -> int:
    small = sum(map(abs, values)) < 1e16 or (all(map(isfinite, values)) and max(map(abs, values)) < 1e16)
    if not small and not all(map(isfinite, values)):
        return NOT
    return TEXT if not small or _has_negative_zero(values) else _BOTH


def _has_negative_zero(values: Collection[float]) -> bool:
    return 0.0 in values and any(value == 0.0 and copysign(1.0, value) < 0 for value in values)


_SCALARS: dict[type, Callable[[Any], int]] = {
    str: _fit_str,
    int: _fit_int,
    float: _fit_float,
    **dict.fromkeys(_ALWAYS, lambda value: _BOTH),
}
_ALL: dict[type, Callable[[Any], int]] = {str: _fit_texts, int: _fit_ints, float: _fit_floats}
