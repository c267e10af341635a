"""The Python packages by which tests and Airflow reach a database; the toolkit does not bring them."""

from __future__ import annotations

from importlib.util import find_spec

import sqlalchemy as sa

PACKAGES = {"psycopg2": "psycopg2-binary", "MySQLdb": "mysqlclient"}
"""Where a module is called otherwise than its package."""

FOR_AIRFLOW = {"postgresql": ("asyncpg", "psycopg"), "mysql": ("aiomysql",), "sqlite": ("aiosqlite",)}
"""What the API server takes besides the driver of the URL: one of them."""


def engine(url: str) -> sa.engine.Engine:
    """The engine for a database. Raises `ModuleNotFoundError` with what to install."""
    waits = {"timeout": 30} if url.startswith("sqlite") else {}
    try:
        return sa.create_engine(url, connect_args=waits)
    except ModuleNotFoundError as e:
        raise _missing(url, str(e.name)) from e


def check_what_airflow_needs(url: str) -> None:
    """Raises `ModuleNotFoundError` with what to install, where Airflow's API server could not reach the database."""
    modules = FOR_AIRFLOW.get(sa.engine.make_url(url).get_backend_name(), ())
    if modules and not any(find_spec(module) for module in modules):
        raise _missing(url, modules[0])


def _missing(url: str, module: str) -> ModuleNotFoundError:
    database = sa.engine.make_url(url).get_backend_name()
    return ModuleNotFoundError(
        f"Airflow needs the module {module} for {database}: pip install {PACKAGES.get(module, module)}", name=module
    )
