"""What an audit notes of one row: whose it is, how large, of what kind. Nothing of its value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...abc import Coordinate

PLAIN = "plain JSON"
SERDE = "Airflow's serde"
STOCK = "stock reference"
IN_ROW = "envelope"
IN_OBJECT = "envelope and object"
MALFORMED = "malformed"

ENCRYPTED = "encrypted"
"""The type of a value that only a key tells more about."""
UNNAMED = "(an odd name)"


@dataclass(frozen=True)
class Seen:
    """``object_bytes`` is 0 without an object, ``None`` where only a store knows. A threshold is compared with
    ``value_bytes``."""

    at: Coordinate
    timestamp: datetime
    kind: str
    type: str
    row_bytes: int
    value_bytes: int | None
    object_bytes: int | None = 0
    version: int | None = None
    key_id: str | None = None
    codecs: str | None = None
    store: str | None = None
    breaks: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def stored_bytes(self) -> int:
        """In the database and in a store, as far as it is known."""
        return self.row_bytes + (self.object_bytes or 0)

    @property
    def order(self) -> tuple[Any, ...]:
        """The same on every database, whose own order of texts may be another."""
        at = self.at
        index = -1 if at.map_index is None else at.map_index
        return at.dag_id or "", at.run_id or "", at.task_id or "", index, at.key or "", at.instance or ""

    def where(self) -> dict[str, Any]:
        at = self.at
        found = {"dag": at.dag_id, "run": at.run_id, "task": at.task_id, "map_index": at.map_index, "key": at.key}
        return {**found, "instance": at.instance} if at.instance else found
