"""One side of a rolling deployment: writes the values of its version, or reads the rows of another one's."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import Any

import pandas as pd

import airflow_xcom_toolkit
from airflow_xcom_toolkit import Versioned

backend: Any = airflow_xcom_toolkit.ToolkitXComBackend
at: Any = {"dag_id": "sales", "run_id": "run", "task_id": "load", "map_index": -1}


def write() -> dict[str, Any]:
    """Rows by key."""
    import acme_schemas as acme

    newest = hasattr(acme.Orders, "__attrs_attrs__")
    orders = acme.Orders("2026-01-31", [acme.Line(name="nut", quantity=3)], pd.DataFrame({"price": [1.5]}))
    trips = pd.DataFrame({"id": [1], "fare": [9.5], **({"tip": [0.5]} if newest else {})})
    values = {
        "orders": orders,
        "nested": {"all": [orders]},
        "trips": Versioned(trips, "acme.trips", 3 if newest else 2),
    }
    return {key: backend.serialize_value(value, key=key, **at) for key, value in values.items()}


def read(rows: dict[str, Any]) -> dict[str, str]:
    """What a reader sees, or the error it meets."""
    found = {}
    for key, row in rows.items():
        try:
            value = backend.deserialize_value(SimpleNamespace(value=row))
            found[key] = value.to_csv(index=False) if isinstance(value, pd.DataFrame) else repr(value)
        except Exception as e:
            found[key] = f"{type(e).__name__}: {e}"
    return found


if __name__ == "__main__":
    file = sys.argv[2]
    if sys.argv[1] == "write":
        with open(file, "w") as out:
            json.dump(write(), out)
    else:
        with open(file) as rows:
            print(json.dumps(read(json.load(rows))))
