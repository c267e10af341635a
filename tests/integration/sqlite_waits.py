"""How long each part of a test's Airflow waits for SQLite; ``database.sql_alchemy_connect_args`` names `CONNECT_ARGS`.

The scheduler ends when it has waited in vain, so it waits long. The API server does not: since Airflow 3.2 it writes
its audit log in the event loop, beside requests that hold the lock until the loop gets to them. Each such wait is in
vain, and stalls whoever asks the server anything; the request is answered with 500, before it did anything, and can be
sent again.
"""

from __future__ import annotations

import os
import sys

_IS_SQLITE = os.environ.get("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "").startswith("sqlite")
_IS_SERVER = any("api-server" in argument for argument in sys.argv)

CONNECT_ARGS = {"timeout": 10 if _IS_SERVER else 60} if _IS_SQLITE else {}
"""Seconds, as `sqlite3.connect` takes them; nothing for another database."""
