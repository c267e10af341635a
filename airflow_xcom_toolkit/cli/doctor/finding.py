"""What a check finds, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

OK, NOTE, SKIPPED, WARNING, FAILED = "ok", "note", "skipped", "warning", "failed"
STATUSES = (OK, NOTE, SKIPPED, WARNING, FAILED)
"""From good to bad. A note is for the reader, and neither good nor bad; what is skipped could not be looked at."""


@dataclass(frozen=True)
class Finding:
    """One line of the report. ``remedy`` is what to do; ``data`` is for programs. None of them shows a secret."""

    status: str
    text: str
    remedy: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"status": self.status, "text": self.text, "remedy": self.remedy or None, **self.data}


def ok(text: str, **data: Any) -> Finding:
    return Finding(OK, text, data=data)


def note(text: str, remedy: str = "", **data: Any) -> Finding:
    return Finding(NOTE, text, remedy, data)


def skipped(text: str, remedy: str = "", **data: Any) -> Finding:
    return Finding(SKIPPED, text, remedy, data)


def warning(text: str, remedy: str, **data: Any) -> Finding:
    return Finding(WARNING, text, remedy, data)


def failed(text: str, remedy: str, **data: Any) -> Finding:
    return Finding(FAILED, text, remedy, data)


class Blocked(Exception):
    """A check cannot look: what it needs is not to be had, which another check has said, or says now."""


@dataclass(frozen=True)
class Checked:
    """A check, and all that it found."""

    name: str
    title: str
    findings: tuple[Finding, ...]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        findings = [finding.to_json() for finding in self.findings]
        return {"check": self.name, "title": self.title, "seconds": round(self.seconds, 3), "findings": findings}


def guarded(find: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """What ``find`` finds, as far as it comes. A check that breaks is a failure of its own, and ends no other."""
    try:
        yield from find()
    except Blocked as e:
        yield skipped(str(e))
    except Exception as e:
        yield failed(
            f"The check itself broke off with {named(e)}{_where(e)}.",
            "Run it again with this check alone (--only). If it stays, it is an error of the toolkit: report it.",
        )


def named(error: BaseException) -> str:
    """The type of an error. What it says may quote anything, and is not told."""
    module = type(error).__module__
    return type(error).__name__ if module == "builtins" else f"{module}.{type(error).__name__}"


def _where(error: BaseException) -> str:
    """The line that raised it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f" (in {trace.tb_frame.f_globals.get('__name__')}, line {trace.tb_lineno})"


def import_said(error: BaseException) -> str:
    """Of an error of an import also what it says: names of modules, and nothing else."""
    is_plain = isinstance(error, (ImportError, AttributeError))
    return f"{named(error)}: {first_line(error)}" if is_plain else named(error)


def first_line(error: BaseException) -> str:
    """What an error says, on one line and not at length."""
    return " ".join(str(error).split())[:600]
