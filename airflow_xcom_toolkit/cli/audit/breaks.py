"""Values that Airflow's own backends break on, as far as a row still shows it.

Not to be seen in a row, because the loss came before it: the keys of a dict that were no strings, a named tuple, a
top-level ``1.0`` that SQLite keeps as ``1``, a float that PostgreSQL keeps as an integer of 64 bits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from math import copysign, isfinite
from typing import Any

from ...allow_list import is_allowed
from ...errors import StorageError, UntrustedReferenceError
from ...foreign import ForeignRows, looks_like_a_reference
from ...handlers._json import MAX_ROW_DEPTH, ROW, fit
from .configured import BASE, Configured

PACKET = 16 * 1024**2
_CLASS, _VERSION = "__classname__", "__version__"
_OLD = frozenset({"__type", "__var"})
_COMPLEX = frozenset({"numpy.complex64", "numpy.complex128"})


@dataclass(frozen=True)
class Check:
    """``what`` is found in a row, and ``why`` that is bad, under which backend."""

    what: str
    why: str


CHECKS = {
    "reference-elsewhere": Check(
        "A text that looks like a reference of the stock backend, not below its path",
        "If it is one, the path was changed since: every pull gets the text itself as the value. If a task pushed it, "
        "the stock backend follows it once its path is there, and deletes the object when the XCom is deleted.",
    ),
    "reference-other-connection": Check(
        "A reference of the stock backend with another connection than its path has",
        "The stock backend does not follow it: every pull gets the text itself as the value.",
    ),
    "reference-leaves": Check(
        "A reference that leaves the path of the stock backend",
        "The stock backend may read, and delete, what is outside. The toolkit refuses it.",
    ),
    "text-below-path": Check(
        "A text below the path of the stock backend that it did not write as a reference",
        "It is followed all the same: a pull gets what is in the file, and deleting the XCom deletes the file.",
    ),
    "reference-not-followed": Check(
        "A reference of the stock backend, and BaseXCom is configured",
        "Every pull gets the reference itself as the value.",
    ),
    "object-gone": Check(
        "A reference of the stock backend whose object is gone",
        "The stock backend gives the reference as the value, without an error. The toolkit raises ObjectMissingError.",
    ),
    "envelope-not-allowed": Check(
        "An envelope of the toolkit, and neither a backend of it is configured nor its class allowed",
        "Every pull fails. Add airflow_xcom_toolkit.* to [core] allowed_deserialization_classes.",
    ),
    "class-not-allowed": Check(
        "An object of a class that Airflow may not import here",
        "Every pull fails with an ImportError that names the class. Add it to [core] allowed_deserialization_classes, "
        "if you trust it.",
    ),
    "class-unreadable": Check(
        "A dict that looks like an object of Airflow's serialization, and is none",
        "Every pull fails.",
    ),
    "old-serialization": Check(
        "A dict with the keys __type and __var",
        "Airflow takes it for a value of Airflow 2: it comes back changed, or the pull fails.",
    ),
    "complex-number": Check(
        "A complex number of numpy",
        "Airflow's serialization keeps its real part alone.",
    ),
    "nul": Check(
        "A text with NUL",
        "PostgreSQL refuses it: the task fails there, and so does moving the database to it.",
    ),
    "surrogate": Check("A text with a lone surrogate", "A task cannot pull it, nor push one: it has no UTF-8."),
    "large-integer": Check(
        "An integer of more than 64 bits",
        "A task cannot pull it, nor push one. On PostgreSQL it may have been a float such as 1e300.",
    ),
    "not-finite": Check(
        "NaN or Infinity",
        "It is no JSON: a task cannot push one, nor pull it, and PostgreSQL and MySQL refuse it.",
    ),
    "float-on-postgresql": Check(
        "A float that prints with an exponent, or -0.0",
        "PostgreSQL changes it: 1e+20 becomes an integer, -0.0 becomes 0.0.",
    ),
    "number-on-sqlite": Check(
        "A row that is nothing but a number that SQLite may have changed",
        "SQLite keeps such a row as a number of its own: it may differ in the last digit, or in its type.",
    ),
    "deep": Check(
        f"Nested more than {MAX_ROW_DEPTH} deep",
        "MariaDB refuses 32 levels, MySQL 101; from some 200 on a task cannot pull it.",
    ),
    "larger-than-a-packet": Check(
        "A row of more than 16 MiB",
        "MariaDB refuses it, unless max_allowed_packet was raised; everywhere it is slow, and held in memory at once.",
    ),
}
"""By name, in the order in which they are shown."""


class Breaks:
    """Looks at rows that the toolkit did not write."""

    def __init__(self, configured: Configured, database: str) -> None:
        self._configured = configured
        self._is_sqlite = database == "sqlite"
        self._foreign = ForeignRows(configured.path)
        self._is_allowed = lru_cache(10_000)(is_allowed)
        self._base = configured.path.rstrip("/") + "/" if configured.path else None

    def of(self, value: Any) -> set[str]:
        """The names of the checks that find something in the row."""
        found = set(self._of_text(value)) if type(value) is str else set()
        if not fit(value) & ROW:
            found |= set(_inside(value, self._is_allowed))
            if self._is_sqlite and type(value) in (int, float) and "not-finite" not in found:
                found.add("number-on-sqlite")
        return found

    def url(self, value: Any) -> str | None:
        """Where the object of a row of the stock backend is, if the row is a reference below its path."""
        try:
            return self._foreign.url(value)
        except (StorageError, UntrustedReferenceError):
            return None

    def _of_text(self, text: str) -> Iterator[str]:
        if "://" not in text:
            return
        try:
            is_reference = self._foreign.url(text) is not None
        except StorageError:
            yield "reference-other-connection"
        except UntrustedReferenceError:
            yield "reference-leaves"
        else:
            if is_reference and self._configured.kind == BASE:
                yield "reference-not-followed"
            elif not is_reference and self._base and text.startswith(self._base):
                yield "text-below-path"
            elif not is_reference and looks_like_a_reference(text):
                yield "reference-elsewhere"


def _inside(value: Any, is_allowed: Callable[[str], bool]) -> Iterator[str]:
    """Of what is anywhere in a value, level by level."""
    level, depth = [value], 0
    while level:
        containers = [one for one in level if type(one) in (dict, list)]
        for one in level:
            yield from _SCALARS.get(type(one), _of_nothing)(one)
        for one in containers:
            if type(one) is dict:
                yield from _of_dict(one, is_allowed)
        depth += 1
        if containers and depth > MAX_ROW_DEPTH:
            yield "deep"
        level = [part for one in containers for part in _parts(one)]


def _parts(container: Any) -> Iterator[Any]:
    return chain(container.keys(), container.values()) if type(container) is dict else iter(container)


def _of_dict(found: dict[str, Any], is_allowed: Callable[[str], bool]) -> Iterator[str]:
    if found.keys() >= _OLD:
        yield "old-serialization"
    if not found.keys() >= {_CLASS, _VERSION}:
        return
    name = found[_CLASS]
    if not isinstance(name, str) or not name or not isinstance(found[_VERSION], int):
        yield "class-unreadable"
    elif not is_allowed(name):
        yield "class-not-allowed"
    elif name in _COMPLEX:
        yield "complex-number"


def _of_nothing(value: Any) -> Iterator[str]:
    return iter(())


def _of_str(text: str) -> Iterator[str]:
    if "\x00" in text:
        yield "nul"
    if _SURROGATE.search(text):
        yield "surrogate"


def _of_int(number: int) -> Iterator[str]:
    if not -(2**63) <= number < 2**64:
        yield "large-integer"


def _of_float(number: float) -> Iterator[str]:
    if not isfinite(number):
        yield "not-finite"
    elif abs(number) >= 1e16 or (number == 0.0 and copysign(1.0, number) < 0):
        yield "float-on-postgresql"


_SURROGATE = re.compile("[\ud800-\udfff]")
_SCALARS: dict[type, Callable[[Any], Iterator[str]]] = {str: _of_str, int: _of_int, float: _of_float}
