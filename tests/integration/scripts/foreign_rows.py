"""Prints the rows that the configured backend writes for the values in ``foreign.py``, by their names."""

from __future__ import annotations

from airflow.sdk.execution_time.xcom import XCom

from tests.integration.foreign import FOREIGN
from tests.integration.scripts import answer

AT = {"key": "k", "task_id": "t", "dag_id": "d", "run_id": "r", "map_index": -1}

if __name__ == "__main__":
    answer({name: XCom.serialize_value(make(), **AT) for name, make in FOREIGN.items()})
