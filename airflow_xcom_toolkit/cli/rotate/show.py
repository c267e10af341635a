"""The results of ``rotate`` and of its check, for people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from rich.markup import escape
from rich.table import Table

from .. import words
from .rotating import Outcome
from .usage import Survey, Usage

SHOWN = 20

_BEFORE = (
    "A process keeps the keys that it started with until it meets one that it does not know. So before a key is taken "
    "away, every worker, triggerer and remote agent has to have been restarted with the new key first, and then this "
    "check to be run once more. A backup of the database from before still needs the old key."
)


def outcome(found: Outcome) -> Iterator[Any]:
    """What became of the rows."""
    done = "would be sealed anew" if found.dry_run else "sealed anew"
    table = Table(title=f"Rows by what became of them; the newest key is {escape(found.newest)}", title_justify="left")
    table.add_column("rows", justify="right")
    table.add_column("")
    lines = (
        (found.rotated, done),
        (found.already, "under the newest key already"),
        (found.plaintext, "not encrypted, and left so (migrate encrypts them)"),
        (found.rewritten, "written by a task meanwhile, or deleted, and left so"),
        (found.failed, "that do not open, and were left as they are"),
    )
    for count, what in lines:
        if count or what == done:
            table.add_row(f"{count:,}", what)
    yield table
    if not found.failed and not found.dry_run:
        yield "Which keys may be retired: rotate --check"


def failures(found: Outcome) -> Iterator[str]:
    """Each row that stays under an old key, as far as they are few."""
    for failure in found.failures[:SHOWN]:
        yield f"{failure.at} ({', '.join(failure.key_ids) or 'no key id'}): {failure.problem}"
    if found.failed > SHOWN:
        yield f"... and {found.failed - SHOWN:,} more; --json names {len(found.failures):,}"
    for key, count in found.failed_by_key.items():
        yield f"{words.count(count, 'row')} under the key {key} cannot be sealed anew."


def check(found: Survey) -> Iterator[Any]:
    """Each key, the rows that need it, and what is to be done."""
    table = Table(title="Rows by key", title_justify="left")
    for name in ("key id", "rows", "archived rows", "newest row written", "verdict"):
        table.add_column(name, justify="right" if "rows" in name else "left", no_wrap=name == "key id")
    for one in found.usages:
        table.add_row(escape(one.key_id), f"{one.rows:,}", f"{one.archived:,}", _when(one.written), _verdict(one))
    yield table
    if found.plaintext:
        yield f"{words.count(found.plaintext, 'row')} not encrypted."
    if found.unreadable:
        yield f"{words.count(found.unreadable, 'row')} of which it cannot be told what key is needed: no JSON."
    yield _BEFORE


def _verdict(one: Usage) -> str:
    if one.is_newest:
        return "stays: the newest key, which seals"
    if not one.is_here:
        return "not here: these rows do not open. Put the key behind the newest one"
    if one.rows:
        return "still needed: run rotate"
    if one.archived:
        return "still needed by archives of db clean: airflow db drop-archived, or keep it"
    return "may be retired"


def _when(written: datetime | None) -> str:
    if written is None:
        return ""
    seconds = (datetime.now(timezone.utc) - written).total_seconds()
    for name, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            return f"{written:%Y-%m-%d %H:%M:%S} UTC, {words.count(int(seconds // length), name)} ago"
    return f"{written:%Y-%m-%d %H:%M:%S} UTC, just now"
