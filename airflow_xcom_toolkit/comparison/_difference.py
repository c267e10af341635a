"""What the comparisons share: parts that are left to compare, and how a difference is told."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

Pair = tuple[Any, Any, str]
Pairs = Iterable[Pair]
"""What is left to compare: two parts, and where they are."""

Comparison = Callable[[Any, Any, str], Pairs]
"""Raises at a difference, and gives the parts that have to agree too; each is compared before the next is asked for."""

_WIDTH = 200


class Different(Exception):
    """Where a value differs first from another, and both sides, cut where they are long.

    ``problem`` says how they differ, and quotes neither.
    """

    def __init__(self, path: str, message: str, problem: str = "another value") -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.problem = problem


class _Short(reprlib.Repr):
    """Cuts a value before it is printed, not after, where it may be huge."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 120
        self.maxlong = 60

    def repr_int(self, x: int, level: int) -> str:
        return super().repr_int(x, level) if x.bit_length() < 10_000 else f"<an int of {x.bit_length()} bits>"

    def repr_bytes(self, x: bytes, level: int) -> str:
        return repr(x) if len(x) <= 60 else f"{x[:30]!r}...{x[-20:]!r}"

    repr_bytearray = repr_bytes


_SHORT = _Short()


def short(value: Any) -> str:
    """``repr(value)`` on one line, cut where it is long."""
    text = " ".join(_SHORT.repr(value).split("\n"))
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 23]}...{text[-20:]}"


def differ(path: str, actual: Any, expected: Any, note: str = "") -> NoReturn:
    """Raises with the place and both sides; with their types, where these differ."""
    ours, theirs = short(actual), short(expected)
    problem = "another value"
    if type(actual) is not type(expected):
        ours, theirs = f"{ours} ({_name(type(actual))})", f"{theirs} ({_name(type(expected))})"
        problem = f"{_name(type(actual))} instead of {_name(type(expected))}"
    raise Different(path, f"{ours} instead of {theirs}{note and f' ({note})'}", problem)


def _name(kind: type) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def expect_equal(actual: Any, expected: Any, path: str) -> None:
    """Raises where two plain attributes differ in value or in type."""
    if type(actual) is not type(expected) or actual != expected:
        differ(path, actual, expected)


def same_items(actual: Iterable[Any], expected: Iterable[Any], path: str) -> Pairs:
    """Two sequences, item by item."""
    ours, theirs = list(actual), list(expected)
    if len(ours) != len(theirs):
        problem = f"{len(ours)} items instead of {len(theirs)}"
        raise Different(path, problem, problem)
    return [(one, other, f"{path}[{index}]") for index, (one, other) in enumerate(zip(ours, theirs))]


def same_attributes(*names: str) -> Comparison:
    """A comparison of these attributes, whatever they are."""

    def compare(actual: Any, expected: Any, path: str) -> Pairs:
        return [(getattr(actual, name), getattr(expected, name), f"{path}.{name}") for name in names]

    return compare


def same_object(actual: Any, expected: Any, path: str) -> Pairs:
    """For what is one object: a class, a function, a constant."""
    if actual is not expected:
        differ(path, actual, expected, "not the same object")
    return ()


def same_equal(actual: Any, expected: Any, path: str) -> Pairs:
    """For what tells itself whether it is equal."""
    expect_equal(actual, expected, path)
    return ()
