"""Looks at rows: what each is, without its value."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from typing import Any

from ...abc import Reference
from ...envelope import Envelope, Sealed, is_envelope
from ...errors import EnvelopeError, XComToolkitError
from ...metadata import StoredRow
from ...placement.paths import checked_key
from .breaks import PACKET, Breaks
from .configured import Configured
from .seen import ENCRYPTED, IN_OBJECT, IN_ROW, MALFORMED, PLAIN, SERDE, STOCK, UNNAMED, Seen

Fields = dict[str, Any]
"""Of a `Seen`."""

_FERNET_BYTES = 57
"""What a Fernet token has besides its padded text."""
_BIND_BYTES = 16
_JSON_TYPES = {dict: "object", list: "list", str: "string", int: "number", float: "number", bool: "boolean"}
_CLASS_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", re.ASCII)
_NAME = re.compile(r"[\w.@-]{1,100}", re.ASCII)


class Looking:
    """``look`` is for each row of one deployment."""

    def __init__(self, configured: Configured, breaks: Breaks) -> None:
        self._configured = configured
        self._breaks = breaks

    def look(self, row: StoredRow) -> Seen:
        row_bytes = len(row.text) if row.text.isascii() else len(row.text.encode("utf-8", "surrogatepass"))
        fields = self._fields(row)
        if row_bytes > PACKET:
            fields["breaks"] = (*fields.get("breaks", ()), "larger-than-a-packet")
        return Seen(row.at, _utc(row.timestamp), row_bytes=row_bytes, **fields)

    def _fields(self, row: StoredRow) -> Fields:
        try:
            value = row.value
        except RecursionError:
            return {"kind": PLAIN, "type": "object", "value_bytes": len(row.text), "breaks": ("deep",)}
        except ValueError:
            return _malformed("The row is not JSON that Python reads")
        return self._of_envelope(value) if is_envelope(value) else self._of_foreign(value, row.text)

    def _of_envelope(self, value: Any) -> Fields:
        try:
            fields = _of_parsed(Envelope.from_row(value))
        except XComToolkitError as e:
            return _malformed(str(e))
        allowed = self._configured.reads_envelopes
        return {**fields, "version": value["__version__"], "breaks": () if allowed else ("envelope-not-allowed",)}

    def _of_foreign(self, value: Any, text: str) -> Fields:
        breaks = tuple(self._breaks.of(value))
        if self._breaks.url(value) is not None:
            return {"kind": STOCK, "type": STOCK, "value_bytes": None, "object_bytes": None, "breaks": breaks}
        size = len(text) if text.isascii() else len(json.dumps(value))
        return {**_of_json(value), "value_bytes": size, "breaks": breaks}


def _utc(time: datetime) -> datetime:
    return time.astimezone(timezone.utc) if time.tzinfo else time.replace(tzinfo=timezone.utc)


def _malformed(problem: str) -> Fields:
    return {"kind": MALFORMED, "type": MALFORMED, "value_bytes": None, "problem": problem}


def _of_json(value: Any) -> Fields:
    """Only what can be the name of a class is shown: a dict that a task returned may have such a key, too."""
    name = value.get("__classname__") if type(value) is dict and "__version__" in value else None
    if isinstance(name, str) and len(name) <= 200 and _CLASS_NAME.fullmatch(name):
        return {"kind": SERDE, "type": name}
    return {"kind": PLAIN, "type": _JSON_TYPES.get(type(value), "null")}


def _of_parsed(envelope: Envelope) -> Fields:
    """Raises `XComToolkitError` for a key or a codec that no pull would take."""
    header, body = envelope.header, envelope.body
    fields: Fields = {"kind": IN_ROW, "value_bytes": _size(envelope), "codecs": _codecs(envelope)}
    if isinstance(header, Sealed):
        fields |= {"type": ENCRYPTED, "key_id": header.key_id}
    else:
        fields |= {"type": _shown(header.type)}
    if isinstance(body, Reference):
        checked_key(body.key)
        fields |= {"kind": IN_OBJECT, "object_bytes": body.size, "store": _shown(body.store)}
    return fields


def _codecs(envelope: Envelope) -> str:
    names = [codec.get("name") for codec in envelope.codecs]
    if not all(isinstance(name, str) for name in names):
        raise EnvelopeError("A codec of the envelope of a row has no name")
    return " + ".join(_shown(str(name)) for name in names) or "none"


def _shown(name: str) -> str:
    """A name out of a row, unless it is longer and odder than any that the toolkit writes."""
    return name if _NAME.fullmatch(name) else UNNAMED


def _size(envelope: Envelope) -> int:
    """What a threshold is compared with, the body and the tree; of what is encrypted or compressed, about that."""
    body, header = envelope.body, envelope.header
    if isinstance(body, Reference):
        inside = body.size
    else:
        inside = len(body) if isinstance(body, bytes) else max(0, _plain_size(body) - _BIND_BYTES) if body else 0
    if isinstance(header, Sealed):
        return inside + _plain_size(header)
    return inside + (len(header.tree) if isinstance(header.tree, str) else 0)


def _plain_size(sealed: Sealed) -> int:
    return max(0, len(sealed.token) * 3 // 4 - _FERNET_BYTES)
