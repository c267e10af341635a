"""Fernet in the row; and for the data key of an object, which is in the row too."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from ..abc import Json
from ..errors import DecryptionError
from .chunked import ChunkedEncryption
from .keys import KeyRing

REFRESH_SECONDS = 60
"""The least time between two questions for keys that a row needs and that are not here."""


class FernetEncryption(ChunkedEncryption):
    """Seals as Fernet tokens. Every token says which key it needs, so the right one is picked, never tried for.

    ``keys`` is called when a key is first needed, and again when a row needs one that came later: a triggerer lives
    longer than the keys it began with.
    """

    def __init__(self, keys: Callable[[], KeyRing]) -> None:
        self._get_keys = keys
        self._known: KeyRing | None = None
        self._asking = Lock()
        self._refresh_at = 0.0
        self._failure: Exception | None = None

    @property
    def _keys(self) -> KeyRing:
        if self._known is None:
            with self._asking:
                self._known = self._known or self._get_keys()
        return self._known

    def key_ids(self) -> tuple[str, ...]:
        """The ids of the keys that are here, the newest first."""
        return self._keys.ids

    def _key(self, name: str) -> Fernet:
        if name not in self._keys:
            self._refresh(name)
        return self._keys.by_id(name)

    def _refresh(self, name: str) -> None:
        """Asks anew, unless another thread just has, or it is too soon; what failed then fails again."""
        with self._asking:
            if self._known is not None and name in self._known:
                return
            if time.monotonic() >= self._refresh_at:
                try:
                    self._known, self._failure = self._get_keys(), None
                except Exception as e:
                    self._failure = e
                self._refresh_at = time.monotonic() + REFRESH_SECONDS
            if self._failure is not None:
                raise self._failure

    def seal(self, plaintext: bytes) -> dict[str, Json]:
        keys = self._keys
        return {"token": keys.primary.encrypt(plaintext).decode(), "key_id": keys.primary_id}

    def unseal(self, sealed: Mapping[str, Any]) -> bytes:
        name = sealed["key_id"]
        key = self._key(name)
        try:
            return key.decrypt(sealed["token"])
        except (InvalidToken, ValueError):
            raise DecryptionError(
                f"A token does not open with its key {name}: it was changed, or the key id is another key's.",
                key_id=name,
                tried=1,
            ) from None
