"""The backends: what ``AIRFLOW__CORE__XCOM_BACKEND`` is set to. Each names its stages; one pipeline does the work."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache, partial
from threading import Lock
from types import SimpleNamespace
from typing import Any, BinaryIO, TypeVar

from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend
from airflow.sdk.bases.xcom import BaseXCom

from .abc import Backend, Coordinate, Json, Part, Pulled
from .ahead import AT_ONCE, Ahead
from .compat import (
    HAS_ASYNC,
    HAS_TASK_LOOPS,
    PushHooks,
    airflow_version,
    amask_secrets,
    forget_rendered_fields,
    in_task_process,
    mask_secrets,
    render_through,
    threads_may_send,
)
from .description import Description
from .envelope import is_envelope, object_size
from .errors import AirflowVersionError, ConfigurationError, PartialLoadError, XComToolkitError
from .foreign import looks_like_a_reference
from .hooks import owner, prefers_new, warn_of_half_overrides
from .masking import MAX_MASKED, Decrypted
from .observe.counting import count_with
from .observe.watch import Watch
from .overwrites import Overwrites, Pushed, collecting
from .pipeline import Pipeline
from .rendering import sendable
from .settings import Settings, current

log = logging.getLogger(__name__)

T = TypeVar("T")

_asked_for: ContextVar[Coordinate | None] = ContextVar("xcom_toolkit_asked_for", default=None)
_to_mask: ContextVar[list[str] | None] = ContextVar("xcom_toolkit_to_mask", default=None)
_as_rows: ContextVar[bool] = ContextVar("xcom_toolkit_as_rows", default=False)
_masking = Lock()


class _Rows(BaseXCom):
    """Airflow's own accessors, for rows instead of values: who calls them makes the rows, or loads them."""

    @classmethod
    def store_value(cls, coordinate: Any, key: str, value: Json) -> Json:
        return value

    @classmethod
    def load_value(cls, stored: Json) -> Json:
        return stored

    @staticmethod
    def serialize_value(value: Any, **coordinate: Any) -> Any:
        return value

    @staticmethod
    def deserialize_value(result: Any) -> Any:
        return result.value


