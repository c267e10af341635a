"""Pushes and pulls a text with the configured backend; prints the row and what came back."""

from __future__ import annotations

import sys
from types import SimpleNamespace

from airflow.sdk.execution_time.xcom import XCom

from tests.integration.scripts import answer

if __name__ == "__main__":
    row = XCom.serialize_value(sys.argv[1], dag_id="d", run_id="r", task_id="t", key="k", map_index=-1)
    answer({"row": row, "pulled": XCom.deserialize_value(SimpleNamespace(value=row))})
