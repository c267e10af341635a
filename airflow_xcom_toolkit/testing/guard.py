"""That no promise of the contract is dropped or overridden in silence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .capabilities import CAPABILITIES, Missing

OVERRIDABLE = frozenset(
    {
        *("backend", "store", "offloads", "inlines", "encrypts", "plain", "uses_fsspec"),
        *("reads_toolkit_rows", "reads_stock_rows", "rolls_back", "rollback_allows"),
        *("environment", "forget", "list_objects", "read_object", "write_object", "delete_object", "golden"),
    }
)
"""What a class for a backend is there to say."""


def problems(contract: type, base: type) -> list[str]:
    """What ``contract`` does to tests of ``base`` without a reason; each in words."""
    derived = contract.__mro__[: contract.__mro__.index(base)]
    found = [problem for cls in derived for problem in _overrides(cls, base)]
    return [
        *found,
        *(problem for cls in derived for problem in _on_all(vars(cls).get("pytestmark"), cls.__qualname__)),
    ]


def _overrides(cls: type, base: type) -> Iterator[str]:
    for name, value in vars(cls).items():
        where = f"{cls.__qualname__}.{name}"
        if isinstance(value, Missing) and name not in CAPABILITIES:
            yield f"{where} is no capability; there are {', '.join(CAPABILITIES)}"
        if name.startswith("__") or name in OVERRIDABLE or not hasattr(base, name):
            continue
        if not name.startswith("test_"):
            yield f"{where} replaces a part of the contract that is not there to be overridden"
        elif not callable(value):
            yield f"{where} drops a test; override it, and mark it @pytest.mark.xfail(reason=...)"
        else:
            yield from _unmarked(value, where)


def _unmarked(test: Any, where: str) -> Iterator[str]:
    marks = getattr(test, "pytestmark", [])
    if not any(mark.name == "xfail" for mark in marks):
        yield f"{where} overrides a test; mark it @pytest.mark.xfail(reason=...), so that reports name it"
    yield from _unexplained(marks, where)


def _unexplained(marks: Any, where: str) -> Iterator[str]:
    for mark in marks if isinstance(marks, (list, tuple)) else [marks] if marks else []:
        found: Any = getattr(mark, "mark", mark)
        if found.name in ("skip", "skipif", "xfail") and not _reason(found):
            yield f"{where} is marked {found.name} without a reason"


def _on_all(marks: Any, where: str) -> Iterator[str]:
    """Marks of a class go for each of its tests, and the reason of one is not that of all."""
    yield from _unexplained(marks, where)
    for mark in marks if isinstance(marks, (list, tuple)) else [marks] if marks else []:
        name = getattr(mark, "mark", mark).name  # type: ignore[union-attr]
        if name in ("xfail", "xcom_needs"):
            yield f"{where} is marked {name} as a whole; override the test that it is about"


def _reason(mark: pytest.Mark) -> str:
    said = mark.kwargs.get("reason") or (mark.args[0] if mark.name == "skip" and mark.args else "")
    return str(said).strip()
