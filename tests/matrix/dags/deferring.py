"""A deferrable operator whose trigger pulls what it pushed, and pushes it under another key."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperator, dag

from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration import values


class Deferring(BaseOperator):
    def execute(self, context: Any) -> None:
        from tests.matrix.triggers import Relay

        ti = context["ti"]
        ti.xcom_push(key="source", value=values.frame(350))
        at = {"dag_id": ti.dag_id, "run_id": ti.run_id, "task_id": ti.task_id, "map_index": -1}
        self.defer(trigger=Relay(at, "source", "target"), method_name="resumed")

    def resumed(self, context: Any, event: dict[str, Any]) -> None:
        assert event == {"type": "DataFrame"}
        ti = context["ti"]
        assert_same(ti.xcom_pull(task_ids=ti.task_id, key="target"), values.frame(350))


@dag(schedule=None)
def deferring() -> None:
    Deferring(task_id="deferring")


deferring()
