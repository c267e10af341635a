"""Everything of Airflow that differs between its versions, or is not public. Nothing else imports such names.

Here is what backends need. What commands need is in ``database`` (its tables), ``connections`` (those of its database),
``dags`` (loading dag files) and ``pushing`` (a task's own pushes, watched); ``observability`` has metrics and traces.

Private names, each with a test for every Airflow: ``serde._extra_allowed`` (classes that ``allow_class`` allowed);
``BaseXCom._push`` and ``_apush`` of 3.4 (a task's own pushes, which no longer go through ``set``); the task runner's
``_serialize_rendered_fields`` (what Airflow stores of a task's arguments); ``CommsDecoder.send`` of 3.0 and 3.1 (a
task's messages to its supervisor); ``LazyXComSequence`` (the argument that a mapped task is to another); and, for tests
alone, the caches of serde's allow list and of the stock backend's options.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Sequence, Set
from contextlib import suppress
from functools import cache, wraps
from importlib import import_module
from importlib.metadata import version
from threading import RLock
from types import SimpleNamespace
from typing import Any
from uuid import UUID

try:  # Airflow 3.2 and newer
    from airflow.sdk.configuration import conf
except ImportError:
    from airflow.configuration import conf

from airflow.sdk.bases.xcom import BaseXCom

from ..abc import Coordinate
from ..overwrites import collecting

__all__ = [
    "HAS_ASYNC",
    "HAS_TASK_LOOPS",
    "PushHooks",
    "airflow_version",
    "amask_secrets",
    "conf",
    "declare_sensitive",
    "delete_mapped_row",
    "extra_allowed",
    "forget_masked",
    "forget_options",
    "forget_rendered_fields",
    "in_task_process",
    "is_lazy_sequence",
    "mask_secrets",
    "push_as_task",
    "render_through",
    "serde",
    "threads_may_send",
]

log = logging.getLogger(__name__)
_TASK_RUNNER = "airflow.sdk.execution_time.task_runner"

HAS_ASYNC = hasattr(BaseXCom, "aget_one")
"""Airflow 3.3 and newer: XComs from a coroutine."""

HAS_TASK_LOOPS = hasattr(BaseXCom, "store_value")
"""Airflow 3.4 and newer: several task instances share dag, run, task, map index and key."""


def declare_sensitive(section: str, option: str) -> None:
    """Lets ``conf`` read the ``_CMD`` and ``_SECRET`` forms of an option.

    Airflow 3.0 and 3.1 know the options of providers only where their provider manager has run.
    """
    conf.sensitive_config_values.add((section, option))


def airflow_version() -> str:
    """The version of Airflow."""
    return version("apache-airflow-core")


def serde() -> Any:
    """Airflow's own serialization."""
    try:  # Airflow 3.2 and newer
        return import_module("airflow.sdk.serde")
    except ImportError:
        return import_module("airflow.serialization.serde")


def extra_allowed() -> Set[str]:
    """Names of the classes that ``allow_class`` allowed in this process."""
    return frozenset(getattr(serde(), "_extra_allowed", ()))


class PushHooks:
    """A task's own pushes in Airflow 3.4, where they do not go through ``set``; older ones never call these."""

    @classmethod
    def _settle(cls, rows: Any) -> None:
        raise NotImplementedError

    @classmethod
    def _push(cls, *args: Any, **kwargs: Any) -> None:
        with collecting() as rows:
            super()._push(*args, **kwargs)  # type: ignore[misc]
        cls._settle(rows)

    @classmethod
    async def _apush(cls, *args: Any, **kwargs: Any) -> None:
        with collecting() as rows:
            await super()._apush(*args, **kwargs)  # type: ignore[misc]
        await asyncio.to_thread(cls._settle, rows)


def push_as_task(backend: Any, value: Any, at: Coordinate, instance: UUID) -> None:
    """Pushes as the task instance ``instance`` does for itself: by ``set``, or what Airflow 3.4 has in its place."""
    where = {"dag_id": at.dag_id, "run_id": at.run_id, "task_id": at.task_id, "map_index": at.map_index}
    if not HAS_TASK_LOOPS:
        return backend.set(key=at.key, value=value, **where)  # type: ignore[no-any-return]
    mapped = at.map_index is not None and at.map_index >= 0
    region = (
        {"region_id": instance, "region_index": at.map_index} if mapped else {"region_id": None, "region_index": None}
    )
    backend._push(SimpleNamespace(id=instance, **where, **region), at.key, value)


def forget_options() -> None:
    """Lets Airflow's serde and the stock backend read their options anew: they keep them as long as a process lives."""
    stock: Any = import_module("airflow.providers.common.io.xcom.backend")
    for module in (serde(), stock):
        for name in (
            "_get_patterns",
            "_get_regexp_patterns",
            "_match",
            "_match_glob",
            "_match_regexp",
            *_STOCK_OPTIONS,
        ):
            getattr(getattr(module, name, None), "cache_clear", lambda: None)()


