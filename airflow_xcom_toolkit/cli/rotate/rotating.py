"""Seals rows anew, in batches; each batch is one transaction, and each row in it is replaced only as it was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from ...abc import Coordinate, Json
from ...errors import XComToolkitError
from ...metadata import Change, RowStore, Selection, StoredRow
from ...rotation import Rotation, key_ids

BATCH_ROWS = 500
BATCH_CHARACTERS = 4 * 1024 * 1024
NAMED = 100
"""So many rows that do not open are named; all are counted."""


@dataclass(frozen=True)
class Failure:
    """A row that stays as it is, and why; the reason quotes nothing of it."""

    at: Coordinate
    key_ids: tuple[str, ...]
    problem: str

    def to_json(self) -> dict[str, Any]:
        where = {name: part for name, part in asdict(self.at).items() if name != "instance"}
        return {**where, "key_ids": list(self.key_ids), "problem": self.problem}


@dataclass
class Outcome:
    """How many rows became what. ``rewritten``: by tasks, between their reading and their replacement."""

    newest: str
    dry_run: bool = False
    rows: int = 0
    rotated: int = 0
    already: int = 0
    plaintext: int = 0
    rewritten: int = 0
    failed: int = 0
    failed_by_key: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    def fail(self, row: StoredRow, keys: tuple[str, ...], error: Exception) -> None:
        """Of what is not the toolkit's own error only the type is told: its message may quote the row."""
        self.failed += 1
        self.failed_by_key[getattr(error, "key_id", None) or ", ".join(keys) or "unknown"] += 1
        if len(self.failures) < NAMED:
            own = isinstance(error, XComToolkitError)
            self.failures.append(Failure(row.at, keys, str(error) if own else type(error).__name__))

    def to_json(self) -> dict[str, Any]:
        counts = ("newest", "dry_run", "rows", "rotated", "already", "plaintext", "rewritten", "failed")
        return {
            **{name: getattr(self, name) for name in counts},
            "failed_by_key": dict(self.failed_by_key),
            "failures": [failure.to_json() for failure in self.failures],
        }


def rotate(
    rows: RowStore,
    rotation: Rotation,
    selection: Selection,
    *,
    dry_run: bool = False,
    advance: Callable[[int], None] = lambda count: None,
) -> Outcome:
    """Brings the selected rows under the newest key. What is there already, or is not encrypted, is passed over."""
    outcome = Outcome(rotation.newest, dry_run)
    batch: list[Change] = []
    size = 0
    for row in rows.scan(selection):
        outcome.rows += 1
        new = _resealed(row, rotation, outcome)
        if new is not None:
            batch.append(Change(row, new))
            size += len(row.text)
        if len(batch) >= BATCH_ROWS or size >= BATCH_CHARACTERS:
            _replace(rows, batch, outcome)
            batch, size = [], 0
        advance(1)
    _replace(rows, batch, outcome)
    return outcome


def _resealed(row: StoredRow, rotation: Rotation, outcome: Outcome) -> Json:
    """What is to be in the row's place; ``None`` where it stays."""
    keys: tuple[str, ...] = ()
    try:
        keys = key_ids(row.value)
        new = rotation.resealed(row.value)
    except Exception as e:  # Rows are what anybody wrote; ciphers and their errors are anybody's, too.
        outcome.fail(row, keys, e)
        return None
    if not keys:
        outcome.plaintext += 1
    elif new is row.value:
        outcome.already += 1
    else:
        return new
    return None


def _replace(rows: RowStore, batch: list[Change], outcome: Outcome) -> None:
    if outcome.dry_run:
        outcome.rotated += len(batch)
        return
    replaced = rows.replace(batch) if batch else []
    outcome.rotated += sum(replaced)
    outcome.rewritten += len(replaced) - sum(replaced)
