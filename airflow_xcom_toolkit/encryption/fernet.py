"""Fernet in the row; under a Fernet-wrapped data key, AES-256-GCM in the object."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from cryptography.fernet import InvalidToken

from ..abc import Encryption, Json, Sink, Source
from ..errors import DecryptionError, EnvelopeError
from .keys import KeyRing
from .stream import CHUNK_BYTES, KEY_BYTES, PREFIX_BYTES, DecryptingSource, EncryptingSink

STREAM = "aes256gcm-stream"
MAX_CHUNK_BYTES = 16 * 1024 * 1024
"""A reader holds two chunks before the first is authenticated."""


class FernetEncryption(Encryption):
    """Seals headers and small bodies as Fernet tokens; encrypts objects with a random data key each.

    Every token says which key it needs, so the right key is picked, never tried for. A data key is in the row,
    wrapped by Fernet: rotating rewraps it and leaves the object alone, and without the row the object is noise.
    ``keys`` is called when a key is first needed.
    """

    def __init__(self, keys: Callable[[], KeyRing]) -> None:
        self._get_keys = keys

    @cached_property
    def _keys(self) -> KeyRing:
        return self._get_keys()

    def handles(self, name: str) -> bool:
        return name == STREAM

    def seal(self, plaintext: bytes) -> dict[str, Json]:
        return {"token": self._keys.primary.encrypt(plaintext).decode(), "key_id": self._keys.primary_id}

    def unseal(self, sealed: Mapping[str, Any]) -> bytes:
        name = sealed["key_id"]
        key = self._keys.by_id(name)
        try:
            return key.decrypt(sealed["token"])
        except (InvalidToken, ValueError):
            raise DecryptionError(
                f"A token does not open with its key {name}: it was changed, or the key id is another key's.",
                key_id=name,
                tried=1,
            ) from None

    def encode(self, sink: Sink, bind: bytes) -> tuple[Sink, dict[str, Json]]:
        key, prefix = os.urandom(KEY_BYTES), os.urandom(PREFIX_BYTES)
        wrapped = self.seal(key + prefix)
        descriptor: dict[str, Json] = {"name": STREAM, "chunk": CHUNK_BYTES}
        descriptor.update(key=wrapped["token"], key_id=wrapped["key_id"])
        return EncryptingSink(sink, key, prefix, bind), descriptor

    def decode(self, source: Source, descriptor: Mapping[str, Any], bind: bytes) -> Source:
        secret = self.unseal({"token": descriptor["key"], "key_id": descriptor["key_id"]})
        chunk = descriptor["chunk"]
        if len(secret) != KEY_BYTES + PREFIX_BYTES or not 0 < chunk <= MAX_CHUNK_BYTES:
            raise EnvelopeError(f"The codec {STREAM} of an envelope has a malformed key or chunk size")
        return DecryptingSource(source, secret[:KEY_BYTES], secret[KEY_BYTES:], bind, chunk)
