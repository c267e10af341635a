"""The rows, as the metadata database has them, and the objects they refer to."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..abc import Reference
from ..envelope import Envelope, Sealed, is_envelope


@dataclass(frozen=True)
class Row:
    """One row: the bytes of its text, and what the envelope says without a key."""

    text: bytes

    @cached_property
    def value(self) -> Any:
        return json.loads(self.text)

    @cached_property
    def envelope(self) -> Envelope | None:
        return Envelope.from_row(self.value) if is_envelope(self.value) else None

    @property
    def key_id(self) -> str | None:
        """Which key opens the row, if it is encrypted."""
        header = self.envelope.header if self.envelope else None
        return header.key_id if isinstance(header, Sealed) else None

    def object_in(self, store: Path) -> Path | None:
        """The file of the object, if the value has one."""
        body = self.envelope.body if self.envelope else None
        return store / body.key if isinstance(body, Reference) else None


def rows_of(database: Path, dag_id: str) -> dict[str, Row]:
    """The rows that the tasks of ``dag_id`` returned, by task."""
    query = "SELECT task_id, CAST(value AS BLOB) FROM xcom WHERE dag_id = ? AND key = 'return_value'"
    with closing(sqlite3.connect(database)) as connection:
        return {task_id: Row(text) for task_id, text in connection.execute(query, (dag_id,))}


def shortened(value: Any) -> Any:
    """The JSON ``value``, with its long strings cut, and their lengths told."""
    if isinstance(value, dict):
        return {key: shortened(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [shortened(entry) for entry in value]
    if isinstance(value, str) and len(value) > 100:
        return f"{value[:60]}… ({len(value):,} characters)"
    return value
