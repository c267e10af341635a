"""Reading one object, a block at a time: plain gets of ranges, and no listing.

The next blocks are fetched, and the last one is hashed, while the caller decodes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress

from ..abc import Reference
from ..errors import AccessDeniedError, IntegrityError, ObjectMissingError, StorageError
from ..streams import PieceSource
from .threads import Behind, Blocks, Read

BLOCK_BYTES = 8 * 1024 * 1024


class BlockReader(PieceSource):
    """The bytes of ``reference``. ``read`` gets a range, from threads; what it raises is raised when its turn comes.

    A whole object that fits in one block costs one call, and no thread; a larger one is got by half blocks.
    """

    def __init__(
        self,
        read: Read,
        reference: Reference,
        actual_size: Callable[[], int],
        *,
        block_bytes: int = BLOCK_BYTES,
        at_once: int = 1,
    ) -> None:
        self._read_range = read
        self._reference = reference
        self._actual_size = actual_size
        self._is_whole = reference.size <= block_bytes
        self._step = block_bytes if self._is_whole else block_bytes // 2
        self._at_once = at_once
        self._hash = hashlib.sha256() if reference.sha256 else None
        self._blocks: Blocks | None = None
        self._hashing: Behind | None = None
        self._offset = 0
        self._block = memoryview(b"")
        self._failed: Exception | None = None

    def verify(self) -> None:
        while self._take(-1):
            pass
        if self._hashing is not None:
            self._hashing.drain()
        self.close()
        if self._hash is not None and self._hash.hexdigest() != self._reference.sha256:
            raise self._changed("its SHA-256 is another one")

    def last_byte(self) -> bytes:
        """Of the object as it is now: one request, which fails where reading would."""
        size = self._reference.size
        return self._asked(lambda: self._read_range(size - 1, size + 1), 1)

    def close(self) -> None:
        """What is under way is given up."""
        if self._blocks is not None:
            self._blocks.close()
        if self._hashing is not None:
            self._hashing.close()

    def _take(self, size: int) -> memoryview:
        if not self._block and self._offset < self._reference.size:
            self._block = memoryview(self._fetch())
        count = len(self._block) if size < 0 else min(size, len(self._block))
        part, self._block = self._block[:count], self._block[count:]
        return part

    def _fetch(self) -> bytes:
        count = min(self._step, self._reference.size - self._offset)
        block = self._asked(self._next, count)
        self._offset += count
        self._update(block)
        return block

    def _next(self) -> bytes:
        if self._is_whole:
            return self._read_range(0, self._reference.size + 1)
        if self._blocks is None:
            self._blocks = Blocks(self._read_range, self._ranges(), self._at_once)
        return self._blocks.next()

    def _ranges(self) -> Iterator[tuple[int, int]]:
        """The last one asks for a byte more than there is to be."""
        size, step = self._reference.size, self._step
        return ((start, min(start + step, size) + (start + step >= size)) for start in range(0, size, step))

    def _update(self, block: bytes) -> None:
        if self._hash is not None and self._blocks is None:
            self._hash.update(block)
        elif self._hash is not None:
            self._hashing = self._hashing or Behind(self._step)
            self._hashing.submit(self._hash.update, block)

    def _asked(self, ask: Callable[[], bytes], count: int) -> bytes:
        """What the store gives. It is not asked again once it failed: each time, all tries and waits would be had."""
        if self._failed is not None:
            raise self._failed
        try:
            return self._checked(ask(), count)
        except Exception as e:
            self._failed = e
            self.close()
            if isinstance(e, StorageError) and not isinstance(e, (ObjectMissingError, AccessDeniedError)):
                self._check_size()
            raise

    def _checked(self, block: bytes, count: int) -> bytes:
        if len(block) != count:
            raise self._changed(f"it has {'more' if len(block) > count else 'fewer'} than {self._reference.size} bytes")
        return block

    def _check_size(self) -> None:
        """A range behind the end of an object that was cut is an error to some stores."""
        size = self._reference.size
        with suppress(Exception):
            size = self._actual_size()
        if size != self._reference.size:
            self._failed = self._changed(f"it has {size} bytes and not {self._reference.size}")
            raise self._failed

    def _changed(self, how: str) -> IntegrityError:
        return IntegrityError(
            f"The object {self._reference.key!r} in store {self._reference.store!r} is not the one that was written: "
            f"{how}. It was changed or damaged in the store; run the task again that wrote it."
        )
