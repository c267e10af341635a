"""Deletes orphans, several at a time. Ended at any moment, it has deleted orphans and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from ...errors import XComToolkitError
from ...placement.failures import Doing
from ...placement.retry import retrying
from .ledger import Orphan
from .listing import modified_at
from .shapes import REUSED
from .stores import Store, Stores

AT_ONCE = 16
_SHOWN = 100


@dataclass
class Deleted:
    """How far it came. ``problems`` are the first of those that failed."""

    objects: int = 0
    size: int = 0
    failed: int = 0
    problems: list[str] = field(default_factory=list)


class Deleting:
    """Deletes in ``stores``; each request is tried ``attempts`` times, and named if it fails."""

    def __init__(self, stores: Stores, attempts: int, problem: Callable[[str], None]) -> None:
        self._stores = {store.name: store for store in stores}
        self._attempts = attempts
        self._problem = problem
        self.done = Deleted()

    def delete(self, batch: Sequence[Orphan]) -> bool:
        """Whether to go on: not after a batch of which nothing could be deleted."""
        failed = self.done.failed
        with _threads() as threads:
            running = [(orphan, threads.submit(self._delete, orphan)) for orphan in batch]
            for orphan, future in running:
                self._note(orphan, future)
        return self.done.failed - failed < len(batch)

    def _note(self, orphan: Orphan, future: Future[bool]) -> None:
        try:
            gone = future.result()
        except XComToolkitError as e:
            self.done.failed += 1
            self._problem(str(e))
            if len(self.done.problems) < _SHOWN:
                self.done.problems.append(str(e))
        else:
            self.done.objects += gone
            self.done.size += orphan.size if gone else 0

    def _delete(self, orphan: Orphan) -> bool:
        """Whether it is gone; ``False`` for one that was written again since it was listed."""
        store = self._stores[orphan.store]
        doing = Doing("delete", f"{orphan.key!r} in store {orphan.store!r}")
        try:
            return retrying(lambda: _delete(store, orphan), self._attempts, doing)
        except Exception as e:
            raise doing.failed(e) from e


def _delete(store: Store, orphan: Orphan) -> bool:
    path = store.path(orphan.key)
    with suppress(FileNotFoundError):
        if orphan.kind == REUSED and _is_newer(store, path, orphan.modified):
            return False
        store.fs.rm_file(path)
    return True


def _is_newer(store: Store, path: str, modified: float) -> bool:
    store.fs.invalidate_cache(path)
    now = modified_at(store.fs.info(path))
    return now is None or now > modified


@contextmanager
def _threads() -> Iterator[ThreadPoolExecutor]:
    """What has not begun when the block ends is not begun any more."""
    threads = ThreadPoolExecutor(AT_ONCE, "xcom-gc")
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)
