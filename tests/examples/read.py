"""Reads XComs with the configured backend. ``python -m tests.examples.read FILE DAG…`` pickles those of these dags."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from airflow.sdk.execution_time.xcom import XCom

from airflow_xcom_toolkit.envelope import is_envelope, object_size
from airflow_xcom_toolkit.metadata import RowStore, StoredRow


def main() -> None:
    found = [_entry(row) for row in RowStore.connected().scan() if row.at.dag_id in sys.argv[2:]]
    Path(sys.argv[1]).write_bytes(pickle.dumps(found))


def _entry(row: StoredRow) -> dict[str, Any]:
    names = ("dag_id", "run_id", "task_id", "map_index", "key")
    at = {name: getattr(row.at, name) for name in names}
    envelope: Any = row.value if is_envelope(row.value) else {"__data__": {}}
    sizes = {"row": len(row.text.encode()), "object": object_size(envelope) or 0}
    return {**at, **sizes, "sealed": "sealed" in envelope["__data__"], "value": _value(row)}


def _value(row: StoredRow) -> Any:
    try:
        return XCom.deserialize_value(SimpleNamespace(value=row.value))
    except Exception as error:
        return RuntimeError(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
