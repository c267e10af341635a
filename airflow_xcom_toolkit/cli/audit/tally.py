"""Adds up what is seen of each row; in bounded memory, however many there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...metadata import StoredRow
from .breaks import CHECKS
from .configured import Configured
from .groups import MOST_NAMES, Count, First, Groups
from .seen import MALFORMED, UNNAMED, Seen
from .sizes import Sizes
from .thresholds import Thresholds

PERCENTILES = {"p50": 50, "p90": 90, "p95": 95, "p99": 99, "p99.9": 99.9}
EXAMPLES = 3
NAMED = 100
"""So many rows that nobody can read are named; all are counted."""


@dataclass
class Dated(Count):
    """And when the newest was written."""

    newest: datetime | None = None

    def add(self, seen: Seen) -> None:
        super().add(seen)
        if self.newest is None or seen.timestamp > self.newest:
            self.newest = seen.timestamp

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "newest": self.newest.isoformat() if self.newest else None}


class Tally:
    """Of the rows of one deployment. Those of archives are counted by table, and nowhere else."""

    def __init__(self, configured: Configured, top: int) -> None:
        self._configured, self._top = configured, top
        self._total = Dated()
        self._objects = self._unknown = 0
        self._sizes = {name: Sizes() for name in ("value", "row", "stored")}
        self._thresholds = Thresholds(configured.threshold)
        self._groups = {name: Groups() for name in _GROUPED}
        self._unknown_stores = Groups()
        self._keys: dict[str | None, Dated] = {}
        self._days: dict[str, Count] = {}
        self._breaks: dict[str, First[Seen]] = {}
        self._malformed: First[Seen] = First(NAMED)
        self._largest: dict[str, First[Seen]] = {"row": First(top), "stored": First(top)}
        self._archives: dict[str, Count] = {}

    def add(self, row: StoredRow, seen: Seen) -> None:
        if row.is_archived:
            self._archives.setdefault(row.table, Count()).add(seen)
            return
        self._total.add(seen)
        self._add_sizes(seen)
        self._add_to_groups(seen)
        self._days.setdefault(seen.timestamp.date().isoformat(), Count()).add(seen)
        self._add_to_findings(seen)

    def _add_sizes(self, seen: Seen) -> None:
        self._objects += seen.object_bytes != 0
        self._unknown += seen.object_bytes is None
        self._sizes["row"].add(seen.row_bytes)
        if seen.object_bytes is not None:
            self._sizes["stored"].add(seen.stored_bytes)
        if seen.value_bytes is not None:
            self._sizes["value"].add(seen.value_bytes)
            self._thresholds.add(seen)

    def _add_to_groups(self, seen: Seen) -> None:
        for name, of in _GROUPED.items():
            if (found := of(seen)) is not None:
                self._groups[name].add(found, seen)
        if seen.store is not None and seen.store not in self._configured.stores:
            self._unknown_stores.add(seen.store, seen)
        if seen.kind != MALFORMED:
            is_kept = seen.key_id in self._keys or len(self._keys) < MOST_NAMES
            self._keys.setdefault(seen.key_id if is_kept else UNNAMED, Dated()).add(seen)

    def _add_to_findings(self, seen: Seen) -> None:
        for check in seen.breaks:
            self._breaks.setdefault(check, First(EXAMPLES)).add(seen.order, seen)
        if seen.kind == MALFORMED:
            self._malformed.add(seen.order, seen)
        self._largest["row"].add((-seen.row_bytes, seen.order), seen)
        self._largest["stored"].add((-seen.stored_bytes, seen.order), seen)

    def report(self) -> dict[str, Any]:
        """As JSON: the one source of what is printed, and of the page."""
        archives = [{"table": name, **self._archives[name].to_json()} for name in sorted(self._archives)]
        return {
            "configured": self._configured.to_json(),
            "totals": {**self._total.to_json(), "objects": self._objects, "objects_of_unknown_size": self._unknown},
            "malformed": {"rows": self._malformed.seen, "named": [_problem(seen) for seen in self._malformed.things]},
            "breaks": [_break(check, self._breaks[check]) for check in CHECKS if check in self._breaks],
            "sizes": {name: _percentiles(sizes) for name, sizes in self._sizes.items()},
            "distribution": self._thresholds.distribution(),
            "thresholds": self._thresholds.report(),
            **{name: groups.report(self._top) for name, groups in self._groups.items()},
            "unknown_stores": self._unknown_stores.report(self._top),
            "keys": [self._key(key_id) for key_id in sorted(self._keys, key=lambda key_id: key_id or "")],
            "days": [{"day": day, **self._days[day].to_json()} for day in sorted(self._days)],
            "largest": {name: [_sized(seen) for seen in first.things] for name, first in self._largest.items()},
            "archives": archives,
        }

    def _key(self, key_id: str | None) -> dict[str, Any]:
        """``key_id`` is ``None`` for what is not encrypted."""
        is_here = self._configured.has_key(key_id) if key_id is not None else None
        return {"key_id": key_id, "is_here": is_here, **self._keys[key_id].to_json()}


_GROUPED: dict[str, Callable[[Seen], str | None]] = {
    "by_kind": lambda seen: seen.kind,
    "by_type": lambda seen: seen.type,
    "by_dag": lambda seen: seen.at.dag_id,
    "by_task": lambda seen: f"{seen.at.dag_id}.{seen.at.task_id}",
    "by_key": lambda seen: seen.at.key,
    "by_version": lambda seen: None if seen.version is None else str(seen.version),
    "by_codec": lambda seen: seen.codecs,
    "by_store": lambda seen: seen.store,
}


def _percentiles(sizes: Sizes) -> dict[str, int]:
    found = {name: sizes.percentile(percent) for name, percent in PERCENTILES.items()}
    return {"count": sizes.count, "total": sizes.total, **found, "max": sizes.largest}


def _break(name: str, found: First[Seen]) -> dict[str, Any]:
    check = CHECKS[name]
    examples = [seen.where() for seen in found.things]
    return {"check": name, "rows": found.seen, "what": check.what, "why": check.why, "examples": examples}


def _problem(seen: Seen) -> dict[str, Any]:
    return {**seen.where(), "problem": seen.problem}


def _sized(seen: Seen) -> dict[str, Any]:
    return {**seen.where(), "type": seen.type, "row_bytes": seen.row_bytes, "stored_bytes": seen.stored_bytes}
