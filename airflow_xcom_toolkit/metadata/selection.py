"""Which rows a command is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

import sqlalchemy as sa

_WILD = ("*", "?")


@dataclass(frozen=True)
class Selection:
    """All rows, or those whose names match, of one map index, written since. In names, ``*`` and ``?`` stand for any.

    ``archives``: those that ``airflow db clean`` put aside, too.
    """

    dag: str | None = None
    run: str | None = None
    task: str | None = None
    key: str | None = None
    map_index: int | None = None
    since: datetime | None = None
    archives: bool = False

    @property
    def names(self) -> dict[str, str]:
        """The patterns that are given, by column."""
        given = {"dag_id": self.dag, "run_id": self.run, "task_id": self.task, "key": self.key}
        return {column: pattern for column, pattern in given.items() if pattern is not None}

    def conditions(self, columns: dict[str, Any]) -> list[Any]:
        """For the database. A ``LIKE`` may take letters of another case for the same; `fits` does not."""
        found = [
            _like(columns[name], pattern) if name in columns else sa.false() for name, pattern in self.names.items()
        ]
        if self.map_index is not None:
            found.append(columns["map_index"] == self.map_index if "map_index" in columns else sa.false())
        if self.since is not None:
            found.append(columns["timestamp"] >= self.since)
        return found

    def fits(self, row: Any) -> bool:
        """Whether a row's names match, letter for letter."""
        return all(_matches(getattr(row, column), pattern) for column, pattern in self.names.items())


def _like(column: Any, pattern: str) -> Any:
    if not _is_wild(pattern):
        return column == pattern
    escaped = pattern.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return column.like(escaped.replace("*", "%").replace("?", "_"), escape="!")


def _matches(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern.replace("[", "[[]")) if _is_wild(pattern) else name == pattern


def _is_wild(pattern: str) -> bool:
    return any(character in pattern for character in _WILD)
