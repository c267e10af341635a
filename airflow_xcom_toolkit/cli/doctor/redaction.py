"""No secret on any output: a last net behind checks that quote none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

HIDDEN = "***"
_FERNET_KEY = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}=(?!=)")
_PASSWORD_IN_URL = re.compile(r"(?<=://)([^/@:\s]*):[^/@\s]+@")
_LEAST = 4
"""Letters of a secret. Shorter ones would blacken words."""
_NO_SECRETS = frozenset(
    {"endpoint_url", "region_name", "account_name", "project", "conn_type", "service_config", "gcs.endpoint"}
)


class Redaction:
    """Hides what it was told, whatever looks like a key, and passwords in URLs."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    def hide(self, *secrets: str | None) -> None:
        """Also their parts, where one is a list."""
        for secret in secrets:
            parts = [secret or "", *re.split(r"[,;\s]", secret or "")]
            self._secrets.update(part for part in map(str.strip, parts) if len(part) >= _LEAST)

    def hide_connection(self, connection: Any) -> None:
        """The password, and whatever the extra has but addresses."""
        self.hide(connection.password)
        self.hide(*_secrets_of(connection.extra_dejson))

    def __call__(self, text: str) -> str:
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        text = _FERNET_KEY.sub(HIDDEN, text)
        return _PASSWORD_IN_URL.sub(rf"\1:{HIDDEN}@", text)

    def of(self, data: Any) -> Any:
        """The same for what JSON has."""
        if isinstance(data, str):
            return self(data)
        if isinstance(data, dict):
            return {key: self.of(value) for key, value in data.items()}
        return [self.of(item) for item in data] if isinstance(data, (list, tuple)) else data


def _secrets_of(extra: Any) -> Iterator[str]:
    if isinstance(extra, dict):
        for key, value in extra.items():
            if str(key).rpartition("__")[2] not in _NO_SECRETS:
                yield from _secrets_of(value)
    elif isinstance(extra, str) and len(extra) >= 8:
        yield extra
        yield from (secret for secret in re.findall(r"(?:Key|Signature|sig)=([^;&\s]+)", extra))
