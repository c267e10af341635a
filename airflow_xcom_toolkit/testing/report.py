"""What the contract reports: of a broken promise, all that a developer needs; of a run, what was kept."""

from __future__ import annotations

import inspect
import json
import reprlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

import pytest

from .base import NOT_APPLICABLE
from .xcoms import Step, XComs

Verdict = dict[str, str]
"""What came of one test: ``test``, ``module``, ``contract``, ``backend``, ``promise``, ``outcome`` and ``reason``."""

_SHORT = 300
_ROW = 2000


def section(item: pytest.Item) -> str:
    """The promise that was broken, with which values, and what the rows were."""
    lines = [f"Backend: {_name(item.cls.backend)}", f"Promise: {_promise(item)}"]  # type: ignore[attr-defined]
    if doc := inspect.getdoc(item.function):  # type: ignore[attr-defined]
        lines.append(f"Of it:   {' '.join(doc.split())}")
    for xcoms in getattr(item.instance, "deployed", ()):  # type: ignore[attr-defined]
        lines += ["", *_story(xcoms)]
    return "\n".join(lines).encode("utf-8", "backslashreplace").decode()


def _story(xcoms: XComs) -> Iterator[str]:
    setup = xcoms.setup
    yield (
        f"{_name(xcoms.backend)}, threshold {setup.threshold}, {len(setup.keys)} key(s), objects below {setup.store}"
    )
    for step in xcoms.steps[-6:]:
        yield f"  {step.action} {step.at}"
        yield from (f"    {name}: {text}" for name, text in _details(step))


def _details(step: Step) -> Iterator[tuple[str, str]]:
    if step.value is not None:
        yield "value", f"{type(step.value).__module__}.{type(step.value).__qualname__} {_shown(step.value)}"
    if step.error is not None:
        yield "raised", _cut(f"{type(step.error).__name__}: {step.error}", _SHORT)
    yield "row", _cut(json.dumps(step.row, ensure_ascii=True, default=repr), _ROW)


def _shown(value: Any) -> str:
    try:
        return _cut(" ".join(_REPR.repr(value).split()), _SHORT)
    except Exception as e:
        return f"<its repr raised {type(e).__name__}>"


_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = _SHORT
_REPR.maxlevel = 6


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"


def _name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _promise(item: pytest.Item) -> str:
    """The promise of the class that defines a test; for an override, of the one that it overrides."""
    name = getattr(item, "originalname", item.name)
    owners = [cls for cls in item.cls.__mro__ if name in vars(cls)]  # type: ignore[attr-defined]
    return next((cls.__dict__["promise"] for cls in reversed(owners) if cls.__dict__.get("promise")), "The contract")


def verdict(item: pytest.Item, report: pytest.TestReport, error: BaseException | None) -> Verdict:
    """What came of a test: ``kept``, ``broken``, ``not applicable``, ``skipped`` or ``excused`` (xfail).

    ``kept, though excused`` is a test whose xfail is no longer needed.
    """
    outcome, reason = _outcome(report, error)
    cls = item.cls  # type: ignore[attr-defined]
    return {
        "test": item.name,
        "module": cls.__module__,
        "contract": cls.__qualname__,
        "backend": _name(cls.backend),
        "promise": _promise(item),
        "outcome": outcome,
        "reason": reason,
    }


def _outcome(report: pytest.TestReport, error: BaseException | None) -> tuple[str, str]:
    if hasattr(report, "wasxfail"):
        return "kept, though excused" if report.passed else "excused", report.wasxfail
    if report.skipped:
        reason = str(report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        if reason.startswith(NOT_APPLICABLE):
            return "not applicable", reason.removeprefix(NOT_APPLICABLE)
        return "skipped", reason
    return ("kept", "") if report.passed else ("broken", _first_line(error))


def _first_line(error: BaseException | None) -> str:
    lines = str(error).strip().splitlines() or [""]
    return _cut(f"{type(error).__name__}: {lines[0]}", _SHORT)


def summary(verdicts: Sequence[Verdict]) -> Iterator[tuple[Mapping[str, bool], str]]:
    """The lines at the end of a run, with their styles."""
    contracts: dict[tuple[str, ...], list[Verdict]] = {}
    for found in verdicts:
        contracts.setdefault((found["module"], found["contract"], found["backend"]), []).append(found)
    for (module, contract, backend), of_it in contracts.items():
        counts = Counter(found["outcome"] for found in of_it)
        told = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
        yield {"bold": True}, f"XCom contract of {backend} ({module}.{contract}): {told}"
        yield from _by_reason(of_it)


def _by_reason(verdicts: Sequence[Verdict]) -> Iterator[tuple[Mapping[str, bool], str]]:
    for found in verdicts:
        if found["outcome"] == "broken":
            yield {"red": True}, f"  broken: {found['promise']} — {found['test']}"
    for outcome in ("kept, though excused", "excused", "skipped", "not applicable"):
        tests: dict[str, list[str]] = {}
        for found in verdicts:
            if found["outcome"] == outcome:
                tests.setdefault(found["reason"], []).append(_function(found))
        ran = {_function(found) for found in verdicts if found["outcome"] in ("kept", "broken")}
        for reason, names in tests.items():
            yield {}, f"  {outcome} ({reason}): {', '.join(_named(names, ran))}"


def _function(verdict: Verdict) -> str:
    return verdict["test"].partition("[")[0]


def _named(tests: Sequence[str], ran: Set[str]) -> Iterator[str]:
    """Each test by its name; of those that ran with other parameters, how many there are."""
    yield from (test for test in dict.fromkeys(tests) if test not in ran)
    if partly := {test for test in tests if test in ran}:
        yield f"and in some of their forms {len(partly)} more"
