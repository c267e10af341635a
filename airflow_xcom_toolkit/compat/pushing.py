"""Every push that Airflow makes in this process, and what it gives back when it is pulled at once.

Private names, each with a test for every Airflow: ``BaseXCom._push`` and ``_apush``, with which a task of Airflow 3.4
pushes its own values; and ``airflow.sdk.execution_time.xcom.XCom``, the backend as Airflow calls it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from ..abc import Coordinate

_PUSHES = {
    "set": ("key", "value"),
    "_push": ("ti", "key", "value"),
    "aset": ("key", "value"),
    "_apush": ("ti", "key", "value"),
}
"""The names of their positional arguments."""
_ASYNC = ("aset", "_apush")

Around = Callable[[Coordinate, Any, Callable[[], None], Callable[[], Any]], None]
"""Called for a push, with whose XCom it is, the value, what pushes it, and what pulls it then."""
AsyncAround = Callable[[Coordinate, Any, Callable[[], Awaitable[None]], Callable[[], Awaitable[Any]]], Awaitable[None]]


def used_backend() -> Any:
    """The class that Airflow calls in this process."""
    return import_module("airflow.sdk.execution_time.xcom").XCom


@contextmanager
def watching(around: Around, async_around: AsyncAround) -> Iterator[None]:
    """While this is open, each push goes through one of the two."""
    backend = used_backend()
    with ExitStack() as patches:
        for name, arguments in _PUSHES.items():
            if (original := getattr(backend, name, None)) is not None:
                made = (
                    _awatched(backend, original, arguments, async_around)
                    if name in _ASYNC
                    else _watched(backend, original, arguments, around)
                )
                patches.enter_context(patch.object(backend, name, made))
        yield


def _watched(backend: Any, original: Any, names: tuple[str, ...], around: Around) -> Callable[..., None]:
    def push(*args: Any, **kwargs: Any) -> None:
        at, value = _of({**dict(zip(names, args)), **kwargs})
        around(at, value, lambda: original(*args, **kwargs), lambda: backend.get_one(**_named(at)))

    return push


def _awatched(backend: Any, original: Any, names: tuple[str, ...], around: AsyncAround) -> Callable[..., Any]:
    async def push(*args: Any, **kwargs: Any) -> None:
        at, value = _of({**dict(zip(names, args)), **kwargs})
        await around(at, value, lambda: original(*args, **kwargs), lambda: backend.aget_one(**_named(at)))

    return push


def _of(found: Mapping[str, Any]) -> tuple[Coordinate, Any]:
    """Whose XCom it is, as the arguments say or the task instance that is one of them; and the value."""
    ti = SimpleNamespace(**found) if "ti" not in found else found["ti"]
    map_index = getattr(ti, "map_index", -1)
    return Coordinate(ti.dag_id, ti.run_id, ti.task_id, map_index, found["key"]), found["value"]


def _named(at: Coordinate) -> dict[str, Any]:
    return {name: getattr(at, name) for name in ("key", "dag_id", "task_id", "run_id", "map_index")}
