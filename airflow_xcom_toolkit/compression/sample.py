"""A few pieces of a body that is still to be written, to see what compression would make of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from time import perf_counter, thread_time
from typing import Any

from ..abc import Sink
from ..streams import LimitReached

PIECE = 32 << 10
_LEAST, _MOST = 128 << 10, 1 << 20
_NEAR = 8 << 20
_GOLDEN = 0.618033988749895
_SECONDS, _SECONDS_PER_BYTE = 0.01, 2e-11
_WAITING = 10
_ARCHIVES = {"7z", "bz2", "gz", "lz4", "npz", "xz", "zip", "zst"}
_PACKED = {*_ARCHIVES, "orc", "parquet", "gif", "jpeg", "jpg", "png", "webp", "flac", "mp3", "mp4", "ogg"}


def is_packed(suffix: str) -> bool:
    """Whether the files with this suffix are compressed in themselves."""
    return suffix.rpartition(".")[2].lower() in _PACKED


@dataclass(frozen=True, eq=False, repr=False)
class Draft:
    """A body before it is written: ``write`` writes it, or what of it is worth a look; it has about ``size`` bytes."""

    write: Callable[[Sink], None]
    size: int

    def sample(self) -> bytes:
        """A sixteenth of the body, between 128 KiB and 1 MiB, from all over it.

        A body that takes long to make is not made to its end; then the sample is of its first 8 MiB, where a table has
        some of each column. So this takes about 10 ms, and 20 ms for each GB, of the processor, and at most
        ten times as long where the body waits for something.
        """
        sampler = Sampler(self.size)
        try:
            self.write(sampler)
        except LimitReached:
            return bytes(sampler.whole if sampler.complete else sampler.near)
        return bytes(sampler.whole)


class Sampler:
    """Keeps pieces of what is written, and stops with `LimitReached` when it has enough."""

    def __init__(self, size: int) -> None:
        count = min(max(size // 16, _LEAST), _MOST) // PIECE
        self._whole = _Pieces(spans(size, count))
        self._near = _Pieces(spans(min(size, _NEAR), count // 2))
        self._at = 0
        self._clock = _Clock(_SECONDS + size * _SECONDS_PER_BYTE)

    @property
    def whole(self) -> bytearray:
        """The pieces from all over the body."""
        return self._whole.data

    @property
    def near(self) -> bytearray:
        """More pieces, from its beginning alone."""
        return self._near.data

    @property
    def complete(self) -> bool:
        return self._whole.complete

    def write(self, data: Any, /) -> int:
        view = memoryview(data).cast("B")
        self._whole.take(view, self._at)
        self._near.take(view, self._at)
        self._at += len(view)
        if self.complete or (self._at >= PIECE and self._clock.is_over()):
            raise LimitReached
        return len(view)

    def close(self) -> None: ...


class _Pieces:
    """The bytes of some spans, as they come by."""

    def __init__(self, spans: Iterable[range]) -> None:
        self.data = bytearray()
        self._spans = deque(spans)

    @property
    def complete(self) -> bool:
        return not self._spans

    def take(self, view: memoryview, at: int) -> None:
        """Keeps what it wants of the bytes from ``at`` on."""
        end = at + len(view)
        while self._spans and self._spans[0].start < end:
            span = self._spans[0]
            self.data += view[max(span.start - at, 0) : span.stop - at]
            if span.stop > end:
                return
            self._spans.popleft()


class _Clock:
    """Runs while this thread does: what else the machine is busy with does not decide how a value is compressed."""

    def __init__(self, seconds: float) -> None:
        self._stop = thread_time() + seconds
        self._give_up = perf_counter() + _WAITING * seconds

    def is_over(self) -> bool:
        return thread_time() > self._stop or perf_counter() > self._give_up


def spans(size: int, count: int) -> Iterator[range]:
    """So many pieces. The steps between them differ, or each might be of the same column of a table."""
    stride = max(size / count, PIECE)
    for i in range(count):
        start = int(i * stride + (i * _GOLDEN) % 1 * (stride - PIECE))
        yield range(start, start + PIECE)
