"""Values of other writers: those that Airflow's own backends keep, and what REST clients send."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

VICTIM = "victim/run/task/00000000-0000-4000-8000-000000000001"
"""The key of an object with a name such as the stock backend makes; it belongs to nobody."""


def _frame() -> Any:
    import pandas as pd

    return pd.DataFrame({"n": range(200), "name": [f"row {n}" for n in range(200)]})


def _scalar() -> Any:
    import numpy as np

    return np.float64(0.1)


FOREIGN: dict[str, Callable[[], Any]] = {
    "frame": _frame,
    "scalar": _scalar,
    "json": lambda: {"a": [1, 2.5, None, True, "é"], "b": {}},
    "long": lambda: ["long"] * 500,
    "text": lambda: "not a path",
    "number": lambda: 7,
    "tuple": lambda: (1, ("b",)),
    "set": lambda: {1, 2},
    "money": lambda: Decimal("1.25"),
    "day": lambda: datetime.date(2024, 2, 29),
    "id": lambda: UUID(int=5),
}
"""What Airflow's own backends give back as it was."""

REST: dict[str, Any] = {"text": "text", "number": 7, "list": [1, "two", {"three": None}], "dict": {"a": {"b": [True]}}}
"""What clients in any language send."""


def base_path() -> str:
    """Where the stock backend and the toolkit put objects."""
    from airflow.sdk.configuration import conf

    return str(conf.get("common.io", "xcom_objectstorage_path"))


def victim_reference() -> str:
    """A string that the stock backend would take for its own reference."""
    return f"{base_path()}/{VICTIM}"


def make_victim() -> None:
    """Puts an object there."""
    from airflow.sdk import ObjectStoragePath

    path = ObjectStoragePath(victim_reference())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('"the data of another dag"')
