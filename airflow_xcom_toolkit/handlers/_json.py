"""What JSON itself keeps exactly: in a row of any database, or in JSON text.

A row passes msgpack, HTTP, pydantic and a database's JSON type; JSON text in a string passes none of them, and keeps
what only they lose (``-0.0``, ``1e+20``, NUL, the keys that Airflow reserves).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from math import copysign, isfinite
from typing import Any

MARK = "~"
"""The key that makes a JSON object in a tree a descriptor."""

NOT, ROW, TEXT = 0, 1, 2
"""Bits of what keeps a value: nothing, a row of every database, JSON text of a tree."""

_BOTH = ROW | TEXT
MAX_ROW_DEPTH = 31
"""MariaDB refuses 32 levels, MySQL 101, and what reads the API server's answer 200."""
MAX_TEXT_DEPTH = 100
_ALWAYS = frozenset({bool, type(None)})
_SURROGATE_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
"""Two characters, which JSON readers take for one."""
_EXACT_DIGITS = 15
"""So many decimal digits are always an integer that a float keeps."""
_SEPARATOR = " "
"""Between texts that are looked at as one: half a pair at the end of one and half at the start of the next are none."""
_RESERVED = frozenset({"__classname__", "__id__"})
"""Keys with a meaning to Airflow's serde, which refuses or decodes a dict that has one."""


def fit(value: Any) -> int:
    """What keeps ``value``; at the top of a row SQLite makes a number of its own of one."""
    found = _fit(value, 0)
    if (type(value) is float and not _is_kept_by_sqlite(value)) or (type(value) is int and value >= 2**63):
        return found & TEXT
    return found


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


def _fit(value: Any, depth: int) -> int:
    kind = type(value)
    if kind is str:
        return _fit_str(value)
    if kind in _ALWAYS:
        return _BOTH
    if kind is int:
        return _BOTH if -(2**63) <= value < 2**64 else NOT
    if kind is float:
        return _fit_float(value)
    if kind is list or kind is dict:
        allowed = _BOTH if depth < MAX_ROW_DEPTH else TEXT if depth < MAX_TEXT_DEPTH else NOT
        return allowed and allowed & (_fit_all(value, depth) if kind is list else _fit_dict(value, depth))
    return NOT


def _fit_str(value: str) -> int:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return NOT if _SURROGATE_PAIR.search(value) else TEXT
    return TEXT if "\x00" in value else _BOTH


def _fit_float(value: float) -> int:
    if not isfinite(value):
        return NOT
    if value == 0.0:
        return _BOTH if copysign(1.0, value) > 0 else TEXT
    return _BOTH if abs(value) < 1e16 else TEXT


def _fit_dict(value: dict[Any, Any], depth: int) -> int:
    if not value:
        return _BOTH
    if set(map(type, value)) != {str}:
        return NOT
    found = _fit_str(_SEPARATOR.join(value)) & _fit_all(value.values(), depth)
    if not _RESERVED.isdisjoint(value) or ("__type" in value and "__var" in value):
        found &= TEXT
    return found & ROW if MARK in value else found


def _fit_all(values: Collection[Any], depth: int) -> int:
    kinds = set(map(type, values))
    if kinds <= _ALWAYS:
        return _BOTH
    if kinds == {str}:
        return _fit_str(_SEPARATOR.join(values))
    if kinds == {int}:
        return _BOTH if min(values) >= -(2**63) and max(values) < 2**64 else NOT
    if kinds == {float} and 0.0 not in values and all(map(isfinite, values)):
        return _BOTH if max(map(abs, values)) < 1e16 else TEXT
    found = _BOTH
    for value in values:
        found &= _fit(value, depth + 1)
        if not found:
            break
    return found
