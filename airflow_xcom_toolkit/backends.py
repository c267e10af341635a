"""The backends: what ``AIRFLOW__CORE__XCOM_BACKEND`` is set to. Each names its stages; one pipeline does the work."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from contextlib import suppress
from functools import cache
from typing import Any

from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend
from airflow.sdk.bases.xcom import BaseXCom

from . import settings
from .abc import Coordinate, Json
from .compat import HAS_TASK_LOOPS, PushHooks, amask_secrets, mask_rendered_fields, mask_secrets
from .masking import MAX_MASKED, Decrypted
from .overwrites import Overwrites, Pushed, collecting
from .pipeline import Pipeline, Pulled

log = logging.getLogger(__name__)

_asked_for: contextvars.ContextVar[Coordinate | None] = contextvars.ContextVar("xcom_toolkit_asked_for", default=None)
_deferred: contextvars.ContextVar[bool] = contextvars.ContextVar("xcom_toolkit_deferred", default=False)


class _Row:
    """A row that is not to be serialised, or not yet to be loaded: the storage work is done elsewhere."""

    def __init__(self, row: Json) -> None:
        self.row = row


class _Hooks(PushHooks):
    """Airflow's hooks over a pipeline: both pairs, in one class, so that neither is preferred by inheritance."""

    @classmethod
    def pipeline(cls) -> Pipeline:
        """The stages of this backend. Override it to replace one (`dataclasses.replace`)."""
        raise NotImplementedError

    @classmethod
    def store_value(cls, coordinate: Any, key: str, value: Any) -> Json:
        """Airflow 3.4 and newer. ``coordinate`` is an ``XComCoordinate``."""
        if isinstance(value, _Row):
            return value.row
        at = Coordinate(
            dag_id=coordinate.dag_id,
            run_id=coordinate.run_id,
            task_id=coordinate.task_id,
            map_index=coordinate.region_index,
            key=key,
            instance=str(coordinate.ti_id) if coordinate.ti_id else None,
        )
        return cls._push_row(value, at)

    @classmethod
    def load_value(cls, stored: Json) -> Any:
        """Airflow 3.4 and newer."""
        if _deferred.get():
            return _Row(stored)
        value, secrets = cls._pull_row(stored, _asked_for.get())
        if secrets:
            mask_secrets(secrets)
        return value

    @classmethod
    def serialize_value(
        cls,
        value: Any,
        *,
        key: str | None = None,
        task_id: str | None = None,
        dag_id: str | None = None,
        run_id: str | None = None,
        map_index: int | None = None,
    ) -> Any:
        """Airflow 3.0 to 3.3."""
        if isinstance(value, _Row):
            return value.row
        return cls._push_row(value, Coordinate(dag_id, run_id, task_id, map_index, key))

    @classmethod
    def deserialize_value(cls, result: Any) -> Any:
        """Airflow 3.0 to 3.3."""
        return cls.load_value(result.value)

    @classmethod
    def purge(cls, xcom: Any, *args: Any) -> None:
        """Deletes the object of a row that is being deleted. Needs no key."""
        _pipeline(cls).purge(xcom.value)

    @classmethod
    def _push_row(cls, value: Any, at: Coordinate) -> Json:
        pipeline = _pipeline(cls)
        try:
            row = pipeline.push(value, at)
        except Exception:
            _mask_refused(pipeline, value)
            raise
        if at.instance or not HAS_TASK_LOOPS:
            _overwrites.pushed(at, row)
        return row

    @classmethod
    def _settle(cls, rows: list[Pushed]) -> None:
        _overwrites.settle(rows, _pipeline(cls).purge)

    @classmethod
    def set(cls, *args: Any, **kwargs: Any) -> None:
        with collecting() as rows:
            super().set(*args, **kwargs)  # type: ignore[misc]
        cls._settle(rows)

    @classmethod
    def get_one(cls, **kwargs: Any) -> Any:
        with _AskedFor(kwargs):
            return super().get_one(**kwargs)  # type: ignore[misc]

    @classmethod
    def get_all(cls, **kwargs: Any) -> Any:
        with _AskedFor(kwargs):
            return super().get_all(**kwargs)  # type: ignore[misc]

    # Off the event loop: Airflow 3.3 calls the hooks on it, so they only pass rows through there.

    @classmethod
    async def aset(cls, key: str, value: Any, **kwargs: Any) -> None:
        with collecting() as rows:
            if not HAS_TASK_LOOPS:
                at = {name: kwargs.get(name) for name in ("dag_id", "run_id", "task_id", "map_index")}
                value = _Row(await asyncio.to_thread(cls.serialize_value, value, key=key, **at))
            await super().aset(key, value, **kwargs)  # type: ignore[misc]
        await asyncio.to_thread(cls._settle, rows)

    @classmethod
    async def aget_one(cls, **kwargs: Any) -> Any:
        with _AskedFor(kwargs, deferred=True):
            row = await super().aget_one(**kwargs)  # type: ignore[misc]
        return await cls._aload(row, kwargs)

    @classmethod
    async def aget_all(cls, **kwargs: Any) -> Any:
        with _AskedFor(kwargs, deferred=True):
            rows = await super().aget_all(**kwargs)  # type: ignore[misc]
        return rows and [await cls._aload(row, kwargs) for row in rows]

    @classmethod
    async def _aload(cls, row: Any, kwargs: dict[str, Any]) -> Any:
        if not isinstance(row, _Row):
            return row
        value, secrets = await asyncio.to_thread(cls._pull_row, row.row, _coordinate(kwargs))
        if secrets:
            await amask_secrets(secrets)
        return value

    @classmethod
    def _pull_row(cls, row: Json, at: Coordinate | None) -> tuple[Any, list[str]]:
        pulled = _pipeline(cls).pull(row, at)
        return pulled.value, _secrets(pulled)


