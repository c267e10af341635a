"""Finds the orphans. First the stores are listed, then the rows are read: not the other way round.

An object that is looked at is older than the grace, and the push that made it has long ended. So if a row refers to
it, that row stands before the first row is read, and is met, unless it goes meanwhile. A row that ``airflow db clean``
moves to an archive at that time might be met in neither table: then there is a new archive, and all is read again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.console import Console

from ...errors import MetadataError
from ...metadata import RowStore, Selection
from ..progress import counting
from .ledger import BY_ARCHIVE, BY_ROW, Candidate, Ledger
from .listing import Page, pages
from .marking import Marks
from .options import Options
from .shapes import Owner, fits, folders, owner
from .stores import Store, Stores

NOT_OURS, NOT_SELECTED, YOUNG, OLD = "not_ours", "not_selected", "young", "old"
_BATCH = 1000
_READINGS = 3


@dataclass
class Finding:
    """Fills ``ledger`` with what is listed in ``stores``, and marks what rows keep. ``seen``: how many of each kind."""

    stores: Stores
    options: Options
    ledger: Ledger
    console: Console
    attempts: int = 1
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def looked_at(self) -> int:
        """Objects that were listed."""
        return sum(self.seen.values())

    # Listing ---------------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """What is old enough, and ours, is in the ledger."""
        for store in self.stores.named(self.options.store):
            with counting(self.console, f"listing store {store.name!r}") as progress:
                started = time.time()
                for folder in folders(self.options.names):
                    for page in pages(store, folder, self.attempts):
                        self.ledger.add(self._candidates(store, page, started))
                        progress.advance(len(page.files))

    def _candidates(self, store: Store, page: Page, started: float) -> list[Candidate]:
        """The clock that is behind decides: by the other, objects are even older."""
        before = min(started, page.now or started) - self.options.grace.total_seconds()
        found = []
        for file in page.files:
            of = owner(file.key)
            kind = self._kind(of, file.modified, before)
            self.seen[kind] += 1
            if kind == OLD and of and file.modified is not None:
                place = store.place(file.key)
                found.append(Candidate(place, store.name, file.key, of.dag, of.kind, file.size, file.modified))
        return found

    def _kind(self, of: Owner | None, modified: float | None, before: float) -> str:
        if of is None:
            return NOT_OURS
        if not fits(self.options.names, of):
            return NOT_SELECTED
        return OLD if modified is not None and modified <= before else YOUNG

    # Marking ---------------------------------------------------------------------------------------------------------

    def mark(self, connect: Callable[[], RowStore]) -> Marks:
        """What rows refer to is kept, whatever dag they are of. Raises `MetadataError`."""
        for _ in range(_READINGS):
            rows = connect()
            marks = self._marked(rows)
            if connect().archives == rows.archives:
                return marks
        raise MetadataError("Rows were archived each time that they were read (airflow db clean). Run this afterwards.")

    def _marked(self, rows: RowStore) -> Marks:
        marks = Marks(self.stores)
        wanted = Selection(archives=self.options.archives)
        batch: dict[int, list[str]] = {BY_ROW: [], BY_ARCHIVE: []}
        with counting(self.console, "reading rows", rows.count(wanted)) as progress:
            for row in rows.scan(wanted):
                waiting = batch[BY_ARCHIVE if row.is_archived else BY_ROW]
                waiting += marks.places(row)
                progress.advance()
                if len(waiting) >= _BATCH:
                    self._keep(batch)
        self._keep(batch)
        return marks

    def _keep(self, batch: dict[int, list[str]]) -> None:
        for why, places in batch.items():
            self.ledger.keep(places, why)
            places.clear()
