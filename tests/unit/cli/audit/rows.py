"""Rows as the database gives them, and what an audit configured in code sees of them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.cli.audit.breaks import Breaks
from airflow_xcom_toolkit.cli.audit.configured import BASE, Configured
from airflow_xcom_toolkit.cli.audit.looking import Looking
from airflow_xcom_toolkit.cli.audit.seen import PLAIN, Seen
from airflow_xcom_toolkit.metadata import StoredRow

AT = Coordinate("sales", "run 1", "load", -1, "return_value")
NOON = datetime(2026, 1, 2, 12, tzinfo=timezone.utc)


def configured(**options: Any) -> Configured:
    usual = {"backend": "acme.Backend", "kind": BASE, "path": "file:///srv/xcom", "threshold": -1, "encrypts": False}
    return Configured(**{**usual, "stores": {"default": "file:///srv/xcom"}, **options})


def stored(value: Any = None, text: str | None = None, at: Coordinate = AT, **options: Any) -> StoredRow:
    return StoredRow("xcom", (1,), at, NOON, json.dumps(value) if text is None else text, **options)


def look(value: Any = None, text: str | None = None, database: str = "sqlite", **options: Any) -> Seen:
    of = configured(**options)
    return Looking(of, Breaks(of, database)).look(stored(value, text))


def seen(size: int = 100, objects: int | None = 0, day: int = 0, at: Coordinate = AT, **fields: Any) -> Seen:
    """A value of that size, in its row or in an object."""
    usual: dict[str, Any] = {"kind": PLAIN, "type": "object", "row_bytes": 400 if objects else size}
    return Seen(at, NOON + timedelta(days=day), **{**usual, "value_bytes": size, "object_bytes": objects, **fields})
