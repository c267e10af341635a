"""What a scan found: a line for each XCom of each task."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ...allow_list import allow_line
from .declared import Declaration, declarations
from .hints import text_of
from .samples import Samples, UnknownError
from .trying import CHANGED, KEPT, NOTHING, REFUSED, UNKNOWN, Toolkit, Verdict, stock, worst


@dataclass(frozen=True)
class Finding:
    """What an XCom is declared to be, and what each backend makes of it. ``hint``: what to do, or to know."""

    dag: str
    task: str
    key: str
    declared: str
    stock: Verdict
    toolkit: Verdict
    hint: str = ""

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "stock": vars(self.stock), "toolkit": vars(self.toolkit)}


class Scan:
    """Tries what dags declare."""

    def __init__(self) -> None:
        self._toolkit = Toolkit()

    def of(self, dags: Iterable[Any]) -> Iterator[Finding]:
        for dag in dags:
            yield from map(self._finding, declarations(dag))

    @property
    def allow_line(self) -> str:
        """The line that is missing in ``airflow.cfg``, if one is."""
        return allow_line(" ".join(sorted(self._toolkit.missing))) if self._toolkit.missing else ""

    def _finding(self, one: Declaration) -> Finding:
        if one.nothing:
            return _alike(one, Verdict(NOTHING), one.nothing)
        if one.unknown:
            return _alike(one, Verdict(UNKNOWN), one.unknown)
        try:
            samples = Samples(one.hint)
        except UnknownError as e:
            return _alike(one, Verdict(UNKNOWN), str(e))
        except Exception as e:
            return _alike(one, Verdict(UNKNOWN), f"it cannot be tried ({type(e).__name__}: {e})")
        if not samples.values:
            return _alike(one, Verdict(NOTHING), "it returns None")
        return self._tried(one, samples)

    def _tried(self, one: Declaration, samples: Samples) -> Finding:
        by_stock = worst([stock(value) for value in samples.values])
        by_toolkit = worst([self._toolkit.tried(value) for value in samples.values])
        hints = [_hint(by_stock, by_toolkit), _UNDECLARED if samples.undeclared else ""]
        text = one.text or text_of(one.hint)
        return Finding(one.dag, one.task, one.key, text, by_stock, by_toolkit, "; ".join(filter(None, hints)))


_UNDECLARED = "a part of it is not declared, and was not tried"


def _alike(one: Declaration, verdict: Verdict, hint: str) -> Finding:
    return Finding(one.dag, one.task, one.key, one.text, verdict, verdict, hint)


def _hint(by_stock: Verdict, by_toolkit: Verdict) -> str:
    if by_toolkit.says != KEPT:
        return by_toolkit.why
    return by_stock.why


def counts(found: Iterable[Finding]) -> dict[str, int]:
    """How many are kept by both, by the toolkit alone, by neither; and how many are not known, or nothing."""
    result = dict.fromkeys(("kept_by_both", "kept_by_the_toolkit_alone", "refused_by_the_toolkit", UNKNOWN, NOTHING), 0)
    for one in found:
        result[_kind(one)] += 1
    return result


def _kind(one: Finding) -> str:
    if one.toolkit.says in (UNKNOWN, NOTHING):
        return one.toolkit.says
    if one.toolkit.says in (REFUSED, CHANGED):
        return "refused_by_the_toolkit"
    return "kept_by_both" if one.stock.says == KEPT else "kept_by_the_toolkit_alone"
