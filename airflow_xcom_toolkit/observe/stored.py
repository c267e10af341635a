"""What a row shows to everyone who may read it: where its value is, and how much. Of an encrypted one no more."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..envelope import is_envelope


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a value is (see `names.PLACES`). ``codecs``, ``store`` and ``key`` are those of its object."""

    place: str
    row_bytes: int
    object_bytes: int = 0
    type: str | None = None
    is_encrypted: bool = False
    codecs: tuple[str, ...] = ()
    store: str | None = None
    key: str | None = None


def stored(row: Any, is_reference: Callable[[str], bool]) -> Stored:
    """Of any row. ``is_reference`` tells a text that is another backend's reference to an object."""
    if is_envelope(row) and isinstance(row.get("__data__"), Mapping):
        return _of_envelope(row, row["__data__"])
    is_foreign = is_reference(row) if isinstance(row, str) else isinstance(row, dict) and "__classname__" in row
    return Stored("foreign" if is_foreign else "plain", len(json.dumps(row)))


def _of_envelope(row: Mapping[str, Any], data: Mapping[str, Any]) -> Stored:
    body = data.get("body") or {}
    size = body.get("size")
    return Stored(
        place="in_row" if size is None else "offloaded",
        row_bytes=_row_bytes(row, data, body),
        object_bytes=size or 0,
        type=None if "sealed" in data else _shown(data["type"]),
        is_encrypted="sealed" in data,
        codecs=tuple(_shown(codec["name"]) for codec in data["codecs"]),
        store=_shown(body["store"]) if size is not None else None,
        key=_shown(body["key"]) if size is not None else None,
    )


def _row_bytes(row: Mapping[str, Any], data: Mapping[str, Any], body: Mapping[str, Any]) -> int:
    """Of its JSON, without a copy of a body in it, which may be large and is ASCII without escapes."""
    held = {name: body[name] for name in ("data", "token") if name in body}
    slim = {**row, "__data__": {**data, "body": data.get("body") and {**body, **dict.fromkeys(held, "")}}}
    return len(json.dumps(slim)) + sum(map(len, held.values()))


def _shown(name: Any) -> str:
    """A name from a row, which anyone may have written, on one line."""
    return ascii(name)[1:-1] if isinstance(name, str) else type(name).__name__
