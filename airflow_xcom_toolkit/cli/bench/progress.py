"""Tells who waits what is being done: a bar in a terminal, a line a suite elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from . import words


class Progress:
    """Of so many suites."""

    def __init__(self, console: Console, bar: Bar, suites: int) -> None:
        self._console, self._bar = console, bar
        self._task = bar.add_task("", total=suites)
        self._suite = ""

    def begin(self, suite: str) -> None:
        self._suite = suite
        self.say("")
        if not self._console.is_terminal:
            self._console.print(f"{suite} …")

    def say(self, doing: str) -> None:
        self._bar.update(self._task, description=f"[bold]{self._suite}[/]  {escape(doing)}")

    def end(self, suite: str, seconds: float) -> None:
        self._bar.advance(self._task)
        self._console.print(f"[green]✓[/] {suite} [dim]({words.seconds(seconds)})[/]")


@contextmanager
def shown(console: Console, suites: int) -> Iterator[Progress]:
    """While this is open, there is progress; it leaves a line for each suite."""
    columns = (
        SpinnerColumn(),
        BarColumn(20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield Progress(console, bar, suites)