class _Hooks(PushHooks, Backend):
    """Airflow's hooks over a pipeline: both pairs, in one class, so that neither is preferred by inheritance."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        warn_of_half_overrides(cls)

    @classmethod
    def settings(cls) -> Settings:
        return current()

    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        return (_pipelines.get(cls) or _pipeline(cls)).push(value, at)

    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        return (_pipelines.get(cls) or _pipeline(cls)).pull(row, at, part)

    @classmethod
    def store_value(cls, coordinate: Any, key: str, value: Any) -> Json:
        """Airflow 3.4 and newer. ``coordinate`` is an ``XComCoordinate``."""
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
        return stored if _as_rows.get() else cls._pull_row(stored, _asked_for.get())

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
        return cls._push_row(value, Coordinate(dag_id, run_id, task_id, map_index, key))

    @classmethod
    def deserialize_value(cls, result: Any) -> Any:
        """Airflow 3.0 to 3.3."""
        return result.value if _as_rows.get() else cls._pull_row(result.value, _asked_for.get())

    @classmethod
    def purge(cls, xcom: Any, *args: Any) -> None:
        seen = _watching().begin("purge")
        try:
            _pipeline(cls).purge(xcom.value)
        except BaseException as e:
            seen.failed(e)
            raise
        seen.done(xcom.value)

    @classmethod
    def _push_row(cls, value: Any, at: Coordinate) -> Json:
        seen = (_watch or _watching()).begin("push", at)
        try:
            row = cls.push(value, at)
        except BaseException as e:
            seen.failed(e)
            if isinstance(e, Exception):
                cls._mask_refused(value)
            raise
        seen.done(row)
        if at.instance or not HAS_TASK_LOOPS:
            _overwrites.pushed(at, row)
        return row

    @classmethod
    def _settle(cls, rows: list[Pushed]) -> None:
        _overwrites.settle(rows, lambda row: cls.purge(SimpleNamespace(value=row)))

    @classmethod
    def set(cls, *args: Any, **kwargs: Any) -> None:
        with collecting() as rows:
            super().set(*args, **kwargs)  # type: ignore[misc]
        cls._settle(rows)

    @classmethod
    def get_one(cls, **kwargs: Any) -> Any:
        with _asking_for(_coordinate(kwargs)):
            return super().get_one(**kwargs)  # type: ignore[misc]

    @classmethod
    def get_all(cls, **kwargs: Any) -> Any:
        at = _coordinate(kwargs)
        rows = cls.get_rows(**kwargs)
        return rows and list(cls.load_rows((row, at) for row in rows))

    # Off the event loop, on which Airflow 3.3 calls the hooks.

    @classmethod
    async def aset(cls, key: str, value: Any, **kwargs: Any) -> None:
        with collecting() as rows:
            if HAS_TASK_LOOPS:
                await super().aset(key, value, **kwargs)  # type: ignore[misc]
            else:
                at = {name: kwargs.get(name) for name in ("dag_id", "run_id", "task_id", "map_index")}
                row = await off_the_loop(partial(cls.serialize_value, value, key=key, **at))
                await _Rows.aset(key, row, **kwargs)
        await asyncio.to_thread(cls._settle, rows)

    @classmethod
    async def aget_one(cls, **kwargs: Any) -> Any:
        row = await _Rows.aget_one(**kwargs)
        return None if row is None else await cls.aload_row(row, _coordinate(kwargs))

    @classmethod
    async def aget_all(cls, **kwargs: Any) -> Any:
        at = _coordinate(kwargs)
        rows = await cls.aget_rows(**kwargs)
        return rows and await cls.aload_rows((row, at) for row in rows)

    @classmethod
    def _load_hook(cls) -> str:
        """The hook that this Airflow calls."""
        is_new = HAS_TASK_LOOPS and prefers_new(cls, "deserialize_value", "load_value")
        return "load_value" if is_new else "deserialize_value"

    @classmethod
    def _pull_row(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Any:
        watch = _watch or _watching()
        is_plain = type(row) is not dict or "__classname__" not in row
        seen = None if is_plain and watch.is_quiet else watch.begin("pull", at)  # One costs as much as a small pull.
        try:
            pulled = cls.pull(row, at, part)
            cls._mask(pulled)
        except BaseException as e:
            if seen is not None:
                seen.failed(e)
            raise
        if seen is not None:
            seen.done(row)
        return pulled.value

    # Rows, for the helpers: as they are stored, and what becomes of them.

    @classmethod
    def get_row(cls, **kwargs: Any) -> Json:
        """The row that `get_one` with these arguments would load; ``None`` where there is none."""
        row: Json = _Rows.get_one(**kwargs)
        return row

    @classmethod
    async def aget_row(cls, **kwargs: Any) -> Json:
        """The same from a coroutine. Raises `AirflowVersionError` before Airflow 3.3."""
        if not HAS_ASYNC:
            raise AirflowVersionError("aget_row", "3.3", airflow_version())
        row: Json = await _Rows.aget_one(**kwargs)
        return row

    @classmethod
    def get_rows(cls, **kwargs: Any) -> list[Json] | None:
        """The rows whose values `get_all` with these arguments would give; ``None`` where there is none."""
        rows: list[Json] | None = _Rows.get_all(**kwargs)
        return rows

    @classmethod
    async def aget_rows(cls, **kwargs: Any) -> list[Json] | None:
        """The same from a coroutine, on Airflow 3.3 and newer."""
        rows: list[Json] | None = await _Rows.aget_all(**kwargs)
        return rows

    @classmethod
    def has_own_load_hook(cls) -> bool:
        """Whether a subclass overrides the hook that this Airflow calls for each value."""
        return owner(cls, cls._load_hook()) is not _Hooks

    @classmethod
    def rows_of(cls, values: Any, wanted: slice) -> list[Json]:
        """The rows of a slice of Airflow's lazy sequence. Not where `has_own_load_hook`, which is called."""
        token = _as_rows.set(True)
        try:
            return list(values[wanted])
        finally:
            _as_rows.reset(token)

    @classmethod
    def load_row(cls, row: Json, at: Coordinate | None = None, part: Part | None = None) -> Any:
        """The value of a row as a pull gives it, or a part of it; what was decrypted is masked.

        ``at``: whose XCom the row is. Raises `PartialLoadError` for a part where a subclass overrides Airflow's hooks.
        """
        hook = cls._load_hook()
        if part is not None:
            if cls.has_own_load_hook():
                raise PartialLoadError(
                    f"{cls.__qualname__} loads values by a {hook} of its own, which loads them whole"
                )
            return cls._pull_row(row, at, part)
        with _asking_for(at):
            return cls.load_value(row) if hook == "load_value" else cls.deserialize_value(SimpleNamespace(value=row))

    @classmethod
    async def aload_row(cls, row: Json, at: Coordinate | None = None, part: Part | None = None) -> Any:
        """The same, off the event loop."""
        return await off_the_loop(partial(cls.load_row, row, at, part))

    @classmethod
    def load_rows(cls, rows: Iterable[tuple[Json, Coordinate | None]], at_once: int = AT_ONCE) -> Ahead[Any]:
        """The values of rows, each with whose XCom it is, in their order; objects are fetched ahead, in threads."""
        return Ahead((_Load(cls, row, at) for row, at in rows), at_once if threads_may_send() else 1)

    @classmethod
    async def aload_rows(cls, rows: Iterable[tuple[Json, Coordinate | None]]) -> list[Any]:
        """The same, off the event loop."""
        values = cls.load_rows(rows)
        try:
            return await off_the_loop(partial(list, values))
        finally:
            values.close(wait=False)

    @classmethod
    def fetches(cls, row: Json) -> int | None:
        """The bytes that loading ``row`` fetches, 0 where only the store knows; ``None``: it fetches nothing."""
        if is_envelope(row):
            return object_size(row)  # type: ignore[arg-type]
        with suppress(XComToolkitError):  # It is raised when the row is loaded.
            return None if _pipeline(cls).foreign_url(row) is None else 0
        return None

    @classmethod
    def describe_row(cls, row: Json, at: Coordinate | None = None) -> Description:
        return _pipeline(cls).describe(row, at)

    @classmethod
    @contextmanager
    def open_row(cls, row: Json, at: Coordinate | None = None) -> Iterator[BinaryIO]:
        seen = _watching().begin("pull", at, timed=False)
        try:
            with _pipeline(cls).open(row, at) as body:
                yield body
        except XComToolkitError as e:  # Another error is one of the code in the block.
            seen.failed(e)
            raise
        seen.done(row)

    @classmethod
    def _mask(cls, pulled: Pulled) -> None:
        """Hides what was decrypted; from a thread beside an event loop, later and from there.

        In a task it may be an argument, which Airflow stores: see `_shown`.
        """
        if in_task_process():
            _shown()
        if pulled.encrypted and cls.settings().mask_decrypted:
            _hide(_secrets(pulled.value))

    @classmethod
    def _mask_refused(cls, value: Any) -> None:
        """The error of a refused value, and of what is behind it, may quote it; the log of the task then does not."""
        with suppress(Exception):  # The error of the push is the one to be seen.
            cls._mask(Pulled(value, encrypted=_pipeline(cls).encryption is not None))


