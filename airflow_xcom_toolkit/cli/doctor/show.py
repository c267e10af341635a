"""What the preflight prints: the options as a table, then what each check found, the bad with its remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from .. import words
from .finding import FAILED, NOTE, OK, SKIPPED, STATUSES, WARNING, Checked, Finding
from .sources import DEFAULT, Option

STYLES = {OK: "green", NOTE: "cyan", SKIPPED: "dim", WARNING: "yellow", FAILED: "bold red"}
SIGNS = {OK: "✓", NOTE: "i", SKIPPED: "–", WARNING: "!", FAILED: "✗"}
_COUNTED = {status: (status, status + "s" * (status in (NOTE, WARNING))) for status in STATUSES}

Hide = Callable[[str], str]


def options(found: Sequence[Option], hide: Hide) -> RenderableType:
    """Every option; those that somebody set stand out."""
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.add_column("option", overflow="fold")
    table.add_column("value", overflow="fold")
    table.add_column("from", overflow="fold", min_width=max(len(option.source) for option in found))
    for option in found:
        style = "dim" if option.source == DEFAULT else ""
        cells = (f"[{option.section}] {option.name}", hide(option.value), option.source)
        table.add_row(*(Text(cell, style=style) for cell in cells))
    return table


def check(found: Checked, hide: Hide) -> Iterator[RenderableType]:
    yield Text(f"\n{found.title}", style="bold")
    for finding in found.findings:
        yield _finding(finding, hide)


def _finding(finding: Finding, hide: Hide) -> RenderableType:
    lines = Table.grid(padding=(0, 1))
    lines.add_column(width=9, no_wrap=True)
    lines.add_column(overflow="fold")
    label = Text(f"{SIGNS[finding.status]} {finding.status}", style=STYLES[finding.status])
    lines.add_row(label, Text(hide(finding.text)))
    if finding.remedy:
        lines.add_row("", Text(f"→ {hide(finding.remedy)}", style=STYLES[finding.status]))
    return lines


def end(found: Sequence[Checked], seconds: float) -> RenderableType:
    counts = Counter(finding.status for each in found for finding in each.findings)
    text = Text("\n")
    for status in reversed(STATUSES):
        if counts[status]:
            text.append(f"{words.count(counts[status], *_COUNTED[status])}", style=STYLES[status]).append(", ")
    return text.append(f"in {words.seconds(seconds)}")
