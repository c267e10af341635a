"""Metadata databases with the tables of this Airflow, on SQLite and on PostgreSQL, for rows that are planted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from tests.servers.postgres import postgres

KINDS = ("sqlite", "postgresql")


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty one, with Airflow's tables."""
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'airflow.db'}"
        _make_tables(url)
        yield url
    else:
        with postgres() as url:
            _make_tables(url)
            yield url


def connected(url: str) -> Engine:
    """An engine that lets rows be planted without the dags, runs and task instances that they belong to."""
    engine = sa.create_engine(url)
    if engine.dialect.name == "postgresql":
        sa.event.listen(engine, "connect", _without_foreign_keys)
    return engine


def _without_foreign_keys(connection: Any, record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    connection.commit()


def _make_tables(url: str) -> None:
    from airflow.models import import_all_models
    from airflow.models.base import Base

    import_all_models()
    engine = sa.create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()
