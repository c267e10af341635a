"""One logic for plain and for async code: a helper is a generator of calls, and each is made in either way."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Protocol, TypeVar

from ..abc import Coordinate, Json
from ..compat import HAS_ASYNC, airflow_version
from ..errors import AirflowVersionError

T = TypeVar("T")


class Call(Protocol):
    """One request to Airflow's task API."""

    def call(self) -> Any: ...

    async def acall(self) -> Any: ...


Steps = Generator[Call, Any, T]
"""Yields calls, is sent their answers or thrown their errors, and returns a result."""


def run(steps: Steps[T]) -> T:
    """The result of ``steps``, each call blocking."""
    go_on = partial(next, steps)
    while True:
        try:
            call = go_on()
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        try:
            go_on = partial(steps.send, call.call())
        except Exception as e:
            go_on = partial(steps.throw, e)


async def arun(steps: Steps[T], name: str) -> T:
    """The same off the event loop. Raises `AirflowVersionError`, which shows ``name``, where Airflow cannot."""
    require_async(name)
    go_on = partial(next, steps)
    while True:
        try:
            call = go_on()
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        try:
            go_on = partial(steps.send, await call.acall())
        except Exception as e:
            go_on = partial(steps.throw, e)


def require_async(name: str) -> None:
    """Raises `AirflowVersionError` where Airflow has no async XCom calls."""
    if not HAS_ASYNC:
        raise AirflowVersionError(name, "3.3", airflow_version())


def xcom() -> Any:
    """The configured backend."""
    from airflow.sdk.execution_time.xcom import XCom

    return XCom


@dataclass(frozen=True)
class Every:
    """The values of all instances of a task in order, ``None`` where there is none."""

    ti: Any
    task_id: str
    key: str

    method: ClassVar[str] = "get_all"
    row_method: ClassVar[str] = "get_rows"

    def call(self) -> Any:
        return getattr(xcom(), self.method)(**self.arguments())

    async def acall(self) -> Any:
        return await getattr(xcom(), f"a{self.method}")(**self.arguments())

    def arguments(self) -> dict[str, Any]:
        return {"dag_id": self.ti.dag_id, "run_id": self.ti.run_id, "task_id": self.task_id, "key": self.key}

    def rows(self, found: Any) -> list[Json]:
        """What ``row_method`` gave, as a list."""
        return found or []

    def values(self, loaded: list[Any]) -> Any:
        """What ``method`` would give, of the values of `rows`."""
        return loaded or None


@dataclass(frozen=True)
class One(Every):
    """The value of one task instance, ``None`` where there is none. Map index ``None``: that of an unmapped task."""

    map_index: int | None = None

    method = "get_one"
    row_method = "get_row"

    def arguments(self) -> dict[str, Any]:
        return {**super().arguments(), "map_index": self.map_index}

    def rows(self, found: Any) -> list[Json]:
        return [] if found is None else [found]

    def values(self, loaded: list[Any]) -> Any:
        return loaded[0] if loaded else None


@dataclass(frozen=True)
class Several:
    """What several reads give, in their order. The rows are asked for first; then their objects are fetched, several
    at a time.
    """

    reads: Sequence[Every]

    def call(self) -> list[Any]:
        backend = xcom()
        if not hasattr(backend, "load_rows"):
            return [read.call() for read in self.reads]
        rows = [read.rows(getattr(backend, read.row_method)(**read.arguments())) for read in self.reads]
        return self._values(rows, list(backend.load_rows(self._located(rows))))

    async def acall(self) -> list[Any]:
        backend = xcom()
        if not hasattr(backend, "aload_rows"):
            return [await read.acall() for read in self.reads]
        rows = [read.rows(await getattr(backend, f"a{read.row_method}")(**read.arguments())) for read in self.reads]
        return self._values(rows, await backend.aload_rows(self._located(rows)))

    def _located(self, rows: list[list[Json]]) -> Iterator[tuple[Json, Coordinate]]:
        for read, found in zip(self.reads, rows):
            at = Coordinate(**read.arguments())
            yield from ((row, at) for row in found)

    def _values(self, rows: list[list[Json]], loaded: list[Any]) -> list[Any]:
        rest = iter(loaded)
        return [read.values([next(rest) for _ in found]) for read, found in zip(self.reads, rows)]


@dataclass(frozen=True)
class Push:
    """Writes an XCom of the running task instance."""

    ti: Any
    key: str
    value: Any

    def call(self) -> None:
        self.ti.xcom_push(key=self.key, value=self.value)

    async def acall(self) -> None:
        await self.ti.axcom_push(key=self.key, value=self.value)
