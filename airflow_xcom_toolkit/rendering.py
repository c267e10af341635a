"""What Airflow shows of a task's arguments, such that it can be sent to where it is stored.

A pulled value may hold what no row can: NaN, integers of any size, halves of surrogate pairs, any depth. Airflow sends
an argument of Python's own types nearly as it is; where that is refused on the way, the task fails before it runs.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from .handlers._json import MAX_ROW_DEPTH

_MIN_INT, _MAX_INT = -(2**63), 2**63 - 1
_MAX_DEPTH = MAX_ROW_DEPTH - 1
"""They are stored as a dict of arguments."""
_TOO_DEEP = "..."


def sendable(value: Any, depth: int = 0) -> Any:
    """``value`` itself if it can be sent; else a copy of its dicts, lists, tuples and sets with text for what cannot.

    Only to be shown: the task gets its arguments as they are. Objects of other classes are left to Airflow.
    """
    if isinstance(value, (dict, list, tuple, set, frozenset)):
        return _container(value, depth + 1) if depth < _MAX_DEPTH else _TOO_DEEP
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return value if _MIN_INT <= value <= _MAX_INT else _integer(value)
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _container(value: Any, depth: int) -> Any:
    if isinstance(value, dict):
        items = [(_key(key, depth), sendable(part, depth)) for key, part in value.items()]
        same = all(new[0] is old[0] and new[1] is old[1] for new, old in zip(items, value.items()))
        return value if same else dict(items)
    if _are_sent(value):
        return value
    parts = [sendable(part, depth) for part in value]
    return value if all(new is old for new, old in zip(parts, value)) else parts


def _are_sent(values: Collection[Any]) -> bool:
    """Whether these are numbers of one type that are sent as they are: the quick way for very many of them."""
    kinds = set(map(type, values))
    if kinds == {int}:
        return bool(min(values) >= _MIN_INT and max(values) <= _MAX_INT)
    return kinds == {float} and all(map(math.isfinite, values))


def _key(key: Any, depth: int) -> Any:
    """A tuple or frozenset that was changed is a list, which no dict takes as a key."""
    shown = sendable(key, depth)
    return str(shown) if isinstance(shown, list) else shown


def _text(text: str) -> str:
    """Lone surrogates and NUL as Python escapes them."""
    if text.isascii() and "\0" not in text:
        return text
    sent = text.encode("utf-8", "backslashreplace").decode().replace("\0", r"\x00")
    return text if sent == text else sent


def _integer(value: int) -> str:
    try:
        return str(value)
    except ValueError:  # Python writes no more than some thousand digits.
        return f"an integer of {value.bit_length()} bits"
