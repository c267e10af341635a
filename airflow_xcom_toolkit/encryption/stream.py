"""AES-256-GCM in chunks: the STREAM construction.

Source: Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance",
CRYPTO 2015, section 7 (the STREAM construction). The nonce of chunk *i* is

    prefix (7 bytes) | i (4 bytes, big-endian) | 1 for the last chunk, else 0 (1 byte)

so that a chunk that is dropped, repeated, moved or changed, and a body that is cut or grown, does not authenticate.
Each chunk is ciphertext, then its 16-byte tag; all but the last have ``chunk`` bytes of plaintext; the last may be
empty. The same associated data goes with every chunk.
"""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..abc import Sink, Source
from ..errors import IntegrityError, ValueTooLargeError
from ..streams import PieceSource

KEY_BYTES = 32
PREFIX_BYTES = 7
TAG_BYTES = 16
CHUNK_BYTES = 4 * 1024 * 1024
_MAX_CHUNKS = 2**32


class _Nonces:
    def __init__(self, prefix: bytes) -> None:
        self._prefix = prefix
        self._count = 0

    def next(self, *, last: bool) -> bytes:
        nonce = self._prefix + self._count.to_bytes(4, "big") + bytes([last])
        self._count += 1
        return nonce


class EncryptingSink:
    """Encrypts into ``sink``. Holds one chunk; writes it when it knows whether it is the last."""

    def __init__(self, sink: Sink, key: bytes, prefix: bytes, bind: bytes, chunk: int = CHUNK_BYTES) -> None:
        self._sink = sink
        self._aead = AESGCM(key)
        self._nonces = _Nonces(prefix)
        self._bind = bind
        self._chunk = chunk
        self._held = bytearray()
        self._written = 0

    def write(self, data: Any, /) -> int:
        view = memoryview(data).cast("B")
        at = 0
        while at < len(view):
            if len(self._held) == self._chunk:
                self._flush(last=False)
            if not self._held and len(view) - at > self._chunk:
                self._encrypt(view[at : at + self._chunk], last=False)
                at += self._chunk
            else:
                room = self._chunk - len(self._held)
                self._held += view[at : at + room]
                at = min(at + room, len(view))
        return len(view)

    def close(self) -> None:
        self._flush(last=True)

    def _flush(self, *, last: bool) -> None:
        self._encrypt(self._held, last=last)
        self._held = bytearray()

    def _encrypt(self, plaintext: bytearray | memoryview, *, last: bool) -> None:
        self._written += 1
        if self._written > _MAX_CHUNKS:
            raise ValueTooLargeError(self._written * self._chunk, _MAX_CHUNKS * self._chunk)
        self._sink.write(self._aead.encrypt(self._nonces.next(last=last), plaintext, self._bind))


class DecryptingSource(PieceSource):
    """Decrypts from ``source``. Gives only authenticated bytes; raises `IntegrityError` for any other."""

    def __init__(self, source: Source, key: bytes, prefix: bytes, bind: bytes, chunk: int = CHUNK_BYTES) -> None:
        self._source = source
        self._aead = AESGCM(key)
        self._nonces = _Nonces(prefix)
        self._bind = bind
        self._stored = chunk + TAG_BYTES
        self._ahead: bytes | None = None
        self._plain = memoryview(b"")
        self._ended = False

    def _take(self, size: int) -> memoryview:
        while not self._plain and not self._ended:
            self._plain = memoryview(self._next_chunk())
        count = len(self._plain) if size < 0 else min(size, len(self._plain))
        part, self._plain = self._plain[:count], self._plain[count:]
        return part

    def _next_chunk(self) -> bytes:
        current = self._source.read(self._stored) if self._ahead is None else self._ahead
        self._ahead = self._source.read(self._stored) if len(current) == self._stored else b""
        self._ended = not self._ahead
        try:
            return self._aead.decrypt(self._nonces.next(last=self._ended), current, self._bind)
        except (InvalidTag, ValueError):
            raise IntegrityError(
                "The stored bytes of an encrypted value are not the ones that were written: a part of them does not "
                "authenticate. They were changed, cut, or belong to another row."
            ) from None
