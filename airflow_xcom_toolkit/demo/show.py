"""What the demo prints: tables of what was measured."""

from __future__ import annotations

import json
from collections.abc import Iterable

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from .run import READABLE, Step


def title(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def toolkit(steps: Iterable[Step]) -> RenderableType:
    """What each task pushed through the toolkit, for a reader who has the key."""
    table = _table("Task", "Value, read with the key", "Row", "Object", "Encrypted", "Push", "Pull", "Came back")
    for step in steps:
        table.add_row(
            step.task,
            step.what,
            size(step.row_bytes),
            size(step.object_bytes) if step.object_name else "in the row",
            f"key {step.key_id}" if step.key_id else "no",
            duration(step.push_seconds),
            duration(step.pull_seconds),
            _came_back(step),
        )
    return Group(title("What each task pushed, with ToolkitXComBackend"), table)


def sealed(step: Step) -> Text:
    """A row as everyone sees it who has no key."""
    text = json.dumps(step.row, indent=2, ensure_ascii=False)
    return Text.assemble(title(f"The row of {step.task}, as everyone sees it"), "\n", (text, "dim"))


def default(steps: Iterable[Step]) -> RenderableType:
    """What became of the same values under Airflow's default backend."""
    table = _table("Task", "Came back", "Row", "Push", "Pull")
    for step in steps:
        if step.error:
            table.add_row(step.task, Text(f"refused: {step.error}", style="red"), "–", "–", "–")
        else:
            times = duration(step.push_seconds), duration(step.pull_seconds)
            table.add_row(step.task, _came_back(step), size(step.row_bytes), *times)
    return Group(title("The same values, one by one, with Airflow's default backend"), table)


def conclusion(toolkit: list[Step], default: list[Step]) -> Text:
    """One line: how much of each run is in the metadata database."""
    ours, theirs = (sum(step.row_bytes for step in steps) for steps in (toolkit, default))
    kept = sum(step.kept for step in default)
    return Text(
        f"\nIn the metadata database: {size(ours)} for {_of(sum(step.kept for step in toolkit), toolkit)} values with "
        f"the toolkit, {size(theirs)} for {_of(kept, default)} by default.",
        style="bold",
    )


def searched(steps: Iterable[Step]) -> Text:
    """Whether anything of the values can be read in their rows and objects."""
    found = sorted({word for step in steps for word in step.readable})
    words = ", ".join(word.decode() for word in READABLE)
    if found:
        return Text(f"Found in rows or objects: {', '.join(found)}", style="red")
    return Text(f"All rows and objects were searched for {words}: nothing found.", style="dim")


def size(nbytes: int) -> str:
    for unit, factor in (("MB", 1_000_000), ("kB", 1_000)):
        if nbytes >= factor:
            return f"{nbytes / factor:,.1f} {unit}"
    return f"{nbytes} B"


def duration(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def console() -> Console:
    """As wide as the terminal; wide enough for the tables where there is none."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=114)


def _table(*columns: str) -> Table:
    table = Table(box=box.ROUNDED, border_style="dim", header_style="bold")
    for name in columns:
        if name in ("Row", "Object", "Push", "Pull"):
            table.add_column(name, justify="right", no_wrap=True)
        else:
            table.add_column(name, overflow="fold", no_wrap=name == "Task")
    return table


def _came_back(step: Step) -> Text:
    return Text("the same", style="green") if step.kept else Text("changed", style="red")


def _of(count: int, steps: list[Step]) -> str:
    return f"all {count}" if count == len(steps) else f"{count} of the {len(steps)}"
