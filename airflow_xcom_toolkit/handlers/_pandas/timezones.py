"""How an Arrow file calls a time zone: for other readers; the zone itself is in the column's kind."""

from __future__ import annotations

import datetime
from typing import Any


def arrow_zone(zone: datetime.tzinfo) -> str:
    """A name that every Arrow reader knows; UTC where there is none, for the instants are the same."""
    name: Any = getattr(zone, "key", None) or getattr(zone, "zone", None)
    if isinstance(name, str):
        return name
    offset = zone.utcoffset(None)
    return _hours(offset) if offset else "UTC"


def _hours(offset: datetime.timedelta) -> str:
    minutes, rest = divmod(abs(offset), datetime.timedelta(minutes=1))
    sign = "-" if offset < datetime.timedelta(0) else "+"
    return "UTC" if rest else f"{sign}{minutes // 60:02}:{minutes % 60:02}"
