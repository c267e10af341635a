"""A metadata database of each kind, made once, emptied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from airflow_xcom_toolkit.compat.database import row_tables
from airflow_xcom_toolkit.metadata import RowStore
from tests.operations.databases import KINDS, connected, database


@pytest.fixture(scope="session", params=KINDS)
def metadata_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a database with Airflow's tables: SQLite, then PostgreSQL."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    with database(request.param, folder) as url:
        yield url


@pytest.fixture
def engine(metadata_url: str) -> Iterator[Engine]:
    """Connected to it, while it has no rows of XComs."""
    engine = connected(metadata_url)
    for table in row_tables(engine):
        with engine.begin() as connection:
            if table.is_archive:
                connection.execute(sa.text(f"DROP TABLE {table.name}"))
            else:
                connection.execute(sa.delete(table.columns["value"].table))
    yield engine
    engine.dispose()


@pytest.fixture
def rows(engine: Engine) -> RowStore:
    return RowStore(engine)
