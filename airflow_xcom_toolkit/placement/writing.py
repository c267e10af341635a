"""Writing one object, whole or not at all; hashing and storing go on while the caller makes the next bytes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol
from uuid import uuid4

from fsspec import AbstractFileSystem

from ..abc import Sink
from ..streams import GatheringSink
from .threads import Behind

_WITHOUT_THREAD = 1024 * 1024
"""Bytes that are handled by the caller itself: a thread would cost more than it gains."""
_WAITING = 2 * 1024 * 1024
"""Bytes that wait to be hashed and written, or are just being."""


class ObjectFile(Protocol):
    """Where the bytes of a new object go. After `abort`, and before `commit`, there is no object."""

    def write(self, data: memoryview, /) -> None: ...

    def commit(self) -> None: ...

    def abort(self) -> None: ...


class WriterFailed(Exception):
    """Carries what the writer of a body raised past the storage calls around it, which would try it again."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def write_object(file: ObjectFile, write: Callable[[Sink], None], *, hashed: bool) -> tuple[int, str | None]:
    """The size and the SHA-256 of what ``write`` wrote. The object is complete, or nothing of it is there."""
    sink = _ObjectSink(file, hashed=hashed)
    try:
        _run(write, sink)
        sink.close_behind()
        file.commit()
    except BaseException:
        sink.aborted = True
        sink.close_behind()
        file.abort()
        raise
    return sink.size, sink.sha256


def _run(write: Callable[[Sink], None], sink: _ObjectSink) -> None:
    gathering = GatheringSink(sink)
    try:
        write(gathering)
        gathering.close()
        sink.finish()
    except Exception as e:
        if sink.failed is not None:
            raise sink.failed from sink.failed.__cause__  # As it was: the cause says whether it may pass.
        raise WriterFailed(e) from e


class _ObjectSink:
    """Counts and hashes what goes to a file; silent after an abort, when buffers in front of it flush.

    ``bytes`` are kept until a thread has hashed and written them; of anything else, which may change afterwards, both
    is done when `write` returns: by two threads.
    """

    def __init__(self, file: ObjectFile, *, hashed: bool) -> None:
        self._file = file
        self._hash = hashlib.sha256() if hashed else None
        self._behind: Behind | None = None
        self.size = 0
        self.aborted = False
        self.failed: Exception | None = None

    def write(self, data: Any, /) -> int:
        view = memoryview(data).cast("B")
        if not self.aborted:
            self.size += len(view)
            self._noting_failure(lambda: self._pass(view, kept=type(data) is bytes))
        return len(view)

    def close(self) -> None: ...

    def finish(self) -> None:
        """All is hashed and written when this returns."""
        if self._behind is not None:
            self._noting_failure(self._behind.drain)

    def close_behind(self) -> None:
        if self._behind is not None:
            self._behind.close()

    @property
    def sha256(self) -> str | None:
        return self._hash.hexdigest() if self._hash is not None else None

    def _noting_failure(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as e:
            self.failed = e
            raise

    def _pass(self, view: memoryview, *, kept: bool) -> None:
        if self._behind is None and self.size > _WITHOUT_THREAD:
            self._behind = Behind(_WAITING)
        if self._behind is None:
            self._store(view)
        elif kept:
            self._behind.submit(self._store, view)
        else:
            self._store_now(view, self._behind)

    def _store(self, view: memoryview) -> None:
        if self._hash is not None:
            self._hash.update(view)
        self._file.write(view)

    def _store_now(self, view: memoryview, behind: Behind) -> None:
        behind.drain()
        if self._hash is not None:
            behind.submit(self._hash.update, view)
        self._file.write(view)
        behind.drain()


class LocalFile:
    """A file that appears under its name when it is complete."""

    def __init__(self, path: str) -> None:
        folder = os.path.dirname(path)
        os.makedirs(folder, exist_ok=True)
        self._path = path
        self._temporary = os.path.join(folder, f".{uuid4().hex}.tmp")
        self._file = open(self._temporary, "xb", buffering=0)  # noqa: SIM115

    def write(self, data: memoryview) -> None:
        while data:
            data = data[self._file.write(data) :]

    def commit(self) -> None:
        self._file.close()
        os.replace(self._temporary, self._path)

    def abort(self) -> None:
        self._file.close()
        with suppress(FileNotFoundError):
            os.unlink(self._temporary)


class Upload:
    """A file of fsspec's, which a store shows when it is completed; given up, it is completed never."""

    def __init__(self, fs: AbstractFileSystem, path: str, block_bytes: int) -> None:
        self._fs = fs
        self._path = path
        self._file = fs.open(path, "wb", block_size=block_bytes)

    def write(self, data: memoryview) -> None:
        self._file.write(data)

    def commit(self) -> None:
        self._file.close()

    def abort(self) -> None:
        with suppress(Exception):
            self._file.discard()
        with suppress(AttributeError):
            self._file.closed = True  # Or fsspec completes the upload when it drops the file.
        with suppress(Exception):
            self._fs.rm_file(self._path)
