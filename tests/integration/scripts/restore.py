"""Restores the rows in a JSON file with the configured backend, as Airflow does after a rollback.

Prints which backend that was, and how many values came back as the toolkit itself gives them; or the error.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from airflow.sdk.execution_time.xcom import XCom

from airflow_xcom_toolkit import ToolkitXComBackend
from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration import values
from tests.integration.scripts import answer

KNOWN = {
    ("fidelity", "frame", "return_value"): values.frame(5000),
    ("nesting", "nested", "return_value"): values.nested(),
    **{("keys", "push", key): value for key, value in values.KEYS.items()},
    **{("small", "push", key): value for key, value in values.SMALL.items()},
}


def restore(row: dict[str, Any]) -> bool:
    """Whether ``row`` is one whose value is known here; that it came back equal is asserted."""
    value = XCom.deserialize_value(SimpleNamespace(value=row["value"]))
    assert_same(value, ToolkitXComBackend.load_value(row["value"]), str(row))
    place = (row["dag_id"], row["task_id"], row["key"])
    if place in KNOWN:
        assert_same(value, KNOWN[place], str(row))
    return place in KNOWN


if __name__ == "__main__":
    rows = json.loads(Path(sys.argv[1]).read_text())
    try:
        known = sum(map(restore, rows))
        answer({"backend": XCom.__name__, "restored": len(rows), "known": known, "of": len(KNOWN)})
    except ImportError as e:
        answer({"backend": XCom.__name__, "error": str(e)})
