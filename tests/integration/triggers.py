"""A trigger that reads and writes XComs, as deferrable operators may, and such an operator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.execution_time.xcom import XCom
from airflow.triggers.base import BaseTrigger, TriggerEvent
from asgiref.sync import sync_to_async

from airflow_xcom_toolkit.compat import HAS_ASYNC
from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration import values


class Relay(BaseTrigger):
    """Pulls the value of one key of a task, and pushes it under another.

    By the async calls where Airflow has them, otherwise by the others in a thread, as its own triggers do.
    """

    def __init__(self, at: dict[str, Any], source: str, target: str) -> None:
        super().__init__()
        self.at = at
        self.source = source
        self.target = target

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return "tests.integration.triggers.Relay", {"at": self.at, "source": self.source, "target": self.target}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        if HAS_ASYNC:
            value = await XCom.aget_one(key=self.source, **self.at)
            await XCom.aset(key=self.target, value=value, **self.at)
        else:
            value = await sync_to_async(XCom.get_one)(key=self.source, **self.at)
            await sync_to_async(XCom.set)(key=self.target, value=value, **self.at)
        yield TriggerEvent({"type": type(value).__name__})


class Deferring(BaseOperator):
    """Pushes, and has a trigger relay what it pushed."""

    def execute(self, context: Any) -> None:
        ti = context["ti"]
        ti.xcom_push(key="source", value=values.frame(350))
        at = {"dag_id": ti.dag_id, "run_id": ti.run_id, "task_id": ti.task_id, "map_index": -1}
        self.defer(trigger=Relay(at, "source", "target"), method_name="resumed")

    def resumed(self, context: Any, event: dict[str, Any]) -> None:
        assert event == {"type": "DataFrame"}
        ti = context["ti"]
        assert_same(ti.xcom_pull(task_ids=ti.task_id, key="target"), values.frame(350))
