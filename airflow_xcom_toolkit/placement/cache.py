"""A read cache: of an object that many tasks on one machine pull, one of them asks the store for its bytes.

A copy holds what the store holds, compressed or encrypted as it is there, and is verified at each pull as the object
itself would be. It saves the bytes, and not the question: before a copy is used, the store is asked for the object's
last byte, so that what is gone or out of reach there is so here.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ..abc import ObjectReader, Reference
from ..errors import IntegrityError, ObjectMissingError, XComToolkitError
from ..observe.counting import count
from ..observe.names import CACHE
from .copies import Copies, Copy, Part

log = logging.getLogger(__name__)

LEAST_BYTES = 1024 * 1024
"""An object that is no larger is one request to the store either way."""
PATIENCE = 30.0
"""Seconds without progress, after which another's download is waited for no longer."""
_GLANCE = 0.02


@dataclass(frozen=True, eq=False, repr=False)
class Original:
    """An object in its store. ``url`` is the store's; ``open`` makes a new reader of it."""

    url: str
    reference: Reference
    open: Callable[[], StoreReader]


class StoreReader(ObjectReader, Protocol):
    """Reads an object in its store."""

    def last_byte(self) -> bytes:
        """Of the object as it is now. Raises what reading raises, `IntegrityError` where its size is another."""


class ReadCache:
    """Copies of objects below ``folder``, ``max_bytes`` of them at most. Safe between threads and processes."""

    def __init__(self, folder: str, max_bytes: int) -> None:
        self._copies = Copies(folder, max_bytes)
        self._max_bytes = max_bytes

    def copy(self, original: Original) -> Copy | None:
        """The object on the disk, once the store has said that it has it; ``None`` if it is to be read there.

        Raises what the store raises, and `ConfigurationError` where the folder cannot be used.
        """
        if not self._keeps(original.reference):
            return None
        try:
            copy, outcome = self._copy(original)
            count(CACHE, outcome=outcome)
            return copy
        except XComToolkitError:
            raise
        except OSError as e:
            count(CACHE, outcome="misses")
            log.warning("There is no copy of %s, which is read from its store: %s", _named(original.reference), e)
            return None

    def forget(self, url: str, reference: Reference) -> bool:
        """There is no copy of the object here any more. Whether there may have been one."""
        self._copies.remove(_name(url, reference))
        return self._keeps(reference)

    def _keeps(self, reference: Reference) -> bool:
        return LEAST_BYTES < reference.size <= self._max_bytes

    def _copy(self, original: Original) -> tuple[Copy | None, str]:
        """The copy, and whether it was there, or came from another's download: a hit, or a miss."""
        name, size = _name(original.url, original.reference), original.reference.size
        waiting = _Waiting()
        while True:
            if (found := self._copies.open(name, size)) and self._is_current(found, original):
                return found, "hits"
            if part := self._copies.claim(name, size):
                with part:
                    if self._copies.open(name, size) is None:  # Nobody finished it just before.
                        return _downloaded(part, original), "misses"
            elif waiting.is_over(self._copies.progress(name)):
                log.warning("The download of %s by another task stalls; not waiting", _named(original.reference))
                return None, "misses"

    def _is_current(self, copy: Copy, original: Original) -> bool:
        """Whether the store has that object still. A copy of another is removed."""
        try:
            if copy.last_byte == original.open().last_byte():
                return True
        except (ObjectMissingError, IntegrityError):
            self.forget(original.url, original.reference)
            raise
        self.forget(original.url, original.reference)
        log.warning("The copy of %s ends as the object does not; it is removed", _named(original.reference))
        return False


class _Waiting:
    """For another's download, while it gets on."""

    def __init__(self) -> None:
        self._seen: object = None
        self._since = time.monotonic()

    def is_over(self, progress: object) -> bool:
        """Whether nothing has changed for too long; else a moment later."""
        if progress != self._seen:
            self._seen, self._since = progress, time.monotonic()
        time.sleep(_GLANCE)
        return time.monotonic() - self._since > PATIENCE


def _downloaded(part: Part, original: Original) -> Copy:
    reader = original.open()
    part.fill(reader)
    reader.verify()
    return part.finished()


def _name(url: str, reference: Reference) -> str:
    """Of everything that tells an object from others, so that those of two stores or of two writes never meet."""
    identity = [url, reference.key, reference.size, reference.sha256]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()


def _named(reference: Reference) -> str:
    return f"the object {reference.key!r} in store {reference.store!r}"
