"""What ``gc`` found and did: as tables for people, as JSON for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import islice
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from .. import words
from .deleting import Deleted
from .finding import NOT_OURS, NOT_SELECTED, YOUNG, Finding
from .ledger import BY_ARCHIVE, BY_ROW, ORPHAN
from .marking import Marks

_DAGS = 50
"""Lines of the table; JSON has them all."""


def as_json(finding: Finding, marks: Marks, deleted: Deleted) -> dict[str, Any]:
    """All of it."""
    found, size = finding.ledger.counts(ORPHAN)
    dags = [
        {"dag": one.dag, "objects": one.objects, "bytes": one.size, "oldest": _time(one.oldest)}
        for one in finding.ledger.by_dag()
    ]
    return {
        "stores": {store.name: store.url for store in finding.stores.named(finding.options.store)},
        "found": found,
        "bytes": size,
        "deleted": deleted.objects,
        "deleted_bytes": deleted.size,
        "failed": deleted.failed,
        "problems": deleted.problems,
        "kept": _kept(finding),
        "rows": marks.rows,
        "unreadable_rows": marks.unreadable_rows,
        "unreadable": marks.unreadable,
        "unknown_stores": marks.unknown,
        "dags": dags,
    }


def found(finding: Finding, marks: Marks) -> Iterator[RenderableType]:
    """What was found, and what is kept and why."""
    count, size = finding.ledger.counts(ORPHAN)
    if count:
        yield _table(finding, count, size)
    else:
        yield Text("No orphans: a row refers to each object that is old enough.")
    kept = _kept(finding)
    yield Text(f"Kept, of {words.count(finding.looked_at, 'object')} in {_names(finding)}:")
    for name, why in _WHY.items():
        if kept[name]:
            yield Text(f"  {kept[name]:>12,}  {why}")
    yield Text(f"Rows read: {marks.rows:,}", style="dim")


def ended(finding: Finding, deleted: Deleted) -> Text:
    """What came of it."""
    count, _ = finding.ledger.counts(ORPHAN)
    if not finding.options.delete:
        return Text("Nothing was deleted; --delete does it." if count else "", style="dim")
    left = count - deleted.objects
    rest = f"; {words.count(left, 'orphan')} left" if left else ""
    return Text(f"Deleted {words.count(deleted.objects, 'object')}, {words.size(deleted.size)}{rest}.")


_WHY = {
    "by_rows": "a row refers to them",
    "by_archives_only": "only archives of airflow db clean refer to them (--ignore-archives frees them)",
    YOUNG: "younger than the grace",
    NOT_SELECTED: "of other dags or runs than the selected ones",
    NOT_OURS: "not ours, by their names",
}


def _kept(finding: Finding) -> dict[str, int]:
    return {
        "by_rows": finding.ledger.counts(BY_ROW)[0],
        "by_archives_only": finding.ledger.counts(BY_ARCHIVE)[0],
        **{name: finding.seen[name] for name in (YOUNG, NOT_SELECTED, NOT_OURS)},
    }


def _table(finding: Finding, count: int, size: int) -> Table:
    table = Table(box=box.ROUNDED, border_style="dim", header_style="bold")
    table.add_column("Orphans of dag", overflow="fold")
    for name in ("Objects", "Size", "Oldest"):
        table.add_column(name, justify="right")
    dags = finding.ledger.by_dag()
    for one in islice(dags, _DAGS):
        table.add_row(one.dag, f"{one.objects:,}", words.size(one.size), _time(one.oldest))
    if more := sum(1 for _ in dags):
        table.add_row(f"and {words.count(more, 'dag')} more (all with --json)", "", "", "")
    table.add_section()
    table.add_row("all", f"{count:,}", words.size(size), "")
    return table


def _names(finding: Finding) -> str:
    names = [f"{store.name} ({store.url})" for store in finding.stores.named(finding.options.store)]
    return f"store {names[0]}" if len(names) == 1 else f"stores {', '.join(names)}"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")
