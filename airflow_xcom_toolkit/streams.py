"""Small sources and sinks that the stages share."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections import deque
from mmap import mmap
from typing import Any

from .abc import Sink, Source
from .errors import EnvelopeError, ValueTooLargeError

_GATHERED = 1 << 18
"""Bytes. Smaller writes are gathered."""
_HELD = 1 << 22


class ByteSource:
    """Bytes in memory as a source."""

    def __init__(self, data: bytes | bytearray | memoryview) -> None:
        self._view = memoryview(data).cast("B")
        self._at = 0

    def read(self, size: int = -1, /) -> bytes:
        end = len(self._view) if size < 0 else min(self._at + size, len(self._view))
        data = bytes(self._view[self._at : end])
        self._at = end
        return data

    def readinto(self, buffer: Any, /) -> int:
        target = memoryview(buffer).cast("B")
        count = min(len(target), len(self._view) - self._at)
        target[:count] = self._view[self._at : self._at + count]
        self._at += count
        return count


def write_text(text: str, sink: Sink) -> None:
    """Writes ``text`` as UTF-8, without a copy of all of it."""
    for start in range(0, len(text), _HELD):
        sink.write(text[start : start + _HELD].encode())


class ByteSink:
    """Collects bytes in memory, and stops with `LimitReached` before it holds more than ``limit``."""

    def __init__(self, limit: int | None = None) -> None:
        self.data = bytearray()
        self._limit = limit

    def write(self, data: Any, /) -> int:
        view = memoryview(data).cast("B")
        if self._limit is not None and len(self.data) + len(view) > self._limit:
            raise LimitReached
        self.data += view
        return len(view)

    def close(self) -> None: ...


class LimitReached(Exception):
    """More bytes than a `ByteSink` may hold."""


class CappedSink:
    """Passes bytes on, and refuses the value when they become more than ``limit`` (0: no limit)."""

    def __init__(self, sink: Sink, limit: int) -> None:
        self._sink = sink
        self._limit = limit
        self.size = 0

    def write(self, data: Any, /) -> int:
        count = memoryview(data).nbytes
        self.size += count
        if self._limit and self.size > self._limit:
            raise ValueTooLargeError(self.size, self._limit)
        self._sink.write(data)
        return count

    def close(self) -> None:
        self._sink.close()


class GatheringSink:
    """Passes bytes on, many small writes as one, and counts them. ``close`` passes on what is left.

    What is gathered is passed on as ``bytes``, which nobody changes: a sink may keep them.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._small = bytearray()
        self.offset = 0

    def write(self, data: Any, /) -> int:
        view = memoryview(data)
        count = view.nbytes
        self.offset += count
        if count >= _GATHERED:
            self.close()
            self._sink.write(data)
        else:
            self._small += view
            if len(self._small) >= _GATHERED:
                self.close()
        return count

    def close(self) -> None:
        small, self._small = self._small, bytearray()
        if small:
            self._sink.write(bytes(small))


class FileLike:
    """A source or sink in the shape that file-wrapping libraries expect. Closing it closes nothing else."""

    closed = False

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        data: bytes = self._stream.read(-1 if size is None else size)
        return data

    def readinto(self, buffer: Any, /) -> int:
        count: int = self._stream.readinto(buffer)
        return count

    def write(self, data: Any, /) -> int:
        count: int = self._stream.write(data)
        return count

    def readable(self) -> bool:
        return hasattr(self._stream, "read")

    def writable(self) -> bool:
        return hasattr(self._stream, "write")

    def seekable(self) -> bool:
        return False

    def flush(self) -> None: ...

    def close(self) -> None: ...


class SourceFile(io.RawIOBase):
    """A source as a file of Python's own, read from front to back."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        return self._source.readinto(buffer)

    def readall(self) -> bytes:
        return self._source.read()


class PieceSource(ABC):
    """A source over pieces of memory, given as they come."""

    @abstractmethod
    def _take(self, size: int) -> memoryview:
        """The next bytes: at least one, at most ``size`` (-1: any number), none only at the end."""

    def read(self, size: int = -1, /) -> bytes:
        parts = []
        while size and (part := self._take(size)):
            parts.append(part)
            size -= len(part) if size > 0 else 0
        return bytes(parts[0]) if len(parts) == 1 else b"".join(parts)

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(view) and (part := self._take(len(view) - filled)):
            view[filled : filled + len(part)] = part
            filled += len(part)
        return filled


class HeldSource(PieceSource):
    """``size`` bytes of ``source``, read when it is made; the memory of each piece is free once it was given.

    Raises `EnvelopeError` where there are fewer.
    """

    def __init__(self, source: Source, size: int) -> None:
        self._pieces = deque(_piece(source, min(_HELD, size - start)) for start in range(0, size, _HELD))
        self._at = 0

    def _take(self, size: int) -> memoryview:
        if not self._pieces:
            return memoryview(b"")
        view = memoryview(self._pieces[0])
        end = len(view) if size < 0 else min(self._at + size, len(view))
        part, self._at = view[self._at : end], end
        if end == len(view):
            self._pieces.popleft()
            self._at = 0
        return part


def _piece(source: Source, size: int) -> mmap:
    """Memory of its own, for what the C library frees in small parts it may keep."""
    piece = mmap(-1, size)
    count = source.readinto(piece)
    if count != size:
        raise EnvelopeError(f"The body ends {size - count} bytes early")
    return piece


class ExactSource:
    """A file's bytes with the promise of `Source`: never fewer than asked for, except at the end."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self._file.read(1 << 20), b""))
        parts = []
        while size and (part := self._file.read(size)):
            parts.append(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(view) and (part := self._file.read(min(len(view) - filled, 1 << 20))):
            view[filled : filled + len(part)] = part
            filled += len(part)
        return filled


def read_exactly(source: Source, size: int) -> bytes:
    """``size`` bytes. Raises `EnvelopeError` where there are fewer."""
    data = read_whole(source, size)
    if len(data) != size:
        raise EnvelopeError(f"The body ends {size - len(data)} bytes early")
    return data


def read_whole(source: Source, size: int) -> bytes:
    """At most ``size`` bytes, held once: what joins many pieces holds them twice."""
    if size <= _HELD:
        return source.read(size)
    whole = io.BytesIO()
    while piece := source.read(min(_HELD, size - whole.tell())):
        whole.write(piece)
    return whole.getvalue()
