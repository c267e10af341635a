"""Rows that the toolkit did not write: by ``BaseXCom``, by the stock ``XComObjectStorageBackend``, or over REST.

They are read as their writer would read them, but for one thing: where the stock backend hands out the path of an
object that is gone or damaged as if it were the value, this raises.
"""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

from .compat import conf
from .errors import IntegrityError, ObjectMissingError

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TAIL = re.compile(rf"/({_UUID}(\.\w+)?|(ti|write)-{_UUID}/[^/]+)$")


class StockReferences:
    """Tells the stock backend's references from other strings: below its path, with the names that it makes."""

    def __init__(self, base: str) -> None:
        self._tails = {_without_connection(base).rstrip("/") + "/", base.rstrip("/") + "/"} if base else set()

    def matches(self, text: str) -> bool:
        """Whether the stock backend could have written ``text`` as a reference."""
        if not self._tails or not _TAIL.search(text):
            return False
        return any(form.startswith(tuple(self._tails)) for form in (text, _without_connection(text)))


def load(row: Any) -> Any:
    """The value of a row of another backend. Raises `ObjectMissingError` or `IntegrityError` for a dead reference."""
    if isinstance(row, str) and _references().matches(row):
        return _load_stock(row)
    from airflow.sdk.bases.xcom import BaseXCom

    return BaseXCom.deserialize_value(SimpleNamespace(value=row))


def purge(row: Any) -> None:
    """Deletes what a row of the stock backend refers to."""
    if isinstance(row, str) and _references().matches(row):
        _stock().purge(SimpleNamespace(value=row))


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


def _references() -> StockReferences:
    return StockReferences(str(conf.get("common.io", "xcom_objectstorage_path", fallback="") or ""))


def _stock() -> Any:
    from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend

    return XComObjectStorageBackend


def _without_connection(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}"
