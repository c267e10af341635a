"""The rows of XComs, past Airflow: read from its database, and written straight into it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Protocol
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from ....abc import Coordinate, Json
from ..stand_in import RowRefusedError
from .drivers import engine
from .tasks import DAGS, Place, Tasks

VALUE = sa.JSON().with_variant(JSONB(), "postgresql")
"""As Airflow's models have it."""


class Table(Protocol):
    """Where a version of Airflow keeps XComs, and how it tells one from another."""

    table: sa.TableClause

    def names(self, at: Coordinate) -> dict[str, Any]:
        """The columns that name one XCom."""

    def owner(self, at: Coordinate) -> dict[str, Any]:
        """Further columns that a new row needs."""

    def coordinate(self, row: Any) -> Coordinate | None:
        """Which XCom a row is; ``None`` if it is none of the contract's."""


class ByPlace:
    """Airflow 3.0 to 3.3: by dag, run, task and map index."""

    NAMES = ("dag_id", "run_id", "task_id", "map_index", "key")

    table = sa.table(
        "xcom",
        *(sa.column(name) for name in ("dag_run_id", *NAMES)),
        sa.column("value", VALUE),
        sa.column("timestamp", sa.DateTime(timezone=True)),
    )

    def names(self, at: Coordinate) -> dict[str, Any]:
        return dict(zip(self.NAMES, (*place(at), at.key)))

    def owner(self, at: Coordinate) -> dict[str, Any]:
        runs = sa.table("dag_run", *(sa.column(name) for name in ("id", "dag_id", "run_id")))
        query = sa.select(runs.c.id).where(runs.c.dag_id == at.dag_id, runs.c.run_id == at.run_id)
        return {"dag_run_id": query.scalar_subquery()}

    def coordinate(self, row: Any) -> Coordinate | None:
        return Coordinate(**{name: row[name] for name in self.NAMES})


class ByAttempt:
    """Airflow 3.4: by the id of the task instance, of which each attempt has its own."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._places = {instance: place for place, instance in tasks.items()}
        self.table = sa.table(
            "xcom_v2",
            *(sa.column(name, sa.Uuid()) for name in ("id", "task_instance_id")),
            sa.column("key"),
            sa.column("value", VALUE),
            sa.column("timestamp", sa.DateTime(timezone=True)),
        )

    def names(self, at: Coordinate) -> dict[str, Any]:
        return {"task_instance_id": self._tasks.get(place(at)), "key": at.key}

    def owner(self, at: Coordinate) -> dict[str, Any]:
        return {"id": uuid4()}

    def coordinate(self, row: Any) -> Coordinate | None:
        found = self._places.get(row["task_instance_id"])
        return found and Coordinate(*found, key=row["key"])


class Database:
    """The XComs of a database whose Airflow has run the contract's dags."""

    def __init__(self, url: str, tasks: Tasks) -> None:
        self._engine = engine(url)
        self._tasks = tasks
        newer = sa.inspect(self._engine).has_table("xcom_v2")
        self._xcoms: Table = ByAttempt(tasks) if newer else ByPlace()

    def row(self, at: Coordinate) -> Json:
        """The row of an XCom. Raises `KeyError` where there is none."""
        query = sa.select(self._xcoms.table.c.value).where(*self._is(at))
        with self._engine.connect() as connection:
            found = connection.execute(query).fetchone()
        if found is None:
            raise KeyError(at)
        return found[0]  # type: ignore[no-any-return]

    def rows(self) -> dict[Coordinate, Json]:
        """All rows."""
        with self._engine.connect() as connection:
            found = connection.execute(sa.select(*self._xcoms.table.c)).mappings().fetchall()
        coordinates = ((self._xcoms.coordinate(row), row["value"]) for row in found)
        return {at: row for at, row in coordinates if at is not None}

    def write_row(self, at: Coordinate, row: Json) -> None:
        """Writes a row in place of what is there, however it looks."""
        if place(at) not in self._tasks:
            raise LookupError(f"the started Airflow has no task instance for the {at}")
        values = {**self._xcoms.names(at), **self._xcoms.owner(at), "value": row, "timestamp": _now()}
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.delete(self._xcoms.table).where(*self._is(at)))
                connection.execute(sa.insert(self._xcoms.table).values(**values))
        except sa.exc.StatementError as e:
            raise RowRefusedError("the database", row, str(e.orig)) from e

    def delete_row(self, at: Coordinate) -> None:
        """Deletes a row, if it is there."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(self._xcoms.table).where(*self._is(at)))

    def clear(self) -> None:
        """Deletes all rows."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(self._xcoms.table))

    def close(self) -> None:
        self._engine.dispose()

    def _is(self, at: Coordinate) -> list[Any]:
        return [self._xcoms.table.c[name] == value for name, value in self._xcoms.names(at).items()]


def place(at: Any) -> Place:
    """Where an XCom, or a message about one, belongs."""
    map_index = getattr(at, "map_index", None)
    return at.dag_id, at.run_id, at.task_id, -1 if map_index is None else map_index


def check_that_nobody_uses(url: str) -> None:
    """Raises `ValueError` if the database has dags or tables of others: the contract deletes every XCom there."""
    opened = engine(url)
    try:
        found = _of_others(opened)
    finally:
        opened.dispose()
    if found:
        some = ", ".join(found[:3])
        raise ValueError(f"the contract empties its database, and this one is in use, for it has {some}; name another")


def _of_others(opened: sa.engine.Engine) -> list[str]:
    """Dags that are not the contract's; where Airflow has no dags yet, tables."""
    tables = sa.inspect(opened).get_table_names()
    if "dag" not in tables:
        return [f"the table {name}" for name in sorted(tables)]
    with opened.connect() as connection:
        dags = set(connection.execute(sa.select(sa.table("dag", sa.column("dag_id")).c.dag_id)).scalars())
    return [f"the dag {name}" for name in sorted(dags - set(DAGS))]


def _now() -> datetime:
    return datetime.now(tz=timezone.utc)
