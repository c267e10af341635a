"""What several broken backends share: how one puts its fault into the place where it belongs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from airflow_xcom_toolkit import ToolkitXComBackend
from airflow_xcom_toolkit.abc import Coordinate, Json, Part, Pulled
from airflow_xcom_toolkit.encryption import FernetEncryption
from airflow_xcom_toolkit.pipeline import Pipeline
from airflow_xcom_toolkit.placement import ObjectPlacement


class ChangesPulled(ToolkitXComBackend):
    """Gives ``changed(value)`` for each value that is pulled."""

    @staticmethod
    def changed(value: Any) -> Any:
        raise NotImplementedError

    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        pulled = super().pull(row, at, part)
        return replace(pulled, value=cls.changed(pulled.value))


class ChangesPushed(ToolkitXComBackend):
    """Keeps ``changed(value)`` in place of each value that is pushed."""

    @staticmethod
    def changed(value: Any) -> Any:
        raise NotImplementedError

    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        return super().push(cls.changed(value), at)


class ChangesParts(ToolkitXComBackend):
    """Keeps ``changed(part)`` in place of each part of a value, down through lists, tuples and dicts."""

    @staticmethod
    def changed(value: Any) -> Any:
        raise NotImplementedError

    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        return super().push(cls._changed(value), at)

    @classmethod
    def _changed(cls, value: Any) -> Any:
        if type(value) in (list, tuple):
            value = type(value)(map(cls._changed, value))
        elif type(value) is dict:
            value = {key: cls._changed(part) for key, part in value.items()}
        return cls.changed(value)


class ChangesRow(ToolkitXComBackend):
    """Reads ``changed(row)`` in place of each row that is an envelope."""

    @classmethod
    def changed(cls, row: dict[str, Any]) -> Any:
        raise NotImplementedError

    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        return super().pull(cls.changed(row) if is_envelope(row) else row, at, part)


class WritesRaw(ToolkitXComBackend):
    """Takes a value of which ``raw`` is true for a row, as it is."""

    @staticmethod
    def raw(value: Any) -> bool:
        raise NotImplementedError

    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        return value if cls.raw(value) else super().push(value, at)  # type: ignore[no-any-return]


class Places(ToolkitXComBackend):
    """Has a ``placement`` of its own."""

    placement: type[ObjectPlacement]

    @classmethod
    def pipeline(cls) -> Pipeline:
        return replace(super().pipeline(), placement=cls.settings().placement(cls.placement))


class Ciphers(ToolkitXComBackend):
    """Has a ``cipher`` of its own where there are keys."""

    cipher: type[FernetEncryption]

    @classmethod
    def pipeline(cls) -> Pipeline:
        whole, cipher = super().pipeline(), cls.cipher(lambda: cls.settings().keys)
        return replace(whole, encryption=whole.encryption and cipher, decryption=lambda: cipher)


def is_envelope(row: Json) -> bool:
    """Whether a row is one that the toolkit wrote, and not as plain JSON."""
    return isinstance(row, dict) and "__data__" in row
