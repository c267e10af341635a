"""Backends of one's own, as the preflight may meet them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import airflow_xcom_toolkit as toolkit
from airflow_xcom_toolkit.abc import Coordinate, Part, Pulled, Reference
from airflow_xcom_toolkit.errors import AccessDeniedError
from airflow_xcom_toolkit.placement import ObjectPlacement


class Fixed(toolkit.ToolkitXComBackend):
    """Fixes an option in code."""

    @classmethod
    def settings(cls) -> Any:
        return replace(super().settings(), threshold=5)


class Doubling(toolkit.ToolkitXComBackend):
    """Gives lists twice as long."""

    @classmethod
    def pull(cls, row: Any, at: Coordinate | None, part: Part | None = None) -> Pulled:
        pulled = super().pull(row, at, part)
        if type(pulled.value) is tuple:
            pulled.value *= 2
        return pulled


class Interrupting(toolkit.ToolkitXComBackend):
    """Ctrl-C is pressed while an object is read."""

    @classmethod
    def pipeline(cls) -> Any:
        return replace(super().pipeline(), placement=cls.settings().placement(_Interrupted))


class Keeping(toolkit.ToolkitXComBackend):
    """Its store lets nobody delete."""

    @classmethod
    def pipeline(cls) -> Any:
        return replace(super().pipeline(), placement=cls.settings().placement(_Kept))


class Breaking(toolkit.ToolkitXComBackend):
    """Its stages break where they are made, with a message that quotes a secret."""

    @classmethod
    def pipeline(cls) -> Any:
        raise RuntimeError("planted-secret")


class _Interrupted(ObjectPlacement):
    def fetch(self, reference: Reference) -> Any:
        raise KeyboardInterrupt


class _Kept(ObjectPlacement):
    def discard(self, reference: Reference) -> None:
        raise AccessDeniedError("Could not delete the object: the store refuses it.")
