"""A task instance over a supervisor that keeps rows, with the toolkit's backend, which offloads everything."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from airflow.sdk.bases.xcom import BaseXCom
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time import xcom as configured
from airflow.sdk.execution_time.comms import DeleteXCom, GetXComSequenceSlice
from airflow.sdk.execution_time.comms import XComSequenceSliceResult as Slice

import airflow_xcom_toolkit
from tests.unit.conftest import SetOptions
from tests.unit.test_backends import Supervisor

needs_async = pytest.mark.skipif(not hasattr(BaseXCom, "aget_one"), reason="this Airflow has no async XCom calls")


class Rows(Supervisor):
    """Gives the values of a mapped task in the order of its indexes. No map index means -1, as for the server."""

    def send(self, msg: Any) -> Any:
        if isinstance(msg, DeleteXCom) and msg.map_index is None:
            msg.map_index = -1
        if not isinstance(msg, GetXComSequenceSlice):
            return super().send(msg)
        self.order.append(type(msg).__name__)
        wanted = (msg.key, msg.dag_id, msg.task_id, msg.run_id)
        found = [json.loads(self.rows[at]) for at in sorted(self.rows) if at[:4] == wanted]
        return Slice(root=found[msg.start : msg.stop : msg.step])


@dataclass
class Ti:
    """What the helpers use of Airflow's task instance."""

    task_id: str
    task: Any = None
    map_index: int | None = -1
    try_number: int = 1
    dag_id: str = "d"
    run_id: str = "r"

    def xcom_push(self, key: str, value: Any) -> None:
        configured.XCom.set(key=key, value=value, **self._at)

    async def axcom_push(self, key: str, value: Any) -> None:
        await configured.XCom.aset(key=key, value=value, **self._at)

    @property
    def _at(self) -> dict[str, Any]:
        index = -1 if self.map_index is None else self.map_index
        return {"dag_id": self.dag_id, "task_id": self.task_id, "run_id": self.run_id, "map_index": index}


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch, options: SetOptions) -> Rows:
    """The XComs of one run."""
    options(xcom_objectstorage_threshold="0")
    stand_in = Rows()
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", stand_in, raising=False)
    monkeypatch.setattr(configured, "XCom", airflow_xcom_toolkit.ToolkitXComBackend)
    return stand_in
