"""What the benchmark prints: tables of what was measured, what was not, and why."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from . import words
from .results import Line, Results, Section
from .subjects import STOCK


def results(found: Results) -> Iterator[RenderableType]:
    """Everything, from top to bottom."""
    yield header(found)
    for each in found.sections:
        yield section(each)
    yield from (Text(f"\nNot removed from the store: {problem}", style="red") for problem in found.problems)


def header(found: Results) -> RenderableType:
    """Who ran what, where."""
    machine, deployment = found.machine, found.deployment
    lines = [
        f"airflow-xcom-toolkit {found.toolkit} on {machine['cpu']}, {machine['cores']} cores, "
        f"{words.size(machine['memory'])}, {machine['os']}, {machine['python']}",
        ", ".join(f"{name} {version}" for name, version in found.versions.items()),
        f"{deployment['backend']}, store {deployment['store']}, threshold {deployment['threshold']}, "
        f"compression {deployment['compression'] or 'none'}, encryption {'on' if deployment['encrypts'] else 'off'}",
        *deployment["notes"],
    ]
    return Text("\n".join(lines), style="dim")


def section(found: Section) -> RenderableType:
    """A suite: its numbers, its curves, and what it left out."""
    parts: list[RenderableType] = [Text(f"\n{found.title}", style="bold")]
    if flat := [line for line in found.lines if line.x is None]:
        parts.append(_table(found, flat))
    if found.curves():
        parts.append(_curves(found))
    parts += [Text(f"not measured: {left.what}, because {left.why}", style="yellow") for left in found.left_out]
    return Group(*parts)


def by_work(lines: list[Line]) -> list[Line]:
    """All of one work beside each other, in the order in which it was first done."""
    works = list(dict.fromkeys(line.work for line in lines))
    return sorted(lines, key=lambda line: works.index(line.work))


def _table(found: Section, lines: list[Line]) -> Table:
    has_stock = any(to_stock(found, line) for line in lines)
    table = Table(box=box.ROUNDED, border_style="dim", header_style="bold")
    table.add_column("Work", overflow="fold")
    table.add_column("Way", overflow="fold")
    for name in ("Best", "Median", "Ratio", *(["× stock"] if has_stock else []), "Goal"):
        table.add_column(name, justify="right", no_wrap=True)
    before = None
    for line in by_work(lines):
        if before not in (None, line.work):
            table.add_section()
        table.add_row(line.work if line.work != before else "", *_cells(found, line, has_stock))
        before = line.work
    return table


def _cells(found: Section, line: Line, has_stock: bool) -> list[Text | str]:
    way = Text(line.way)
    if line.note:
        way.append(f"\n{line.note}", style="dim")
    numbers = [words.measured(line.best, line.unit), words.measured(line.median, line.unit)]
    stock = [words.times(to_stock(found, line))] if has_stock else []
    return [way, *numbers, words.times(found.ratio(line)), *stock, _goal(found, line)]


def to_stock(found: Section, line: Line) -> float | None:
    """A time of the toolkit to that of the stock backend, where both were measured."""
    if not line.way.startswith("toolkit") or line.unit != "s":
        return None
    ways = {other.way for other in found.lines if other.work == line.work and other.samples}
    stock = next((way for way in sorted(ways) if way.startswith(STOCK)), None)
    return None if stock is None else found.ratio(line, stock)


def _goal(found: Section, line: Line) -> Text:
    reached = found.reached(line)
    text = words.goal(line)
    return (
        Text(text)
        if reached is None
        else Text(f"{text} {'✓' if reached else '✗'}", style="green" if reached else "red")
    )


def _curves(found: Section) -> Table:
    """The points of the curves, a column for each."""
    curves = found.curves()
    table = Table(box=box.ROUNDED, border_style="dim", header_style="bold")
    table.add_column("Curve", overflow="fold")
    table.add_column("Points", overflow="fold")
    for (work, way), lines in curves.items():
        points = (f"{words.point(line.x or 0, work)}: {words.measured(line.best, line.unit)}" for line in lines)
        table.add_row(f"{work}\n{way}", "   ".join(points))
    return table
