"""Objects in chunks of AES-256-GCM, under a random data key that is sealed in the row."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ..abc import Encryption, Json, Sink, Source
from ..errors import EnvelopeError
from .stream import CHUNK_BYTES, KEY_BYTES, PREFIX_BYTES, DecryptingSource, EncryptingSink

STREAM = "aes256gcm-stream"
MAX_CHUNK_BYTES = 16 * 1024 * 1024
"""A reader holds two chunks before the first is authenticated."""


class ChunkedEncryption(Encryption):
    """What is left to a subclass is to `seal` and `unseal`: headers, small bodies, and the data key of each object.

    The data key is in the row: rotating seals it anew and leaves the object alone, and without the row the object is
    noise.
    """

    def handles(self, name: str) -> bool:
        return name == STREAM

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