class SerdeXComBackend(_Hooks, BaseXCom):
    """Keeps numpy, pandas, Arrow and polars values, and what JSON loses; all in the row."""

    @classmethod
    def pipeline(cls) -> Pipeline:
        return cls.settings().pipeline()


class FernetXComBackend(_Hooks, BaseXCom):
    """Encrypts every value, in the row. Needs ``[xcom_toolkit] fernet_keys`` or ``key_provider``."""

    @classmethod
    def pipeline(cls) -> Pipeline:
        return cls.settings().pipeline(encrypt=True)


class VersionedXComBackend(_Hooks, BaseXCom):
    """Keeps schemas with their versions, and brings old values up to date; all in the row."""

    @classmethod
    def pipeline(cls) -> Pipeline:
        return cls.settings().pipeline(stamp=True)


class ThresholdXComBackend(_Hooks, XComObjectStorageBackend):  # type: ignore[misc]
    """Moves values larger than ``[common.io] xcom_objectstorage_threshold`` to object storage."""

    @classmethod
    def pipeline(cls) -> Pipeline:
        return cls.settings().pipeline(offload=True)


class ToolkitXComBackend(_Hooks, XComObjectStorageBackend):  # type: ignore[misc]
    """All of it, switched by configuration: offloads where a threshold is set, encrypts where there are keys."""

    @classmethod
    def pipeline(cls) -> Pipeline:
        return cls.settings().pipeline(offload=True, encrypt=None, stamp=True)


