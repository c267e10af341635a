"""Brings row after row into another form: read, write, read again, compare, replace; only then the old object goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from ...abc import Reference
from ...ahead import Ahead
from ...envelope import Envelope, is_envelope
from ...errors import AccessDeniedError, ObjectMissingError, StorageError, XComToolkitError
from ...metadata import RowStore, StoredRow
from ..console import Consoles
from ..progress import Counting
from .batches import Batches, Replaced
from .later import Later
from .report import Report
from .targets import Left, Made, Step, Target, same_json

AT_ONCE = 4
"""So many objects are on their way at a time,"""
SMALL = 8 * 1024 * 1024
"""if they are no larger than that: others have threads of their own, and memory is for few of them."""
GIVE_UP = 20
"""So many rows in a row for which the store did not answer."""


@dataclass
class Outcome:
    """What came of a row, before the database is told."""

    row: StoredRow
    step: Step | None = None
    made: Made | None = None
    problem: str = ""
    error: Exception | None = None


class Work:
    """One row, as work that may be done ahead. Nothing that goes wrong with it stops the others."""

    def __init__(self, target: Target, row: StoredRow, *, dry_run: bool) -> None:
        self._outcome = Outcome(row)
        self._dry_run = dry_run
        with _noting(self._outcome):
            self._outcome.step = target.step(row)

    @property
    def changes(self) -> bool:
        return self._outcome.step is not None

    @property
    def size(self) -> int | None:
        """Of what is fetched in a thread of its own."""
        step = self._outcome.step
        found = step.fetches if step is not None and not self._dry_run else None
        return found if found is not None and found <= SMALL else None

    def do(self) -> Outcome:
        step = self._outcome.step
        if step is not None:
            with _noting(self._outcome):
                self._outcome.made = self._made(step)
        return self._outcome

    def settle(self) -> None: ...

    def _made(self, step: Step) -> Made | None:
        if not self._dry_run:
            return step.make()
        return step.foresee() if step.foresee is not None else None


@contextmanager
def _noting(outcome: Outcome) -> Iterator[None]:
    """Keeps what goes wrong; not what interrupts."""
    try:
        yield
    except Exception as e:
        told = isinstance(e, (XComToolkitError, Left, ImportError))
        outcome.error = e
        outcome.problem = str(e) if told else f"It failed with {type(e).__name__}"


class Migration:
    """``later`` is ``None`` where old objects are left."""

    def __init__(self, rows: RowStore, target: Target, report: Report, later: Later | None, consoles: Consoles) -> None:
        self._target, self._report, self._later, self._consoles = target, report, later, consoles
        self._batches = Batches(rows, self._settle, self._fail)
        self._unanswered = 0

    def run(self, rows: Iterable[StoredRow], progress: Counting, limit: int | None = None) -> None:
        """All ``rows``, or until ``limit`` were to be changed. Raises `StorageError` where no store answers."""
        try:
            with closing(Ahead(self._works(rows, limit), AT_ONCE)) as outcomes:
                for outcome in outcomes:
                    self._note(outcome)
                    progress.advance()
                    if self._later is not None:
                        self._later.settle()
            self._batches.flush()
        except BaseException:
            for one in self._batches.take_back():
                self._discard(one.new)
            raise

    def _works(self, rows: Iterable[StoredRow], limit: int | None) -> Iterator[Work]:
        for row in rows:
            work = Work(self._target, row, dry_run=self._report.dry_run)
            yield work
            if limit is not None and work.changes:
                limit -= 1
                if not limit:
                    return

    def _note(self, outcome: Outcome) -> None:
        self._report.seen += 1
        self._watch(outcome.error)
        row, step, made = outcome.row, outcome.step, outcome.made
        if outcome.error is not None:
            self._fail(row, outcome.problem)
        elif step is None or (made is not None and same_json(made.row, row.value)):
            self._report.unchanged += made is None or not made.remains
        elif self._report.dry_run or made is None:
            self._report.change(step.what, step.nbytes)
        else:
            self._batches.add(Replaced(row, made.row, step.what, step.nbytes))
        if made is not None and made.remains:
            self._report.remain(row, made.remains)

    def _watch(self, error: Exception | None) -> None:
        passing = isinstance(error, StorageError) and not isinstance(error, (ObjectMissingError, AccessDeniedError))
        self._unanswered = self._unanswered + 1 if passing else 0
        if self._unanswered >= GIVE_UP:
            raise StorageError(f"{GIVE_UP} rows in a row could not be read or written; the last: {error}")

    def _fail(self, row: StoredRow, problem: str) -> None:
        if text := self._report.fail(row, problem):
            self._consoles.problem(text)

    def _settle(self, one: Replaced, replaced: bool) -> None:
        """The database has answered."""
        if not replaced:
            self._report.overwritten += 1
            self._discard(one.new)
            return
        self._report.change(one.what, one.nbytes)
        if self._has_old_object(one):
            if self._later is not None:
                self._later.add(one.row.value)
            else:
                self._report.old_left += 1

    def _has_old_object(self, one: Replaced) -> bool:
        """Whether there is one that the new row does not need: two names may be of one store."""
        old = self._url(one.row.value)
        return old is not None and old != self._url(one.new)

    def _url(self, row: Any) -> str | None:
        if not is_envelope(row):
            return self._target.source.foreign_url(row)
        body = Envelope.from_row(row).body
        return self._target.source.placement.url(body) if isinstance(body, Reference) else None

    def _discard(self, new: Any) -> None:
        """What nobody has seen. What cannot be deleted is found by ``gc``."""
        try:
            if is_envelope(new):
                self._target.source.purge(new)
        except XComToolkitError:
            self._report.old_left += 1
