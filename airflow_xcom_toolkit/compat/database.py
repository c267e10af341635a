"""Airflow's metadata database, where it keeps the rows of XComs: nothing public of Airflow gives all of them.

Its tables are no public interface: ``xcom`` of Airflow 3.0 to 3.3; ``xcom_v1`` and ``xcom_v2`` of 3.4, whose rows
belong to one try of a task each; and the archives that ``airflow db clean`` makes (``_airflow_deleted__xcom__…``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Engine

from ..errors import MetadataError

_ARCHIVE = "_airflow_deleted__"
_LIVE = ("xcom", "xcom_v1", "xcom_v2")
_BY_TASK = ("dag_run_id", "task_id", "map_index", "key")
_BY_TRY = ("id",)


def metadata_engine() -> Engine:
    """That of the configured database. Raises `MetadataError` where there is none, as on a remote agent."""
    from airflow import settings

    try:
        engine: Engine | None = getattr(settings, "engine", None)
    except Exception as e:
        raise MetadataError(f"Airflow does not give the metadata database to this process ({type(e).__name__}).") from e
    if engine is None:
        raise MetadataError("Airflow has no connection to a metadata database in this process.")
    return engine


@dataclass(frozen=True)
class RowTable:
    """One table with rows of XComs. ``columns`` are by name; ``identity`` names those of the primary key, in its order.

    An archive has no primary key, and nothing is written to it.
    """

    name: str
    source: Any
    columns: dict[str, Any]
    identity: tuple[str, ...]
    is_archive: bool

    @cached_property
    def key(self) -> list[Any]:
        """The columns of the primary key."""
        return [self.columns[name] for name in self.identity]


def row_tables(engine: Engine) -> list[RowTable]:
    """Every table with rows, the archives last. Raises `MetadataError` where there is none."""
    try:
        names = sa.inspect(engine).get_table_names()
    except sa.exc.SQLAlchemyError as e:
        raise unreachable(engine, e) from e
    known = [name for name in _LIVE if name in names]
    if not known:
        problem = f"{shown(engine)} has no table of XComs; is it Airflow's, and migrated (airflow db migrate)?"
        raise MetadataError(problem)
    archives = sorted(name for name in names if _archived(name) in _LIVE)
    return [*(_live(engine, name) for name in known), *(_archive(name) for name in archives)]


def unreachable(engine: Engine, error: Exception) -> MetadataError:
    """For what the database's driver raised. Its message may quote a password; it is not shown."""
    return MetadataError(f"{shown(engine)} could not be read ({type(error).__name__}).")


def shown(engine: Engine) -> str:
    """The database, for people; without its password."""
    url = engine.url
    where = f" at {url.host}" if url.host else f" {url.database}" if url.get_backend_name() == "sqlite" else ""
    return f"The {url.get_backend_name()} database{where}"


def _archived(name: str) -> str | None:
    """Which table an archive is of."""
    return name.removeprefix(_ARCHIVE).partition("__")[0] if name.startswith(_ARCHIVE) else None


def _live(engine: Engine, name: str) -> RowTable:
    if name != "xcom_v2":
        table = sa.table(name, *_columns(*_BY_TASK, "dag_id", "run_id", "value", "timestamp"))
        return RowTable(name, table, dict(table.c), _BY_TASK, is_archive=False)
    table = sa.table(name, *_columns("id", "task_instance_id", "key", "value", "timestamp"))
    index = _name_of_map_index(engine)
    owner = sa.table("task_instance", *_columns("id", "dag_id", "run_id", "task_id", index))
    columns = {**dict(table.c), **{part: owner.c[part] for part in ("dag_id", "run_id", "task_id")}}
    source = table.join(owner, table.c.task_instance_id == owner.c.id)
    return RowTable(name, source, {**columns, "map_index": owner.c[index]}, _BY_TRY, is_archive=False)


def _archive(name: str) -> RowTable:
    """The rows of ``xcom_v2`` in an archive do not say whose they are: their task instances are archived, too."""
    if _archived(name) == "xcom_v2":
        table = sa.table(name, *_columns("id", "task_instance_id", "key", "value", "timestamp"))
        return RowTable(name, table, dict(table.c), _BY_TRY, is_archive=True)
    table = sa.table(name, *_columns(*_BY_TASK, "dag_id", "run_id", "value", "timestamp"))
    return RowTable(name, table, dict(table.c), _BY_TASK, is_archive=True)


def _name_of_map_index(engine: Engine) -> str:
    names = {column["name"] for column in sa.inspect(engine).get_columns("task_instance")}
    return "region_index" if "region_index" in names else "map_index"


def _columns(*names: str) -> list[Any]:
    return [sa.column(name, _type(name)) for name in names]


def _type(name: str) -> Any:
    from airflow.utils.sqlalchemy import UtcDateTime

    if name in ("dag_run_id", "map_index", "region_index"):
        return sa.Integer()
    if name in ("id", "task_instance_id"):
        return sa.Uuid()  # SQLAlchemy 2, which every Airflow with such a column has.
    if name == "value":
        return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    return UtcDateTime() if name == "timestamp" else sa.String()