class SerdeXComBackend(_Hooks, BaseXCom):
    """Keeps numpy, pandas, Arrow and polars values, and what JSON loses; all in the row."""

    @classmethod
    def pipeline(cls) -> Pipeline:
        return settings.current().pipeline()


class FernetXComBackend(_Hooks, BaseXCom):
    """Encrypts every value, in the row. Needs ``[xcom_toolkit] fernet_keys`` or ``key_provider``."""

    @classmethod
    def pipeline(cls) -> Pipeline:
        return settings.current().pipeline(encrypt=True)


class ThresholdXComBackend(_Hooks, XComObjectStorageBackend):  # type: ignore[misc]
    """Moves values larger than ``[common.io] xcom_objectstorage_threshold`` to object storage."""

    @classmethod
    def pipeline(cls) -> Pipeline:
        return settings.current().pipeline(offload=True)


class ToolkitXComBackend(_Hooks, XComObjectStorageBackend):  # type: ignore[misc]
    """All of it, switched by configuration: offloads where a threshold is set, encrypts where there are keys."""

    @classmethod
    def pipeline(cls) -> Pipeline:
        return settings.current().pipeline(offload=True, encrypt=None)


_pipelines: dict[Any, Pipeline] = {}
_overwrites = Overwrites()


def _pipeline(backend: type[_Hooks]) -> Pipeline:
    """The pipeline of ``backend``, made once a process."""
    if backend not in _pipelines:
        _pipelines[backend] = backend.pipeline()
    return _pipelines[backend]


class _AskedFor:
    """Lets the hooks know whose XCom was asked for, so that an encrypted row copied onto another's does not open."""

    def __init__(self, kwargs: dict[str, Any], *, deferred: bool = False) -> None:
        self._at = _coordinate(kwargs)
        self._is_deferred = deferred

    def __enter__(self) -> None:
        self._tokens = _asked_for.set(self._at), _deferred.set(self._is_deferred)

    def __exit__(self, *exception: object) -> None:
        _asked_for.reset(self._tokens[0])
        _deferred.reset(self._tokens[1])


def _coordinate(kwargs: dict[str, Any]) -> Coordinate:
    run_id = None if kwargs.get("include_prior_dates") else kwargs.get("run_id")
    return Coordinate(kwargs.get("dag_id"), run_id, kwargs.get("task_id"), kwargs.get("map_index"), kwargs.get("key"))


def _mask_refused(pipeline: Pipeline, value: Any) -> None:
    """The error of a refused value, and of what is behind it, may quote it; the log of the task then does not."""
    with suppress(Exception):  # The error of the push is the one to be seen.
        if secrets := _secrets(Pulled(value, encrypted=pipeline.encryption is not None)):
            mask_secrets(secrets)


def _secrets(pulled: Pulled) -> list[str]:
    """What Airflow's masker is to be told of a value that was decrypted."""
    if not pulled.encrypted or not settings.current().mask_decrypted:
        return []
    decrypted = _decrypted()
    left_out = decrypted.left_out
    secrets = decrypted.add(pulled.value)
    if decrypted.left_out > left_out:
        log.info(_LEFT_OUT, decrypted.left_out, MAX_MASKED)
    return secrets


_LEFT_OUT = "%d texts of decrypted XComs are not masked in the log of this task; at most %d are. Do not print them."


@cache
def _decrypted() -> Decrypted:
    """The texts that this process decrypted; from the first one on, rendered arguments are masked."""
    decrypted = Decrypted()
    mask_rendered_fields(decrypted.masked)
    return decrypted
