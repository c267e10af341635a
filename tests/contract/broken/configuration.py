"""Backends that follow today's configuration where they should follow the row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_xcom_toolkit import ThresholdXComBackend, ToolkitXComBackend
from airflow_xcom_toolkit.abc import Coordinate, Json, Part, Pulled
from airflow_xcom_toolkit.encryption import FernetEncryption
from airflow_xcom_toolkit.settings import current

from .parts import ChangesRow, Ciphers, is_envelope
from .registry import fault


@fault(
    "decompresses with the method of today",
    "test_the_compression_may_change",
    only="[in an object-gzip]",
    because=r"The body ends",
)
class DecompressesAsToday(ChangesRow):
    @classmethod
    def changed(cls, row: dict[str, Any]) -> Any:
        method = cls.settings().compression
        codecs = [*([{"name": method}] if method else []), *(c for c in row["__data__"]["codecs"] if "key" in c)]
        return {**row, "__data__": {**row["__data__"], "codecs": codecs}}


class _NewestKey(FernetEncryption):
    def unseal(self, sealed: Mapping[str, Any]) -> bytes:
        return super().unseal({**sealed, "key_id": current().keys.primary_id})


@fault(
    "decrypts with the newest key only",
    "test_an_old_key_opens_while_it_is_listed",
    only="[encrypted in the row]",
    because=r"does not open with its key",
)
class DecryptsWithTheNewestKey(Ciphers):
    cipher = _NewestKey


@fault(
    "refuses plain rows once it encrypts",
    "test_encryption_may_be_switched_on",
    only="[encrypted in the row]",
    because=r"This row is not encrypted",
)
class RefusesPlainRows(ToolkitXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        if cls.settings().has_keys and "sealed" not in str(row):
            raise ValueError("This row is not encrypted")
        return super().pull(row, at, part)


@fault("reads objects only while there is a threshold", "test_the_threshold_may_change", only="[in an object]")
class ReadsObjectsWhileItWritesThem(ThresholdXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        return super().pull(row, at, part) if cls.settings().threshold >= 0 else Pulled(row)


@fault(
    "purges objects only while there is a threshold",
    "test_purging_follows_the_row_and_not_the_threshold",
    only="[in an object]",
)
class PurgesObjectsWhileItWritesThem(ThresholdXComBackend):
    @classmethod
    def purge(cls, xcom: Any, *args: Any) -> None:
        if cls.settings().threshold >= 0:
            super().purge(xcom)


@fault("opens a row before it purges it, and so needs its key", "test_purging_needs_no_key", because=r"a key is needed")
class OpensWhatItPurges(ToolkitXComBackend):
    @classmethod
    def purge(cls, xcom: Any, *args: Any) -> None:
        cls.load_row(xcom.value)
        super().purge(xcom)


@fault(
    "hands out the old path of an object that is not below today's",
    "test_a_path_that_changed_gives_the_value_or_an_error",
    only="[in an object]",
)
class HandsOutOldPaths(ThresholdXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        try:
            return super().pull(row, at, part)
        except FileNotFoundError:
            return Pulled(row["__data__"]["body"]["key"])  # type: ignore[index,call-overload]


@fault(
    "ties its rows to the path",
    "test_objects_may_move_with_their_path",
    only="[in an object]",
    because="The path has changed",
)
class TiesRowsToThePath(ChangesRow):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        row = super().push(value, at)
        return {**row, "path": cls.settings().path} if is_envelope(row) else row  # type: ignore[dict-item]

    @classmethod
    def changed(cls, row: dict[str, Any]) -> Any:
        if row["path"] != cls.settings().path:
            raise ValueError("The path has changed")
        return row
