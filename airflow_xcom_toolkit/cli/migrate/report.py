"""What became of the rows, counted; and the first of those that stay as they are, by name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from rich.table import Table

from ...metadata import StoredRow
from .. import words
from ..console import Consoles

NAMED = 100
"""So many rows are named of each kind of problem; all are counted."""


@dataclass
class Report:
    """``rows`` and ``size`` are by what was done. ``overwritten``: a task wrote the row meanwhile; it stays as that."""

    to: str
    dry_run: bool
    seen: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    size: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    overwritten: int = 0
    remaining: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    named: list[dict[str, Any]] = field(default_factory=list)
    old_deleted: int = 0
    old_left: int = 0

    @property
    def changed(self) -> int:
        return sum(self.rows.values())

    def change(self, what: tuple[str, ...], nbytes: int) -> None:
        self.rows[", ".join(what)] += 1
        self.size[", ".join(what)] += nbytes

    def remain(self, row: StoredRow, problem: str) -> None:
        """It is readable, and not all that was asked for."""
        self.remaining[problem] += 1
        self._name(self.remaining[problem], "remains", row, problem)

    def fail(self, row: StoredRow, problem: str) -> str:
        """It is left as it was. Gives what to say of it now, if it is to be named."""
        self.failed += 1
        self._name(self.failed, "failed", row, problem)
        return f"{row.at}: {problem}" if self.failed <= NAMED else ""

    def _name(self, count: int, kind: str, row: StoredRow, problem: str) -> None:
        if count <= NAMED:
            at = row.at
            where = {"dag_id": at.dag_id, "run_id": at.run_id, "task_id": at.task_id, "map_index": at.map_index}
            self.named.append({"kind": kind, **where, "key": at.key, "problem": problem})

    def to_json(self) -> dict[str, Any]:
        return {
            "to": self.to,
            "dry_run": self.dry_run,
            "rows": self.seen,
            "changed": {what: {"rows": count, "bytes": self.size[what]} for what, count in self.rows.items()},
            "unchanged": self.unchanged,
            "overwritten_meanwhile": self.overwritten,
            "remaining": dict(self.remaining),
            "failed": self.failed,
            "named": self.named,
            "old_objects": {"deleted": self.old_deleted, "left_for_gc": self.old_left},
        }

    def show(self, consoles: Consoles) -> None:
        """For people."""
        table = Table("Rows", "Bytes", "What was done" if not self.dry_run else "What would be done")
        for column in table.columns[:2]:
            column.justify = "right"
        for what, count in self.rows.most_common():
            table.add_row(f"{count:,}", words.size(self.size[what]), what)
        if self.unchanged or not self.rows:
            table.add_row(f"{self.unchanged:,}", "", "nothing: they are as they are to be")
        for problem, count in self.remaining.most_common():
            table.add_row(f"{count:,}", "", f"[yellow]need the toolkit still[/]: {problem}")
        if self.overwritten:
            table.add_row(f"{self.overwritten:,}", "", "nothing: a task wrote them meanwhile; run this again")
        if self.failed:
            table.add_row(f"{self.failed:,}", "", "[red]nothing, because of a problem: see above[/]")
        consoles.output.print(table)
        if self.old_deleted or self.old_left:
            left = f", {self.old_left:,} left for gc" if self.old_left else ""
            consoles.output.print(f"Old objects: {self.old_deleted:,} deleted{left}")
