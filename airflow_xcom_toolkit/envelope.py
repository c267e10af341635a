"""The wire format, version 1: what the toolkit writes into an XCom's row.

A row is either plain JSON, exactly as ``BaseXCom`` would write it, or an envelope::

    {"__classname__": "airflow_xcom_toolkit.Envelope", "__version__": 1, "__data__": {
       "type":    "pandas.dataframe@1",             the type id of the value
       "summary": {"rows": 3, "columns": 2},        for people; nothing is decoded from it
       "tree":    "<JSON text>" or [offset, size],  the skeleton, or where it is in the body (UTF-8 JSON text)
       "schema":  null,                             name and version of the value's schema
       "codecs":  [{"name": "zstd"}, ...],          in the order in which they were applied to the body
       "body":    null
                | {"data": "<base64>"}                                             in the row
                | {"store": "default", "key": "...", "size": 75503858, "sha256": "<hex>"}}}   one object

Encrypted, ``type``, ``summary``, ``tree`` and ``schema`` are not there; instead::

       "sealed":  {"token": "<Fernet token>", "key_id": "3fa1c2d4"}

whose plaintext is a JSON object with those four, with ``at`` (the coordinates) and ``bind`` (16 random bytes, hex).
A body in the row is then ``{"token": ..., "key_id": ...}``, a Fernet token of ``bind`` followed by the body. A body in
an object is encrypted by the codec ``aes256gcm-stream`` (see `airflow_xcom_toolkit.encryption.stream`), whose
associated data is ``bind``, and whose ``key`` is a Fernet token of the 32-byte data key followed by the 7-byte nonce
prefix; it has no ``sha256``. A key id is the first 8 hex digits of the SHA-256 of the 32 bytes of a Fernet key.

The tree is JSON text in a string, so that neither a database's JSON type, which changes numbers and the order of
keys, nor Airflow's serde, which decodes reserved keys, touches what is inside. The body is the leaves, one after
another, then the tree if it is not in the row. See `airflow_xcom_toolkit.handlers.tree`.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Union

from .abc import Json, Reference
from .errors import EnvelopeError, EnvelopeVersionError

_KEY_ID = re.compile("[!-~]{1,128}")

CLASSNAME = "airflow_xcom_toolkit.Envelope"
VERSION = 1


Place = Union[str, tuple[int, int]]
"""The tree's JSON text, or its offset and size in the body."""


@dataclass(frozen=True)
class Header:
    """What describes a value: everything needed to read it, but its body."""

    type: str
    tree: Place
    summary: dict[str, Json] = field(default_factory=dict)
    schema: Json = None

    def to_json(self) -> dict[str, Json]:
        tree: Json = self.tree if isinstance(self.tree, str) else list(self.tree)
        return {"type": self.type, "summary": self.summary, "tree": tree, "schema": self.schema}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Header:
        """Raises `EnvelopeError` for what is not a header."""
        tree = data.get("tree")
        if isinstance(tree, list) and len(tree) == 2 and all(type(n) is int and n >= 0 for n in tree):
            tree = (tree[0], tree[1])
        if not isinstance(data.get("type"), str) or not isinstance(tree, (str, tuple)):
            raise EnvelopeError("The envelope of a row has no type or no tree")
        return cls(data["type"], tree, data.get("summary") or {}, data.get("schema"))


@dataclass(frozen=True)
class Sealed:
    """A token of an encryption, and the id of its key."""

    token: str = field(repr=False)
    key_id: str

    def __post_init__(self) -> None:
        _check_texts(self.token, self.key_id)
        if not _KEY_ID.fullmatch(self.key_id):
            raise ValueError("A key id is up to 128 printable ASCII characters without blanks")

    def to_json(self) -> dict[str, Json]:
        return {"token": self.token, "key_id": self.key_id}


Body = Union[None, bytes, Sealed, Reference]
"""No body, bytes in the row, a token in the row, or an object."""


@dataclass(frozen=True)
class Envelope:
    """An envelope, parsed."""

    header: Header | Sealed
    body: Body = None
    codecs: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)

    def to_row(self) -> dict[str, Json]:
        """The row. Strict JSON that every database keeps."""
        head = {"sealed": self.header.to_json()} if isinstance(self.header, Sealed) else self.header.to_json()
        codecs: list[Json] = [dict(codec) for codec in self.codecs]
        data: dict[str, Json] = {**head, "codecs": codecs, "body": _body_to_json(self.body)}
        return {"__classname__": CLASSNAME, "__version__": VERSION, "__data__": data}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Envelope:
        """Raises `EnvelopeVersionError` for a newer format and `EnvelopeError` for what is not an envelope."""
        return cls.from_data(row.get("__data__"), row.get("__version__"))

    @classmethod
    def from_data(cls, data: Any, version: Any) -> Envelope:
        if type(version) is not int or version < 1 or not isinstance(data, Mapping):
            raise EnvelopeError("A row says that it is an envelope, and has no version or no data")
        if version > VERSION:
            raise EnvelopeVersionError("An envelope of format", version, VERSION)
        try:
            header = Sealed(**data["sealed"]) if "sealed" in data else Header.from_json(data)
            return cls(header, _body_from_json(data["body"]), tuple(map(dict, data["codecs"])))
        except (KeyError, TypeError, ValueError) as e:
            raise EnvelopeError(f"The envelope of a row is malformed: {type(e).__name__}") from e


def is_envelope(row: Any) -> bool:
    """Whether the toolkit wrote ``row``, and not as plain JSON."""
    return isinstance(row, dict) and row.get("__classname__") == CLASSNAME


def object_size(row: Mapping[str, Any]) -> int | None:
    """The bytes of the object that an envelope refers to; ``None`` where it has none, or is malformed."""
    data = row.get("__data__")
    body = data.get("body") if isinstance(data, Mapping) else None
    size = body.get("size") if isinstance(body, Mapping) else None
    return size if isinstance(size, int) else None


def clean_summary(summary: Mapping[str, Json]) -> dict[str, Json]:
    """A few short entries that every database keeps."""
    return {ascii(key)[1:-1][:40]: _clean(value) for key, value in list(summary.items())[:8]}


def _clean(value: Json) -> Json:
    if isinstance(value, list):
        return [_clean(item) for item in value[:64]]
    if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < 2**53):
        return value
    return ascii(str(value))[1:-1][:80]


def dumps(data: Json) -> bytes:
    """Strict JSON, for what is sealed."""
    return json.dumps(data, allow_nan=False, separators=(",", ":")).encode()


def _body_to_json(body: Body) -> Json:
    if body is None:
        return None
    if isinstance(body, bytes):
        return {"data": base64.b64encode(body).decode()}
    if isinstance(body, Sealed):
        return body.to_json()
    found: dict[str, Json] = {"store": body.store, "key": body.key, "size": body.size}
    return {**found, "sha256": body.sha256} if body.sha256 else found


def _body_from_json(data: Any) -> Body:
    if data is None:
        return None
    if "data" in data:
        return base64.b64decode(data["data"], validate=True)
    if "token" in data:
        return Sealed(**data)
    reference = Reference(**data)
    if type(reference.size) is not int or reference.size <= 0:
        raise ValueError("size")
    _check_texts(reference.store, reference.key, reference.sha256 or "")
    return reference


def _check_texts(*values: Any) -> None:
    if not all(isinstance(value, str) for value in values):
        raise TypeError("not a text")