def configured() -> type[_Hooks]:
    """The backend that Airflow has here. Raises `ConfigurationError` unless it is one of the toolkit's."""
    from airflow.sdk.execution_time.xcom import XCom

    backend: type[Any] = XCom
    if issubclass(backend, _Hooks):
        return backend
    names = ", ".join(f"airflow_xcom_toolkit.{backend.__name__}" for backend in _BACKENDS)
    found = f"{backend.__module__}.{backend.__qualname__}"
    raise ConfigurationError("core.xcom_backend", f"it is {found}; this needs one of {names}, or a subclass of one")


def forget() -> None:
    """Lets this process start anew, as tests need it: options, pipelines, the rows that it set, what is masked."""
    global _overwrites, _watch
    _watch = None
    count_with(None)
    current.cache_clear()
    _pipelines.clear()
    _overwrites = Overwrites()
    _shown.cache_clear()
    forget_rendered_fields()


_BACKENDS = (ToolkitXComBackend, ThresholdXComBackend, FernetXComBackend, VersionedXComBackend, SerdeXComBackend)
_pipelines: dict[Any, Pipeline] = {}
_overwrites = Overwrites()
_watch: Watch | None = None


def _watching() -> Watch:
    """What watches this process, made at its first value: Airflow's options of metrics, traces and logs stand then."""
    global _watch
    if _watch is None:
        from .compat.observability import meter, span_starter

        measuring = meter()
        count_with(measuring)
        _watch = Watch(measuring, span_starter(), looks_like_a_reference)
    return _watch


def _pipeline(backend: type[_Hooks]) -> Pipeline:
    """The pipeline of ``backend``, made once a process."""
    found = _pipelines.get(backend)
    return found if found is not None else _pipelines.setdefault(backend, backend.pipeline())


@contextmanager
def _asking_for(at: Coordinate | None) -> Iterator[None]:
    """Lets the hooks know whose XCom was asked for, so that an encrypted row copied onto another's does not open."""
    token = _asked_for.set(at)
    try:
        yield
    finally:
        _asked_for.reset(token)


class _Load:
    """A row's value, as work that may be done ahead; what it decrypts is masked from the thread of the caller."""

    def __init__(self, backend: type[_Hooks], row: Json, at: Coordinate | None) -> None:
        self.size = backend.fetches(row)
        self._load = partial(backend.load_row, row, at)
        self._secrets: list[str] = []

    def do(self) -> Any:
        _to_mask.set(self._secrets)
        return self._load()

    def settle(self) -> None:
        _hide(self._secrets)


async def off_the_loop(call: Callable[[], T]) -> T:
    """What ``call`` gives in a thread. What it decrypts is masked from here: see `amask_secrets`."""
    secrets: list[str] = []
    token = _to_mask.set(secrets)
    try:
        return await asyncio.to_thread(call)
    finally:
        _to_mask.reset(token)
        if secrets:
            await amask_secrets(secrets)


def _hide(secrets: list[str]) -> None:
    """Masks ``secrets``, or leaves them to who masks later."""
    later = _to_mask.get()
    if later is not None:
        later += secrets
    elif secrets:
        mask_secrets(secrets)


def _coordinate(kwargs: dict[str, Any]) -> Coordinate:
    run_id = None if kwargs.get("include_prior_dates") else kwargs.get("run_id")
    return Coordinate(kwargs.get("dag_id"), run_id, kwargs.get("task_id"), kwargs.get("map_index"), kwargs.get("key"))


def _secrets(value: Any) -> list[str]:
    """What Airflow's masker is to be told of a value that was decrypted."""
    decrypted = _shown()
    with _masking:
        left_out = decrypted.left_out
        secrets = decrypted.add(value)
    if decrypted.left_out > left_out:
        log.info(_LEFT_OUT, decrypted.left_out, MAX_MASKED)
    return secrets


_LEFT_OUT = "%d texts of decrypted XComs are not masked in the log of this task; at most %d are. Do not print them."


@cache
def _shown() -> Decrypted:
    """The texts that this process decrypted; from now on arguments are rendered without them, and can be sent."""
    decrypted = Decrypted()
    render_through(sendable, decrypted.masked)
    return decrypted
