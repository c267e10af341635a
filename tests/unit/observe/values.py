"""Pushing and pulling by Airflow's hooks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from cryptography.fernet import Fernet

from airflow_xcom_toolkit import ToolkitXComBackend

KEY = Fernet.generate_key().decode()
AT = {"key": "k", "task_id": "t", "dag_id": "d", "run_id": "r", "map_index": -1}
ARRAY = np.arange(20_000.0)
FAR = {"xcom_objectstorage_threshold": "1000"}
"""Options that offload `ARRAY`."""


def push(value: Any, backend: Any = ToolkitXComBackend) -> Any:
    return backend.serialize_value(value, **AT)


def pull(row: Any, backend: Any = ToolkitXComBackend) -> Any:
    return backend.deserialize_value(SimpleNamespace(value=row))


def purge(row: Any, backend: Any = ToolkitXComBackend) -> None:
    backend.purge(SimpleNamespace(value=row))
