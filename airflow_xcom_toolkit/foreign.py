"""Rows that the toolkit did not write: by ``BaseXCom``, by the stock ``XComObjectStorageBackend``, or over REST.

They are read as their writer would read them, but for one thing: where the stock backend hands out the path of an
object that is gone or damaged as if it were the value, this raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from .compat import serde
from .errors import IntegrityError, ObjectMissingError, StorageError, UntrustedReferenceError

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_STOCK = re.compile(rf"[A-Za-z][\w+.-]*://.*/({_UUID}(\.\w+)?|(ti|write)-{_UUID}/[^/]+)", re.DOTALL)


def looks_like_a_reference(text: str) -> bool:
    """Whether the stock backend could have written ``text``, whatever its path is, was or will be."""
    return _STOCK.fullmatch(text) is not None


class ForeignRows:
    """Reads and purges rows of other backends. ``base`` is the stock backend's path, or empty."""

    def __init__(self, base: str) -> None:
        self._base = base.rstrip("/") + "/" if base else ""

    def load(self, row: Any) -> Any:
        """The value of a row. Raises `StorageError` or `IntegrityError` for a reference that is dead."""
        if type(row) is str and self.url(row) is not None:
            return _load_stock(row)
        return self._deserialize(row)

    @cached_property
    def _deserialize(self) -> Callable[[Any], Any]:
        """All that ``BaseXCom.deserialize_value`` does, on every Airflow."""
        found: Callable[[Any], Any] = serde().deserialize
        return found

    def url(self, row: Any) -> str | None:
        """Where the object is that a row refers to, if it does. Raises `StorageError` where it cannot be read."""
        if not isinstance(row, str) or "://" not in row:
            return None
        if self._has_another_connection(row):
            raise StorageError(
                "A stock reference has another connection than [common.io] xcom_objectstorage_path, and the stock "
                f"backend cannot read it: {ascii(row)[:300]}. Set the path with the connection it was written with."
            )
        return row if self._is_reference(row) else None

    def purge(self, row: Any) -> None:
        """Deletes what a row of the stock backend refers to."""
        if self._is_reference(row):
            _stock().purge(SimpleNamespace(value=row))

    def _is_reference(self, row: Any) -> bool:
        """Whether the stock backend would follow ``row``. Raises `UntrustedReferenceError` if that leaves its path."""
        if not self._base or not isinstance(row, str) or not row.startswith(self._base):
            return False
        if not looks_like_a_reference(row):
            return False
        if any(part in ("", ".", "..") for part in row[len(self._base) :].split("/")) or "\\" in row:
            raise UntrustedReferenceError(f"A stock reference leaves its path; it is not followed: {ascii(row)[:300]}")
        return True

    def _has_another_connection(self, row: Any) -> bool:
        """Whether ``row`` is below the path, but for the connection: the stock backend would hand it out as a value."""
        if not self._base or not isinstance(row, str) or row.startswith(self._base):
            return False
        return looks_like_a_reference(row) and _without_connection(row).startswith(_without_connection(self._base))


def _without_connection(url: str) -> str:
    return re.sub(r"(?<=://)[^/@]*@", "", url, count=1)


def _load_stock(row: str) -> Any:
    try:
        value = _stock().deserialize_value(SimpleNamespace(value=row))
    except Exception as e:
        raise IntegrityError(f"The object of a stock reference could not be read ({type(e).__name__}): {row}") from e
    if not (isinstance(value, str) and value == row):
        return value
    from airflow.sdk import ObjectStoragePath

    if ObjectStoragePath(row).exists():
        raise IntegrityError(f"The object of a stock reference is not JSON; it was cut or damaged: {row}")
    raise ObjectMissingError(f"The object of a stock reference does not exist: {row}; run the task again that wrote it")


def _stock() -> Any:
    from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend

    return XComObjectStorageBackend
