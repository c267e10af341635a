"""A trigger that pulls and pushes on every Airflow."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from airflow.sdk.execution_time.xcom import XCom
from airflow.triggers.base import TriggerEvent
from asgiref.sync import sync_to_async

from airflow_xcom_toolkit.compat import HAS_ASYNC
from tests.integration import triggers


class Relay(triggers.Relay):
    """By the async calls where Airflow has them, otherwise by the others in a thread, as its own triggers do."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return "tests.matrix.triggers.Relay", super().serialize()[1]

    async def run(self) -> AsyncIterator[TriggerEvent]:
        if HAS_ASYNC:
            async for event in super().run():
                yield event
            return
        value = await sync_to_async(XCom.get_one)(key=self.source, **self.at)
        await sync_to_async(XCom.set)(key=self.target, value=value, **self.at)
        yield TriggerEvent({"type": type(value).__name__})  # type: ignore[no-untyped-call]
