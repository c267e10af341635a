"""What a row says of its value: everything but the value."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from .abc import Json, Placement, Reference
from .envelope import Envelope, Header
from .handlers._json import ROW, fit
from .handlers.tree import JSON_TYPE

FOREIGN = "foreign"
"""The type of a value whose row another backend wrote, in a way that only it knows."""


@dataclass(frozen=True)
class Location:
    """Where an object is: the name of its store, its key there, and its URL. Of a foreign object only the URL."""

    store: str | None
    key: str | None
    url: str | None


@dataclass(frozen=True)
class Description:
    """``size`` is in bytes as they are stored: of the object, or of the row's JSON; ``None`` where only a store knows.

    ``location`` is ``None`` for a value that is in its row. What describes the value is not shown.
    """

    type: str = field(repr=False)
    size: int | None
    location: Location | None
    encrypted: bool = False
    summary: dict[str, Json] = field(default_factory=dict, repr=False)
    schema: Json = field(default=None, repr=False)


def described(row: Json, envelope: Envelope, header: Header, placement: Placement, *, encrypted: bool) -> Description:
    """Of a row that the toolkit wrote."""
    body = envelope.body
    if isinstance(body, Reference):
        size, location = body.size, Location(body.store, body.key, placement.url(body))
    else:
        size, location = row_size(row), None
    return Description(header.type, size, location, encrypted, header.summary, header.schema)


def foreign_described(row: Any, url: str | None) -> Description:
    """Of any other row. ``url`` is where its object is, if it refers to one."""
    if url is not None:
        return Description(FOREIGN, None, Location(None, None, url))
    is_json = type(row) in (int, float) or bool(fit(row) & ROW)
    return Description(JSON_TYPE if is_json else FOREIGN, row_size(row), None)


def row_size(row: Json) -> int:
    """Bytes of the row's JSON."""
    return len(row_text(row))


def row_text(row: Json) -> bytes:
    """The row as Airflow sends it."""
    return json.dumps(row).encode()
