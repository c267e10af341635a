"""One logic for plain and for async code: a helper is a generator of calls, and each is made in either way."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from ..compat import HAS_ASYNC, airflow_version
from ..errors import AirflowVersionError

T = TypeVar("T")


class Call(Protocol):
    """One request to Airflow's task API."""

    def call(self) -> Any: ...

    async def acall(self) -> Any: ...


Steps = Generator[Call, Any, T]
"""Yields calls, is sent their answers, and returns a result."""


def run(steps: Steps[T]) -> T:
    """The result of ``steps``, each call blocking."""
    answer: Any = None
    while True:
        try:
            call = steps.send(answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        answer = call.call()


async def arun(steps: Steps[T], name: str) -> T:
    """The same off the event loop. Raises `AirflowVersionError`, which shows ``name``, where Airflow cannot."""
    require_async(name)
    answer: Any = None
    while True:
        try:
            call = steps.send(answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        answer = await call.acall()


def require_async(name: str) -> None:
    """Raises `AirflowVersionError` where Airflow has no async XCom calls."""
    if not HAS_ASYNC:
        raise AirflowVersionError(name, "3.3", airflow_version())


def xcom() -> Any:
    """The configured backend."""
    from airflow.sdk.execution_time.xcom import XCom

    return XCom


@dataclass(frozen=True)
class One:
    """The value of one task instance, ``None`` where there is none. Map index ``None``: that of an unmapped task."""

    ti: Any
    task_id: str
    key: str
    map_index: int | None = None

    def call(self) -> Any:
        return xcom().get_one(map_index=self.map_index, **_named(self))

    async def acall(self) -> Any:
        return await xcom().aget_one(map_index=self.map_index, **_named(self))


@dataclass(frozen=True)
class Every:
    """The values of all instances of a task in order, ``None`` where there is none."""

    ti: Any
    task_id: str
    key: str

    def call(self) -> Any:
        return xcom().get_all(**_named(self))

    async def acall(self) -> Any:
        return await xcom().aget_all(**_named(self))


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


def _named(call: One | Every) -> dict[str, Any]:
    ti = call.ti
    return {"dag_id": ti.dag_id, "run_id": ti.run_id, "task_id": call.task_id, "key": call.key}
