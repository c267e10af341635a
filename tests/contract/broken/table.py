"""The table of the broken backends, as the documentation shows it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.contract.pages import part, written

from .registry import Fault
from .running import Results

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "contract-can-fail.md"
PART = "broken backends"


def table(faults: Sequence[Fault], found: Results) -> str:
    """Markdown: what each does, the test that rejects it, and the promise; by promise."""
    rows = sorted(((_promise(fault, found), fault) for fault in faults), key=lambda row: int(row[0].partition(".")[0]))
    lines = [f"| {fault.does} | `{fault.test}` | {promise} |" for promise, fault in rows]
    return "\n".join(["| a backend that … | is rejected by | promise |", "|---|---|---|", *lines])


def committed() -> str:
    """The table on the page."""
    return part(PAGE.read_text(encoding="utf-8"), PART)


def commit(text: str) -> None:
    """Writes the table into the page."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), {PART: text}), encoding="utf-8")


def _promise(fault: Fault, found: Results) -> str:
    return next((one.promise for one in found.get(fault.name, ())), "0. Not run")
