"""Objects that may be orphans, in a temporary file: however many there are, few are in memory."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from hashlib import blake2b
from typing import NamedTuple

ORPHAN, BY_ROW, BY_ARCHIVE = 0, 1, 2
"""What keeps an object: nothing, a row, or rows in archives alone."""

_SCHEMA = """
CREATE TABLE objects (
    place BLOB PRIMARY KEY, store TEXT, key TEXT, dag TEXT, kind TEXT, size INTEGER, modified REAL,
    kept INTEGER DEFAULT 0
) WITHOUT ROWID
"""
_SETTINGS = ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -32000")
_BATCH = 1000


class Candidate(NamedTuple):
    """An object that is old enough, and of a shape that is ours."""

    place: str
    store: str
    key: str
    dag: str
    kind: str
    size: int
    modified: float


class Orphan(NamedTuple):
    """An object that no row refers to."""

    store: str
    key: str
    kind: str
    size: int
    modified: float


class OfDag(NamedTuple):
    """The orphans of a dag; ``oldest`` in seconds since the epoch."""

    dag: str
    objects: int
    size: int
    oldest: float


class Ledger:
    """Objects, and whether a row refers to them."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(self, candidates: Iterable[Candidate]) -> None:
        """One that is there already stays as it is: two stores may lead to it."""
        self._database.executemany(
            "INSERT OR IGNORE INTO objects (place, store, key, dag, kind, size, modified) VALUES (?, ?, ?, ?, ?, ?, ?)",
            ((_digest(one.place), *one[1:]) for one in candidates),
        )

    def keep(self, places: Iterable[str], why: int) -> None:
        """A row refers to them. What archives say counts where no row says so."""
        self._database.executemany(
            "UPDATE objects SET kept = ? WHERE place = ? AND kept != ?",
            ((why, _digest(place), BY_ROW) for place in places),
        )

    def counts(self, kept: int) -> tuple[int, int]:
        """Objects and bytes."""
        query = "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM objects WHERE kept = ?"
        count, size = self._database.execute(query, (kept,)).fetchone()
        return count, size

    def by_dag(self) -> Iterator[OfDag]:
        """The orphans, those of the dag with the most bytes first."""
        query = (
            "SELECT dag, COUNT(*), SUM(size), MIN(modified) FROM objects WHERE kept = 0 GROUP BY dag ORDER BY 3 DESC, 1"
        )
        return (OfDag(*found) for found in self._database.execute(query))

    def stores_with_orphans(self) -> set[str]:
        """Their names."""
        query = "SELECT DISTINCT store FROM objects WHERE kept = 0"
        return {name for (name,) in self._database.execute(query)}

    def orphans(self) -> Iterator[list[Orphan]]:
        """All of them, in batches."""
        last = b""
        query = (
            "SELECT place, store, key, kind, size, modified FROM objects WHERE kept = 0 AND place > ? "
            "ORDER BY place LIMIT ?"
        )
        while found := self._database.execute(query, (last, _BATCH)).fetchall():
            yield [Orphan(*row[1:]) for row in found]
            last = found[-1][0]


@contextmanager
def ledger() -> Iterator[Ledger]:
    """An empty one; its file is gone with the block. It names dags and keys, and nobody else may read it."""
    with (
        tempfile.TemporaryDirectory(prefix="xcom-gc-") as folder,
        closing(sqlite3.connect(os.path.join(folder, "ledger"), isolation_level=None)) as database,
    ):
        for setting in _SETTINGS:
            database.execute(f"PRAGMA {setting}")
        database.execute(_SCHEMA)
        database.execute("BEGIN")
        yield Ledger(database)


def _digest(place: str) -> bytes:
    return blake2b(place.encode(errors="surrogatepass"), digest_size=16).digest()
