"""Pushes, pulls and purges a string that looks like a stock reference; prints the row, and whether all was well."""

from __future__ import annotations

import json
from types import SimpleNamespace

from airflow.sdk import ObjectStoragePath
from airflow.sdk.execution_time.xcom import XCom

from tests.integration.foreign import make_victim, victim_reference
from tests.integration.scripts import answer

if __name__ == "__main__":
    make_victim()
    text = victim_reference()
    row = json.loads(json.dumps(XCom.serialize_value(text, dag_id="d", run_id="r", task_id="t", key="k", map_index=-1)))
    result = SimpleNamespace(value=row)
    same = XCom.deserialize_value(result) == text
    XCom.purge(result)
    answer({"row": row, "same": same, "victim": ObjectStoragePath(text).exists()})
