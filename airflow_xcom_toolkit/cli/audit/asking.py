"""Asks the store for what a reference of the stock backend does not tell: how large its object is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ...ahead import Ahead
from ...errors import StorageError
from ...metadata import StoredRow
from .seen import STOCK, Seen

MOST_FAILURES = 5
"""In a row: then the store is away, or closed, and is not asked a hundred thousand times more."""

Found = tuple[StoredRow, Seen]


class Asking:
    """``each`` adds the sizes, asking for several at a time. ``failed`` counts those that the store does not tell."""

    def __init__(self) -> None:
        self.failed = self._in_a_row = 0

    def each(self, found: Iterable[Found]) -> Iterator[Found]:
        """Raises `StorageError` for a store that tells nothing."""
        answers = Ahead(_Ask(row, seen) for row, seen in found)
        try:
            for row, seen, error in answers:
                self._note(seen, error)
                yield row, seen
        finally:
            answers.close()

    def _note(self, seen: Seen, error: Exception | None) -> None:
        if error is None:
            self._in_a_row = 0 if seen.kind == STOCK else self._in_a_row
            return
        self.failed += 1
        self._in_a_row += 1
        if self._in_a_row == MOST_FAILURES:
            raise StorageError(
                f"The store did not tell the sizes of {MOST_FAILURES} objects in a row ({type(error).__name__}). See "
                "that it can be reached from here, and that the connection in [common.io] xcom_objectstorage_path may "
                "read it; or leave out --sizes."
            ) from error


class _Ask:
    """A question to the store, if the row leaves one."""

    def __init__(self, row: StoredRow, seen: Seen) -> None:
        self._row, self._seen = row, seen
        self.size = 0 if seen.object_bytes is None else None

    def do(self) -> tuple[StoredRow, Seen, Exception | None]:
        if self.size is None:
            return self._row, self._seen, None
        try:
            nbytes = _size(str(self._row.value))
        except FileNotFoundError:
            breaks = (*self._seen.breaks, "object-gone")
            return self._row, replace(self._seen, object_bytes=0, breaks=breaks), None
        except Exception as e:
            return self._row, self._seen, e
        return self._row, replace(self._seen, object_bytes=nbytes, value_bytes=nbytes), None

    def settle(self) -> None:
        """Nothing is to be done in the thread of the caller."""


def _size(url: str) -> int:
    from airflow.sdk import ObjectStoragePath

    return int(ObjectStoragePath(url).stat().st_size)
