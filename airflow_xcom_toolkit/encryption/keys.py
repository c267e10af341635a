"""The Fernet keys of a deployment, found by key id."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet

from ..errors import ConfigurationError, DecryptionError

OPTION = "xcom_toolkit.fernet_keys"


class KeyRing:
    """The first key encrypts, all decrypt. Holds at least one key; shows none of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ConfigurationError(OPTION, "a key is needed and there is none; make one with Fernet.generate_key()")
        self._by_id: dict[str, Fernet] = {}
        for number, key in enumerate(keys, 1):
            self._by_id.setdefault(key_id(key, f"key {number} of {len(keys)}"), Fernet(key))
        self.primary_id = next(iter(self._by_id))

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._by_id)})"

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, key_id: str) -> bool:
        return key_id in self._by_id

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all keys, the newest first."""
        return tuple(self._by_id)

    @property
    def primary(self) -> Fernet:
        return self._by_id[self.primary_id]

    def by_id(self, name: str) -> Fernet:
        """The key with that id. Raises `DecryptionError` when it is not here."""
        try:
            return self._by_id[name]
        except KeyError:
            raise DecryptionError(
                f"Encrypted with the key {name}, which is none of the {len(self)} keys here "
                f"({', '.join(self._by_id)}). Put it behind the newest one in [xcom_toolkit] fernet_keys.",
                key_id=name,
                tried=0,
            ) from None


def key_id(key: str, which: str = "the key") -> str:
    """The first 8 hex digits of the SHA-256 of the key's 32 bytes."""
    problem = f"{which} is not a Fernet key, which is 32 bytes in url-safe base64 (44 characters)"
    try:
        raw = base64.b64decode(key.encode(), altchars=b"-_", validate=True)
    except ValueError:
        raise ConfigurationError(OPTION, problem) from None
    if len(raw) != 32 or len(key) != 44:
        raise ConfigurationError(OPTION, problem)
    return hashlib.sha256(raw).hexdigest()[:8]
