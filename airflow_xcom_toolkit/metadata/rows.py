"""One row, as the database has it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from ..abc import Coordinate, Json


@dataclass(frozen=True, eq=False)
class StoredRow:
    """The JSON ``text`` of a row, whose it is, and since when. ``identity`` is its primary key in ``table``.

    What is not known of a row in an archive is ``None``. ``at.instance`` is the try that it belongs to, in Airflow 3.4.
    """

    table: str
    identity: tuple[Any, ...]
    at: Coordinate
    timestamp: datetime
    text: str = field(repr=False)
    is_archived: bool = False

    @cached_property
    def value(self) -> Json:
        """The row, parsed: plain JSON, an envelope, a reference of the stock backend."""
        found: Json = json.loads(self.text)
        return found
