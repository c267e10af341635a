"""One promise about many values, in one test that names every value for which it is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

import pytest


def for_each(names: Iterable[str], check: Callable[[str], None]) -> None:
    """Calls ``check`` with each name. Raises `AssertionError` if any call failed: with which, and why.

    The first that failed is then done once more, so that what the report shows last is about it.
    """
    problems: list[tuple[str, BaseException]] = []
    for name in names:
        try:
            check(name)
        except (Exception, pytest.fail.Exception) as e:  # What was to raise, and did not, is no `Exception`.
            problems.append((name, e))
    if not problems:
        return
    told = "\n".join(f"  {name}: {_told(error)}" for name, error in problems)
    with suppress(Exception, pytest.fail.Exception):
        check(problems[0][0])
    raise AssertionError(f"broken for {len(problems)} value(s):\n{told}") from problems[0][1]


def _told(error: BaseException) -> str:
    text = " ".join(str(error).split())
    says_it_all = isinstance(error, (AssertionError, pytest.fail.Exception))
    return text[:500] if says_it_all else f"{type(error).__name__}: {text[:500]}"
