"""Tells who waits how far it is: a bar with the time that remains in a terminal, a line now and then elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from . import words

EVERY_SECONDS = 10.0
"""Between two lines where there is no terminal."""


class Counting:
    """Of so many things, or bytes, as far as that is known."""

    def __init__(self, console: Console, bar: Progress, what: str, total: int | None, unit: str) -> None:
        self._console, self._bar, self._what, self._total, self._unit = console, bar, what, total, unit
        self._task = bar.add_task("", total=total, shown="")
        self._line_at = monotonic() + EVERY_SECONDS
        self._note = ""
        self.done = 0
        self.advance(0)

    def advance(self, count: int = 1) -> None:
        """So many more are done."""
        self.done += count
        if not self._bar.disable:
            self._bar.update(self._task, completed=self.done, description=self._title, shown=self._shown)
        elif monotonic() >= self._line_at:
            self._console.print(f"{self._title}: {self._shown}", markup=False, soft_wrap=True)
            self._line_at = monotonic() + EVERY_SECONDS

    def say(self, note: str) -> None:
        """What is done right now."""
        self._note = note
        self.advance(0)

    @property
    def _title(self) -> str:
        title = f"{self._what}  {self._note}" if self._note else self._what
        return title if self._bar.disable else escape(title)

    @property
    def _shown(self) -> str:
        numbers = [self.done] if self._total is None else [self.done, self._total]
        return " of ".join(words.size(number) if self._unit == "B" else f"{number:,}" for number in numbers)


@contextmanager
def counting(console: Console, what: str, total: int | None = None, unit: str = "") -> Iterator[Counting]:
    """While this is open, there is progress; ``unit`` is ``B`` for bytes. It leaves nothing behind."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(24),
        TextColumn("{task.fields[shown]}"),
        TimeElapsedColumn(),
        *([TextColumn("[dim]left[/]"), TimeRemainingColumn()] if total is not None else []),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield Counting(console, bar, what, total, unit)
