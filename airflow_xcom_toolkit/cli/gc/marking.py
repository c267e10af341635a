"""What rows refer to: the objects of envelopes, wherever one is in a row, and those of the stock backend's rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ...abc import Reference
from ...envelope import CLASSNAME, Envelope, is_envelope
from ...errors import EnvelopeError
from ...foreign import looks_like_a_reference
from ...metadata import StoredRow
from .stores import Stores

SHOWN = 20


@dataclass
class Marks:
    """Goes through rows. ``unreadable`` are the first of those that may refer to anything."""

    stores: Stores
    rows: int = 0
    in_use: set[str] = field(default_factory=set)
    unknown: dict[str, int] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    unreadable_rows: int = 0

    def places(self, row: StoredRow) -> list[str]:
        """Where the objects are that it refers to."""
        self.rows += 1
        try:
            return [place for one in _referring(row) for place in self._of(one)]
        except (EnvelopeError, ValueError, RecursionError) as e:
            self.unreadable_rows += 1
            if len(self.unreadable) < SHOWN:
                self.unreadable.append(f"{_named(row)}: {e if isinstance(e, EnvelopeError) else 'it is no JSON'}")
            return []

    def _of(self, found: str | Reference) -> list[str]:
        if isinstance(found, str):
            place = self.stores.place_of(found)
            self.in_use.update(store.name for store in self.stores if place.startswith(store.place("")))
            return [place]
        if self.stores.knows(found.store):
            self.in_use.add(found.store)
        else:
            self.unknown[found.store] = self.unknown.get(found.store, 0) + 1
        return self.stores.places(found)


def _referring(row: StoredRow) -> Iterator[str | Reference]:
    """The references of a row: URLs of the stock backend, or the toolkit's own. Most rows are not even parsed."""
    if CLASSNAME not in row.text and not (row.text.startswith('"') and "://" in row.text):
        return
    if isinstance(row.value, str):
        yield from [row.value] if looks_like_a_reference(row.value) else []
    for found in _envelopes(row.value):
        body = Envelope.from_row(found).body
        if isinstance(body, Reference):
            yield body


def _envelopes(value: Any) -> Iterator[dict[str, Any]]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if is_envelope(one):
            yield one
        elif isinstance(one, (dict, list)):
            waiting += one.values() if isinstance(one, dict) else one


def _named(row: StoredRow) -> str:
    if row.at.dag_id is None:
        return f"the row {row.identity[0]} of {row.table}"
    return f"{row.at}, in {row.table}" if row.is_archived else str(row.at)
