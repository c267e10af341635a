"""Which rows need which key, and so which key may go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...abc import Encryption
from ...encryption import FernetEncryption
from ...metadata import RowStore, Selection, StoredRow
from ...rotation import key_ids


@dataclass(frozen=True)
class Keys:
    """The ids of keys that are here. Unless they ``are_all``, any other id may be that of a key that is here, too."""

    listed: tuple[str, ...]
    are_all: bool

    @classmethod
    def of(cls, cipher: Encryption) -> Keys:
        """Those that a cipher lists. One of somebody's own may have more than it lists, or list none."""
        listed = cipher.key_ids() if isinstance(cipher, FernetEncryption) else ()
        return cls(listed, are_all=type(cipher) is FernetEncryption)


@dataclass
class Usage:
    """One key: the rows that need it, those that ``db clean`` put aside apart, and when Airflow wrote the newest."""

    key_id: str
    is_newest: bool = False
    is_here: bool = False
    rows: int = 0
    archived: int = 0
    written: datetime | None = None

    @property
    def may_retire(self) -> bool:
        return self.is_here and not self.is_newest and not self.rows and not self.archived

    def count(self, row: StoredRow) -> None:
        if row.is_archived:
            self.archived += 1
            return
        self.rows += 1
        self.written = max(row.timestamp, self.written or row.timestamp)

    def to_json(self) -> dict[str, Any]:
        names = ("key_id", "is_newest", "is_here", "rows", "archived", "may_retire")
        written = self.written.isoformat() if self.written else None
        return {**{name: getattr(self, name) for name in names}, "newest_row_written": written}


@dataclass
class Survey:
    """All rows by the keys that they need; the newest key first, then those that are here, then the others."""

    usages: list[Usage]
    plaintext: int = 0
    unreadable: int = 0

    @property
    def may_retire_all(self) -> bool:
        """Whether no row needs any key that is here but the newest."""
        return all(one.may_retire or one.is_newest or not one.is_here for one in self.usages) and not self.unreadable

    def to_json(self) -> dict[str, Any]:
        return {
            "may_retire_all": self.may_retire_all,
            "keys": [one.to_json() for one in self.usages],
            "plaintext": self.plaintext,
            "unreadable": self.unreadable,
        }


def survey(rows: RowStore, newest: str, keys: Keys, advance: Callable[[int], None] = lambda count: None) -> Survey:
    """Counts the rows under each key."""
    usages = {name: Usage(name, name == newest, is_here=True) for name in (newest, *keys.listed)}
    found = Survey([])
    for row in rows.scan(Selection(archives=True)):
        try:
            needed = key_ids(row.value)
        except (ValueError, RecursionError):
            found.unreadable += 1
        else:
            found.plaintext += not needed and not row.is_archived
            for name in needed:
                usages.setdefault(name, Usage(name, is_here=not keys.are_all)).count(row)
        advance(1)
    found.usages = sorted(usages.values(), key=lambda one: (not one.is_newest, not one.is_here))
    return found
