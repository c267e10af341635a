"""A trigger that reads and writes XComs. It runs in the triggerer, and the task that defers to it names its class."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.sdk.execution_time.xcom import XCom
from airflow.triggers.base import BaseTrigger, TriggerEvent


class Relay(BaseTrigger):
    """Pulls the value of one key of a task, and pushes it under another."""

    def __init__(self, at: dict[str, Any], source: str, target: str) -> None:
        super().__init__()
        self.at = at
        self.source = source
        self.target = target

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return "host_triggers.Relay", {"at": self.at, "source": self.source, "target": self.target}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        await asyncio.sleep(2)  # One that fires before the scheduler knows that the task has deferred fails the task.
        value = await XCom.aget_one(key=self.source, **self.at)
        await XCom.aset(key=self.target, value=value, **self.at)
        yield TriggerEvent({"type": type(value).__name__})
