"""Metadata databases with the tables of this Airflow, for rows that are planted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from tests.servers.mariadb import mariadb
from tests.servers.postgres import postgres

KINDS = ("sqlite", "postgresql")
_SERVERS = {"postgresql": postgres, "mysql": mariadb}


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty one, with Airflow's tables."""
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'airflow.db'}"
        _make_tables(url)
        yield url
    else:
        with _SERVERS[kind]() as url:
            _make_tables(url)
            yield url


def connected(url: str) -> Engine:
    """An engine that lets rows be planted without the dags, runs and task instances that they belong to."""
    engine = sa.create_engine(url)
    if statement := _WITHOUT_FOREIGN_KEYS.get(engine.dialect.name):

        def without_foreign_keys(connection: Any, record: Any) -> None:
            connection.cursor().execute(statement)
            connection.commit()

        sa.event.listen(engine, "connect", without_foreign_keys)
    return engine


_WITHOUT_FOREIGN_KEYS = {"postgresql": "SET session_replication_role = replica", "mysql": "SET FOREIGN_KEY_CHECKS = 0"}


def _make_tables(url: str) -> None:
    from airflow.models import import_all_models
    from airflow.models.base import Base

    import_all_models()
    engine = sa.create_engine(url)
    metadata = Base.metadata if engine.dialect.name != "mysql" else _alone(Base.metadata.tables["xcom"])
    metadata.create_all(engine)
    engine.dispose()


def _alone(table: sa.Table) -> sa.MetaData:
    """One table without its foreign keys and indexes, for which MySQL needs what only a configured Airflow knows."""
    columns = (sa.Column(c.name, c.type, primary_key=c.primary_key, nullable=c.nullable) for c in table.columns)
    return sa.Table(table.name, sa.MetaData(), *columns).metadata