def forget_masked() -> None:
    """Lets Airflow's masker forget all secrets; it compiles all of them into one pattern whenever one is added."""
    for name in ("airflow.sdk._shared.secrets_masker", "airflow.sdk.execution_time.secrets_masker"):
        with suppress(Exception):  # Each Airflow has one of the two; that of 3.0 is there where logging is set up.
            module: Any = import_module(name)
            module.reset_secrets_masker()
            return


_STOCK_OPTIONS = ("_get_base_path", "_get_compression", "_get_threshold")


def delete_mapped_row(**at: Any) -> None:
    """Deletes the row of a mapped task instance that ``XCom.delete`` was called for.

    In Airflow 3.0 that purges the object and leaves the row; later versions delete it, and are not asked again.
    """
    if airflow_version().startswith("3.0."):
        runner: Any = import_module("airflow.sdk.execution_time.task_runner")
        comms: Any = import_module("airflow.sdk.execution_time.comms")
        runner.SUPERVISOR_COMMS.send(comms.DeleteXCom(**at))


@cache
def threads_may_send() -> bool:
    """Whether several threads of a task may ask the supervisor at a time, which this sees to where it can.

    Airflow 3.0 and 3.1 would mix up their answers.
    """
    if not airflow_version().startswith(("3.0.", "3.1.")):
        return True
    decoder: Any = import_module("airflow.sdk.execution_time.comms").CommsDecoder
    if not hasattr(decoder, "send"):  # Airflow 3.0.0 to 3.0.2 ask with two calls.
        return False
    decoder.send = _one_at_a_time(decoder.send)
    return True


def _one_at_a_time(send: Callable[..., Any]) -> Callable[..., Any]:
    lock = RLock()

    @wraps(send)
    def send_locked(*args: Any, **kwargs: Any) -> Any:
        with lock:
            return send(*args, **kwargs)

    return send_locked


def is_lazy_sequence(values: Any) -> bool:
    """Whether Airflow made ``values`` of a mapped task: each item, and each slice, is asked for when it is read."""
    module: Any = import_module("airflow.sdk.execution_time.lazy_sequence")
    return isinstance(values, module.LazyXComSequence)


def mask_secrets(secrets: Sequence[str]) -> None:
    """Hides ``secrets`` in logs and rendered fields, of the task and of its supervisor."""
    try:  # Airflow 3.1 and newer
        module: Any = import_module("airflow.sdk.log")
        mask_secret = module.mask_secret
    except AttributeError:
        mask_secret = import_module("airflow.sdk.execution_time.secrets_masker").mask_secret
    mask_secret(_sendable(secrets))


def in_task_process() -> bool:
    """Whether this process runs tasks, whose arguments Airflow stores."""
    return _TASK_RUNNER in sys.modules


class _Shown:
    """A task, whose arguments are passed through ``change`` where they are read."""

    def __init__(self, task: Any, change: Callable[[Any], Any]) -> None:
        self._task = task
        self._change = change

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._task, name)
        return self._change(found) if name in self._task.template_fields else found


def render_through(change: Callable[[Any], Any], mask: Callable[[Any], Any]) -> None:
    """Passes the arguments of the task through ``change``, and, rendered, through both before Airflow stores them.

    Airflow's own masker passes over numbers, the keys of dicts, and what is more than five levels deep.
    """
    runner: Any = import_module(_TASK_RUNNER)
    original = getattr(runner, "_serialize_rendered_fields", None)
    if original is None:
        log.warning("This Airflow renders arguments in an unknown way; what was decrypted may be shown among them.")
        return

    def serialize_and_mask(task: Any) -> dict[str, Any]:
        return {name: change(mask(value)) for name, value in original(_Shown(task, change)).items()}

    serialize_and_mask.of = original  # type: ignore[attr-defined]
    runner._serialize_rendered_fields = serialize_and_mask


def forget_rendered_fields() -> None:
    """Undoes `render_through`."""
    runner: Any = import_module(_TASK_RUNNER)
    found = getattr(runner, "_serialize_rendered_fields", None)
    if hasattr(found, "of"):
        runner._serialize_rendered_fields = found.of  # type: ignore[union-attr]


async def amask_secrets(secrets: Sequence[str]) -> None:
    """The same from a coroutine, where a blocking message to the supervisor could wait for itself."""
    try:  # Airflow 3.3 and newer
        from airflow.sdk.log import amask_secret
    except ImportError:
        return mask_secrets(secrets)
    await amask_secret(_sendable(secrets))


def _sendable(secrets: Sequence[str]) -> list[Any]:
    """Those that can be sent to the supervisor: no text with a lone surrogate can, and no log has one as it is."""
    return [text for text in secrets if text.isascii() or text == text.encode("utf-8", "ignore").decode()]
