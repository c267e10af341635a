"""Backends that take what a store gives them, whatever it is, or make up a value where it gives nothing."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from typing import Any

from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend
from airflow.sdk import ObjectStoragePath

from airflow_xcom_toolkit import ThresholdXComBackend
from airflow_xcom_toolkit.abc import Coordinate, Json, ObjectReader, Part, Pulled, Reference, Sink, Source
from airflow_xcom_toolkit.encryption import FernetEncryption
from airflow_xcom_toolkit.encryption.stream import DecryptingSource, EncryptingSink
from airflow_xcom_toolkit.errors import IntegrityError
from airflow_xcom_toolkit.placement import ObjectPlacement
from airflow_xcom_toolkit.streams import ByteSource
from airflow_xcom_toolkit.testing import no

from .parts import Ciphers, Places
from .registry import fault


@fault(
    "gives None where the object is gone",
    "test_a_missing_object_is_an_error_that_names_it",
    only="[in an object-a text]",
)
class MissingIsNone(ThresholdXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        try:
            return super().pull(row, at, part)
        except FileNotFoundError:
            return Pulled(None)


@fault(
    "gives an empty value where the object is gone",
    "test_a_missing_object_is_an_error_that_names_it",
    only="[in an object-a text]",
)
class MissingIsEmpty(ThresholdXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        try:
            return super().pull(row, at, part)
        except FileNotFoundError:
            return Pulled(b"")


@fault(
    "leaves out the map indexes whose object is gone",
    "test_one_missing_object_fails_the_pull_of_all",
    only="[in an object]",
)
class LeavesOutTheMissing(ThresholdXComBackend):
    gone: object = object()

    @classmethod
    def get_all(cls, **kwargs: Any) -> Any:
        found = super().get_all(**kwargs)
        return found and [value for value in found if value is not cls.gone]

    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        try:
            return super().pull(row, at, part)
        except FileNotFoundError:
            if at is not None and at.map_index is None:
                return Pulled(cls.gone)
            raise


@fault(
    "ends a loop over a mapped task where an object is gone",
    "test_one_missing_object_fails_a_loop_over_all",
    only="[in an object]",
)
class EndsTheLoop(ThresholdXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        try:
            return super().pull(row, at, part)
        except FileNotFoundError as e:
            raise IndexError(str(e)) from None


@fault(
    "hands out the path where the object is gone, as Airflow's stock backend does",
    "test_a_missing_object_is_an_error_that_names_it",
    only="[in an object-a text]",
    encrypts=no("XComObjectStorageBackend does not encrypt"),
    reads_toolkit_rows=no("XComObjectStorageBackend reads its own"),
)
class Stock(XComObjectStorageBackend):  # type: ignore[misc]
    pass


@fault(
    "says nothing of what is missing",
    "test_a_missing_object_is_an_error_that_names_it",
    only="[in an object-a text]",
    because=r"RuntimeError: The XCom could not be read",
)
class MissingWithoutWords(ThresholdXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        try:
            return super().pull(row, at, part)
        except FileNotFoundError:
            raise RuntimeError("The XCom could not be read") from None


@fault(
    "says that an object is missing which it may not read",
    "test_what_the_store_does_wrong_fails_the_pull",
    only="[in an object-refused]",
)
class DeniedIsMissing(ThresholdXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        try:
            return super().pull(row, at, part)
        except OSError as e:
            raise FileNotFoundError(errno.ENOENT, "There is no such object") from e


@fault(
    "gives None while the store does not answer",
    "test_what_the_store_does_wrong_fails_the_pull",
    only="[in an object-out of reach]",
)
class UnavailableIsNone(ThresholdXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        try:
            return super().pull(row, at, part)
        except FileNotFoundError:
            raise
        except OSError:
            return Pulled(None)


@fault(
    "goes on as if an object had been written that was not",
    "test_what_the_store_does_wrong_fails_the_push",
    only="[in an object-out of reach]",
)
class IgnoresFailedUploads(ThresholdXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        try:
            return super().push(value, at)
        except OSError:
            return {}


class Unverified(ByteSource):
    """All bytes of an object, taken for the ones that were written."""

    def verify(self) -> None: ...


class _Trusting(ObjectPlacement):
    def fetch(self, reference: Reference) -> ObjectReader:
        return Unverified(ObjectStoragePath(self.url(reference)).read_bytes())


@fault("takes flipped bits for the value", "test_an_object_with_one_bit_changed_is_an_error", only="[in an object]")
class TakesFlippedBits(Places):
    placement = _Trusting


class _Padding(ObjectPlacement):
    def fetch(self, reference: Reference) -> ObjectReader:
        return Unverified(ObjectStoragePath(self.url(reference)).read_bytes().ljust(reference.size, b"\0"))


@fault(
    "fills a truncated object up with zeros", "test_an_object_of_bytes_that_was_cut_is_an_error", only="[in an object]"
)
class FillsUp(Places):
    placement = _Padding


class _Cutting(ObjectPlacement):
    def fetch(self, reference: Reference) -> ObjectReader:
        return Unverified(ObjectStoragePath(self.url(reference)).read_bytes()[: reference.size])


@fault(
    "ignores bytes that were appended to an object",
    "test_an_object_with_bytes_appended_is_an_error",
    only="[in an object]",
)
class IgnoresAppended(Places):
    placement = _Cutting


class _Forgiving(FernetEncryption):
    def decode(self, source: Source, descriptor: Mapping[str, Any], bind: bytes) -> Source:
        return _ZerosForNoise(super().decode(source, descriptor, bind))


class _ZerosForNoise(ByteSource):
    def __init__(self, source: Source) -> None:
        try:
            super().__init__(source.read())
        except IntegrityError:
            super().__init__(bytes(1 << 16))


@fault(
    "gives zeros for what was encrypted and does not authenticate",
    "test_a_changed_object_does_not_open",
    only="[a bit in the middle flipped]",
)
class GivesZerosForNoise(Ciphers):
    cipher = _Forgiving


class _Unended(FernetEncryption):
    """Chunks, none of which says that it is the last one; where they end, zeros follow."""

    def encode(self, sink: Sink, bind: bytes) -> tuple[Sink, dict[str, Json]]:
        secret = os.urandom(39)
        sealed = self.seal(secret)
        encrypting = EncryptingSink(sink, secret[:32], secret[32:], bind, 1 << 16)
        encrypting._nonces = _NoLast(secret[32:])  # type: ignore[assignment]
        return encrypting, {"name": "aes256gcm-stream", "key": sealed["token"], "key_id": sealed["key_id"]}

    def decode(self, source: Source, descriptor: Mapping[str, Any], bind: bytes) -> Source:
        secret = self.unseal({"token": descriptor["key"], "key_id": descriptor["key_id"]})
        decrypting = DecryptingSource(source, secret[:32], secret[32:], bind, 1 << 16)
        decrypting._nonces = _NoLast(secret[32:])  # type: ignore[assignment]
        return ByteSource(decrypting.read().ljust(1 << 23, b"\0"))


class _NoLast:
    def __init__(self, prefix: bytes) -> None:
        self._prefix, self._count = prefix, 0

    def next(self, *, last: bool) -> bytes:
        self._count += 1
        return self._prefix + self._count.to_bytes(5, "big")


@fault(
    "does not notice that the last chunks of an encrypted object are gone",
    "test_a_large_object_that_was_cut_does_not_open",
)
class MissesLastChunks(Places, Ciphers):
    placement = _Trusting
    cipher = _Unended
