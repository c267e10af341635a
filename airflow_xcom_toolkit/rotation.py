"""Rows under the newest key: what is in the tokens of an envelope is sealed anew, and everything beside them stays.

A row has up to three tokens: its header, a body that is in the row, and the data key of its object, which is in the
descriptor of a codec as ``key`` and ``key_id``. No object is touched, and nothing that a token holds is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .abc import Encryption, Json
from .envelope import Envelope, is_envelope
from .errors import DecryptionError, EnvelopeError

_PLACES = ("sealed", "body", "codecs")
"""Where tokens are. What describes a value has names that its author chose, and may have a ``key_id`` of its own."""


def key_ids(row: Json) -> tuple[str, ...]:
    """The keys that a row needs, each once, malformed or not; none for a row that is not encrypted."""
    data = row.get("__data__") if isinstance(row, dict) and is_envelope(row) else None
    if not isinstance(data, dict):
        return ()
    return tuple(dict.fromkeys(name for place in _PLACES for name in _named(data.get(place))))


@dataclass(frozen=True, repr=False)
class Rotation:
    """Seals with ``encryption``, whose newest key is ``newest``, what ``decryption`` opens."""

    encryption: Encryption
    decryption: Encryption
    newest: str

    @classmethod
    def of(cls, encryption: Encryption, decryption: Encryption) -> Rotation:
        """The newest key is the one that seals now. Raises `ConfigurationError` where there is none."""
        return cls(encryption, decryption, str(encryption.seal(b"")["key_id"]))

    def resealed(self, row: Json) -> Json:
        """The row under the newest key; itself where nothing in it is under another.

        Raises `DecryptionError` for a token that no key opens, and `EnvelopeError` for a row that is malformed or has
        a key where this does not know of one.
        """
        if set(key_ids(row)) <= {self.newest}:
            return row
        assert isinstance(row, dict)
        Envelope.from_row(row)
        found = {**row, "__data__": self._with_new_tokens(row["__data__"])}
        if not set(key_ids(found)).isdisjoint(set(key_ids(row)) - {self.newest}):
            raise EnvelopeError(
                "A codec of an envelope names a key, and it is not known how its token is sealed anew: not as text in "
                "key and key_id, as a ChunkedEncryption has it"
            )
        return found

    def _with_new_tokens(self, data: Any) -> dict[str, Any]:
        found = dict(data)
        if "sealed" in data:
            found["sealed"] = self._anew(data["sealed"], "token")
        if data["body"] is not None:
            found["body"] = self._anew(data["body"], "token")
        found["codecs"] = [self._anew(codec, "key") for codec in data["codecs"]]
        return found

    def _anew(self, holder: Mapping[str, Any], name: str) -> dict[str, Any]:
        """``holder`` with the token that it has under that name sealed anew, if it has one."""
        key_id, token = holder.get("key_id"), holder.get(name)
        if key_id == self.newest or not isinstance(key_id, str) or not isinstance(token, str):
            return dict(holder)
        plaintext = self.decryption.unseal({"token": token, "key_id": key_id})
        sealed = self.encryption.seal(plaintext)
        if self.decryption.unseal(sealed) != plaintext:
            raise DecryptionError("What was sealed anew does not open again; the row stays as it is", key_id=key_id)
        return {**holder, name: sealed["token"], "key_id": sealed["key_id"]}


def _named(part: Any, depth: int = 4) -> Iterator[str]:
    """The key ids in a part of an envelope, as deep as a codec may have put one."""
    if isinstance(part, dict) and isinstance(part.get("key_id"), str):
        yield part["key_id"]
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for one in inside if depth else ():
        yield from _named(one, depth - 1)
