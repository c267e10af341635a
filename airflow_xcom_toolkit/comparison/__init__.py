"""Strict equality: what "comes back as it was pushed" means.

Needs no test framework, and works the same under ``python -O``.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from functools import cache
from importlib import import_module
from typing import Any

from ._difference import Comparison, Different, Pair, Pairs, differ
from ._python import COMPARISONS, same_enum, same_mapping_in_any_order, same_object_state

__all__ = ["Different", "difference", "is_same"]

_END = (None, None, None)
_LIBRARIES = ("numpy", "pandas", "pyarrow", "polars")


def difference(actual: Any, expected: Any, path: str = "value", *, key_order: bool = True) -> Different | None:
    """Where ``actual`` differs first from the very type and value of ``expected``, all the way down; nothing if not.

    NaN equals a NaN of the same bits and nothing else, ``-0.0`` differs from ``0.0``, ``True`` from ``1``; dicts agree
    in the order of their keys too. Of numpy, pandas, Arrow and polars: dtypes, byte and memory order, every bit of
    every element, names, ``freq``, ``attrs`` and flags. Nesting may be of any depth, and a value may contain itself.

    ``key_order=False`` lets plain dicts of text keys come back in another order, as JSON does from some databases.
    """
    try:
        _compare(actual, expected, path, key_order)
    except Different as e:
        return e
    return None


def is_same(actual: Any, expected: Any, *, key_order: bool = True) -> bool:
    """Whether there is no `difference`."""
    return difference(actual, expected, key_order=key_order) is None


def _compare(actual: Any, expected: Any, path: str, key_order: bool) -> None:
    left: list[Iterator[Pair]] = [iter([(actual, expected, path)])]
    seen: dict[tuple[int, int], tuple[Any, Any]] = {}
    while left:
        one, other, where = next(left[-1], _END)
        if where is None:
            left.pop()
        elif one is not other and (id(one), id(other)) not in seen:
            parts = _parts(one, other, where, key_order)
            if parts:
                seen[id(one), id(other)] = one, other  # Which also keeps the ids from being used again.
                left.append(iter(parts))


def _parts(actual: Any, expected: Any, path: str, key_order: bool) -> Pairs:
    if type(actual) is not type(expected):
        differ(path, actual, expected)
    return _comparison(type(expected), key_order)(actual, expected, path)  # type: ignore[arg-type]


@cache
def _comparison(kind: type, key_order: bool) -> Comparison:
    """By the nearest base that has one."""
    if issubclass(kind, Enum):
        return same_enum
    if kind is dict and not key_order:
        return same_mapping_in_any_order
    for base in kind.__mro__:
        compare = _comparisons(base.__module__.partition(".")[0]).get(base)
        if compare is not None:
            return compare
    return same_object_state


@cache
def _comparisons(root: str) -> dict[type, Comparison]:
    """Those for the types of one library, loaded when one of its values is met."""
    if root not in _LIBRARIES:
        return COMPARISONS
    found: dict[type, Comparison] = import_module(f"._{root}", __name__).COMPARISONS
    return found
