"""Backends that encrypt, and tell all the same; or that take what anybody could have written."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from airflow_xcom_toolkit import FernetXComBackend, ToolkitXComBackend
from airflow_xcom_toolkit.abc import Coordinate, Json, Part, Pulled, Sink, Source
from airflow_xcom_toolkit.encryption import FernetEncryption
from airflow_xcom_toolkit.encryption.stream import DecryptingSource, EncryptingSink
from airflow_xcom_toolkit.errors import ConfigurationError, DecryptionError
from airflow_xcom_toolkit.pipeline import Pipeline
from airflow_xcom_toolkit.settings import current

from .parts import Ciphers
from .registry import fault

log = logging.getLogger(__name__)


class _Labelled(ToolkitXComBackend):
    """Adds a clear label to its rows."""

    @staticmethod
    def label(value: Any) -> Any:
        raise NotImplementedError

    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        row = super().push(value, at)
        return {**row, "label": cls.label(value)} if isinstance(row, dict) and "__data__" in row else row


@fault(
    "names the columns of an encrypted frame in the clear",
    "test_nothing_of_a_value_is_visible",
    only="[encrypted in the row-frame]",
)
class ShowsColumns(_Labelled):
    @staticmethod
    def label(value: Any) -> Any:
        return list(map(str, value)) if type(value).__name__ == "DataFrame" else None


@fault(
    "names the keys of an encrypted dict in the clear",
    "test_nothing_of_a_value_is_visible",
    only="[encrypted in the row-nested]",
)
class ShowsKeys(_Labelled):
    @staticmethod
    def label(value: Any) -> Any:
        return list(map(str, value)) if type(value) is dict else None


@fault("encrypts the body of a value, and not its type", "test_no_type_is_visible", only="[encrypted in the row]")
class ShowsType(_Labelled):
    @staticmethod
    def label(value: Any) -> Any:
        return type(value).__name__


@fault("encrypts the body of a value, and not its shape", "test_no_shape_is_visible", only="[encrypted in the row]")
class ShowsShape(_Labelled):
    @staticmethod
    def label(value: Any) -> Any:
        return [len(part) for part in value.values()] if type(value) is dict else []


@fault(
    "writes the length of a value beside what it encrypted",
    "test_no_shape_is_visible",
    only="[encrypted in the row]",
)
class ShowsLength(_Labelled):
    @staticmethod
    def label(value: Any) -> Any:
        return len(value) if type(value) in (list, tuple, set) else None


@fault("does not mask what it decrypts", "test_what_was_decrypted_is_masked", only="[encrypted in the row-get_one]")
class MasksNothing(ToolkitXComBackend):
    @classmethod
    def _mask(cls, pulled: Pulled) -> None:
        pass


@fault(
    "encrypts rows, and leaves objects as they are",
    "test_nothing_of_a_value_is_visible",
    only="[encrypted in an object-bytes]",
)
class LeavesObjectsPlain(Ciphers):
    class cipher(FernetEncryption):
        def encode(self, sink: Sink, bind: bytes) -> tuple[Sink, dict[str, Json]]:
            return _Through(sink), {"name": "aes256gcm-stream"}

        def decode(self, source: Source, descriptor: Mapping[str, Any], bind: bytes) -> Source:
            return source


class _Through:
    def __init__(self, sink: Sink) -> None:
        self.write = sink.write

    def close(self) -> None: ...


class _SameNonce(FernetEncryption):
    def encode(self, sink: Sink, bind: bytes) -> tuple[Sink, dict[str, Json]]:
        sealed = self.seal(b"")
        return EncryptingSink(sink, bytes(32), bytes(7), b""), {"name": "aes256gcm-stream", **sealed}

    def decode(self, source: Source, descriptor: Mapping[str, Any], bind: bytes) -> Source:
        return DecryptingSource(source, bytes(32), bytes(7), b"")


@fault(
    "encrypts equal values to equal objects",
    "test_two_pushes_of_a_value_look_different",
    only="[encrypted in an object]",
)
class EncryptsAlike(Ciphers):
    cipher = _SameNonce


class _KeyAsId(FernetEncryption):
    def seal(self, plaintext: bytes) -> dict[str, Json]:
        key = super().seal(plaintext)
        return {**key, "key_id": _first_key()}

    def unseal(self, sealed: Mapping[str, Any]) -> bytes:
        return super().unseal({**sealed, "key_id": current().keys.primary_id})


def _first_key() -> str:
    from airflow_xcom_toolkit.settings import _configured_keys

    return _configured_keys()[0]


@fault("names keys in its rows by the keys themselves", "test_no_key_is_stored", only="[encrypted in the row]")
class NamesKeysByThemselves(Ciphers):
    cipher = _KeyAsId


class _InBlocks:
    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._cipher = Cipher(AES(bytes(32)), ECB()).encryptor()

    def write(self, data: Any, /) -> int:
        return self._sink.write(self._cipher.update(data))

    def close(self) -> None:
        self._sink.write(self._cipher.update(bytes(16)))


class _Blocks(FernetEncryption):
    def encode(self, sink: Sink, bind: bytes) -> tuple[Sink, dict[str, Json]]:
        return _InBlocks(sink), {"name": "aes256gcm-stream"}


@fault(
    "encrypts equal blocks to equal bytes",
    "test_a_monotonous_value_shows_no_pattern",
    only="[encrypted in an object]",
)
class EncryptsBlocksAlike(Ciphers):
    cipher = _Blocks


@fault("reads plain rows where it is told to reject them", "test_a_plaintext_row_is_refused_where_it_is_to_be")
class RejectsNothing(ToolkitXComBackend):
    @classmethod
    def pipeline(cls) -> Pipeline:
        return replace(super().pipeline(), on_plaintext=lambda: None)


@fault(
    "falls back to plain rows where there is no key", "test_a_backend_that_always_encrypts_stores_nothing_without_keys"
)
class FallsBackToPlain(FernetXComBackend):
    @classmethod
    def pipeline(cls) -> Pipeline:
        return super().pipeline() if cls.settings().has_keys else cls.settings().pipeline()


@fault("gives None where it has no key", "test_without_keys_nothing_opens", only="[encrypted in the row]")
class UndecryptedIsNone(ToolkitXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        try:
            return super().pull(row, at, part)
        except (DecryptionError, ConfigurationError):
            return Pulled(None)


@fault(
    "opens an encrypted row that was copied onto another XCom",
    "test_a_row_copied_onto_another_xcom_does_not_open",
    only="[encrypted in the row-task]",
)
class OpensCopiedRows(ToolkitXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        return super().pull(row, None, part)


@fault(
    "quotes the value in its error",
    "test_nothing_is_said_of_a_value_that_is_refused",
    only="[encrypted in the row-below secret keys]",
)
class QuotesTheValue(ToolkitXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        try:
            return super().push(value, at)
        except TypeError as e:
            raise TypeError(f"{e} {value!r}") from None


@fault(
    "quotes the value in the error behind its error",
    "test_nothing_is_said_of_a_value_that_is_refused",
    only="[encrypted in the row-below secret keys]",
)
class QuotesTheValueBehind(ToolkitXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        try:
            return super().push(value, at)
        except TypeError as e:
            raise TypeError(str(e)) from ValueError(repr(value))


@fault(
    "quotes the key in its error",
    "test_nothing_is_said_where_keys_are_wrong",
    only="[encrypted in the row-another key]",
)
class QuotesTheKey(ToolkitXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        try:
            return super().pull(row, at, part)
        except Exception as e:
            raise ValueError(f"{e} (tried {_first_key()})") from None


@fault("logs the value", "test_nothing_is_said_of_a_value_that_is_kept", only="[encrypted in the row-nested]")
class LogsTheValue(ToolkitXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        log.info("Pushing %r", value)
        return super().push(value, at)


@fault("logs its keys", "test_nothing_is_said_of_a_value_that_is_kept", only="[encrypted in the row-nested]")
class LogsKeys(ToolkitXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        if cls.settings().has_keys:
            log.debug("Decrypting with %s", _first_key())
        return super().pull(row, at, part)


class _Talkative(FernetEncryption):
    def __repr__(self) -> str:
        return f"{type(self).__name__}({_first_key()})"


@fault("shows its key in a repr", "test_no_object_of_the_backend_shows_a_key", only="[encrypted in the row]")
class ShowsItsKey(Ciphers):
    cipher = _Talkative


class _WithoutPlaces(FernetEncryption):
    """Does not tie the body of a row to its header, nor an object to its row."""

    def encode(self, sink: Sink, bind: bytes) -> tuple[Sink, dict[str, Json]]:
        return super().encode(sink, b"")

    def decode(self, source: Source, descriptor: Mapping[str, Any], bind: bytes) -> Source:
        return super().decode(source, descriptor, b"")


@fault(
    "opens an encrypted row with the object and the codecs of another",
    "test_a_row_with_several_parts_of_another_does_not_open",
    only="[encrypted in an object]",
)
class OpensMixedRows(Ciphers):
    cipher = _WithoutPlaces


@fault(
    "says what it decrypted where it cannot build the value",
    "test_nothing_is_said_of_a_value_that_cannot_be_built",
    only="[encrypted in the row]",
    because=r"shown: the canary",
)
class QuotesWhatItCannotBuild(ToolkitXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        try:
            return super().pull(row, at, part)
        except ImportError as e:
            opened = [cls.pipeline().decryption().unseal(row["__data__"]["sealed"])]  # type: ignore[index,call-overload]
            raise ImportError(f"{e}: {opened}") from None
