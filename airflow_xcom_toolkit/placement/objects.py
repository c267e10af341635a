"""Objects in named stores, over fsspec.

Only put, get and delete are needed, and nothing makes or lists a bucket. On local files, a new object is written
beside its place and renamed; in an object store, an upload becomes visible when it is completed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar
from uuid import uuid4

from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from ..abc import Coordinate, ObjectReader, Placement, Reference, Sink
from ..errors import (
    AccessDeniedError,
    ConfigurationError,
    IntegrityError,
    ObjectMissingError,
    StorageError,
    UntrustedReferenceError,
    XComToolkitError,
)
from ..streams import PieceSource
from .failures import Doing
from .paths import checked_key, object_key
from .retry import retrying

T = TypeVar("T")

DEFAULT_STORE = "default"
BLOCK_BYTES = 8 * 1024 * 1024


class ObjectPlacement(Placement):
    """Bodies above ``threshold`` bytes go to the store that `store_name` gives; all ``stores`` are read and purged.

    ``stores`` maps a name to a base URL; ``open_path`` makes a path object of one, with ``fs`` and ``path``
    (Airflow's ``ObjectStoragePath``, which brings the connection).
    """

    def __init__(
        self,
        stores: Mapping[str, str],
        open_path: Callable[[str], Any],
        *,
        threshold: int | None = None,
        attempts: int = 1,
    ) -> None:
        self.threshold = threshold
        self._stores = stores
        self._open_path = open_path
        self._attempts = attempts

    def store(self, at: Coordinate, suffix: str, write: Callable[[Sink], None], *, hashed: bool) -> Reference:
        store = self.store_name(at)
        if store != DEFAULT_STORE and not self._stores.get(store):
            problem = f"{type(self).__name__} puts {at} into the store {store!r}, which is not among them"
            raise ConfigurationError("xcom_toolkit.stores", problem)
        fs, base = self._base(store)
        key = object_key(at, suffix, prefix_bytes=len(base.encode()) + 1)

        def once() -> Reference:
            return _write_object(fs, f"{base}/{key}", write, _Label(store, key, hashed))

        try:
            return self._guarded(once, Doing("write", _target(store, key)))
        except _WriterFailed as e:
            raise e.error from e.error.__cause__

    def store_name(self, at: Coordinate) -> str:
        """The store that a new object goes to. Override it to place by dag, task or key: the row says which it was."""
        return DEFAULT_STORE

    def fetch(self, reference: Reference) -> ObjectReader:
        fs, path = self._locate(reference)

        def read(start: int, end: int) -> bytes:
            def once() -> bytes:
                return fs.cat_file(path, start=start, end=end)  # type: ignore[no-any-return]

            return self._guarded(once, Doing("read", _named(reference)))

        return BlockReader(read, reference, lambda: fs.size(path))

    def url(self, reference: Reference) -> str:
        key = checked_key(reference.key)
        return f"{self._store_url(reference.store).rstrip('/')}/{key}"

    def discard(self, reference: Reference) -> None:
        fs, path = self._locate(reference)

        def delete() -> None:
            with suppress(FileNotFoundError):
                fs.rm_file(path)

        self._guarded(delete, Doing("delete", _named(reference)))

    def _locate(self, reference: Reference) -> tuple[AbstractFileSystem, str]:
        key = checked_key(reference.key)
        fs, base = self._base(reference.store)
        return fs, f"{base}/{key}"

    def _base(self, store: str) -> tuple[AbstractFileSystem, str]:
        path = self._open_path(self._store_url(store))
        return path.fs, str(path.path).rstrip("/")

    def _store_url(self, store: str) -> str:
        url = self._stores.get(store)
        if not url:
            raise self._unknown(store)
        return url

    def _unknown(self, store: str) -> XComToolkitError:
        if store == DEFAULT_STORE:
            return ConfigurationError(
                "common.io.xcom_objectstorage_path",
                "it is not set, and an object of the store 'default' is below it; set it to where the objects are",
            )
        return UntrustedReferenceError(
            f"A row refers to the store {store!r}, which is not configured here; it is not followed. Known: "
            f"{', '.join(self._stores) or 'none'}. If it is yours, add it to [xcom_toolkit] stores."
        )

    def _guarded(self, call: Callable[[], T], doing: Doing) -> T:
        try:
            return retrying(call, self._attempts, doing)
        except (XComToolkitError, _WriterFailed):
            raise
        except Exception as e:
            raise doing.failed(e) from e


def _named(reference: Reference) -> str:
    return _target(reference.store, reference.key)


def _target(store: str, key: str) -> str:
    return f"{key!r} in store {store!r}"


class _WriterFailed(Exception):
    """Carries what the writer of a body raised past the storage calls around it, which would try it again."""

    def __init__(self, error: Exception) -> None:
        self.error = error


class _Label:
    def __init__(self, store: str, key: str, hashed: bool) -> None:
        self.store = store
        self.key = key
        self.hashed = hashed


class _ObjectSink:
    """Counts and hashes what goes to a file; silent after an abort, when buffers in front of it flush."""

    def __init__(self, file: Any, *, hashed: bool) -> None:
        self._file = file
        self._hash = hashlib.sha256() if hashed else None
        self.size = 0
        self.aborted = False
        self.failed: Exception | None = None

    def write(self, data: Any, /) -> int:
        if self.aborted:
            return memoryview(data).nbytes
        view = memoryview(data).cast("B")
        if self._hash is not None:
            self._hash.update(view)
        try:
            self._file.write(view)
        except Exception as e:
            self.failed = e
            raise
        self.size += len(view)
        return len(view)

    def close(self) -> None: ...

    @property
    def sha256(self) -> str | None:
        return self._hash.hexdigest() if self._hash is not None else None


def _write_object(fs: AbstractFileSystem, path: str, write: Callable[[Sink], None], label: _Label) -> Reference:
    """Writes one object, whole or not at all."""
    file = _LocalFile(path) if isinstance(fs, LocalFileSystem) else _Upload(fs, path)
    sink = _ObjectSink(file, hashed=label.hashed)
    try:
        _run(write, sink)
        file.commit()
    except BaseException:
        sink.aborted = True
        file.abort()
        raise
    return Reference(label.store, label.key, sink.size, sink.sha256)


def _run(write: Callable[[Sink], None], sink: _ObjectSink) -> None:
    try:
        write(sink)
    except Exception as e:
        if sink.failed is not None:
            raise sink.failed from sink.failed.__cause__  # As it was: the cause says whether it may pass.
        raise _WriterFailed(e) from e


class _LocalFile:
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


class _Upload:
    """An upload, which a store shows when it is completed; given up, it is completed never."""

    def __init__(self, fs: AbstractFileSystem, path: str) -> None:
        self._fs = fs
        self._path = path
        self._file = fs.open(path, "wb", block_size=BLOCK_BYTES)

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


class BlockReader(PieceSource):
    """An object's bytes, a block at a time: plain gets of ranges, no listing, each tried again by itself."""

    def __init__(self, read: Callable[[int, int], bytes], reference: Reference, actual_size: Callable[[], int]) -> None:
        self._read_range = read
        self._reference = reference
        self._actual_size = actual_size
        self._hash = hashlib.sha256() if reference.sha256 else None
        self._offset = 0
        self._block = memoryview(b"")
        self._failed: StorageError | None = None

    def verify(self) -> None:
        while self._take(-1):
            pass
        if self._hash is not None and self._hash.hexdigest() != self._reference.sha256:
            raise self._changed("its SHA-256 is another one")

    def _take(self, size: int) -> memoryview:
        if not self._block and self._offset < self._reference.size:
            self._block = memoryview(self._fetch())
        count = len(self._block) if size < 0 else min(size, len(self._block))
        part, self._block = self._block[:count], self._block[count:]
        return part

    def _fetch(self) -> bytes:
        left = self._reference.size - self._offset
        count = min(BLOCK_BYTES, left)
        beyond = 1 if count == left else 0
        block = self._range(self._offset, self._offset + count + beyond)
        if len(block) != count:
            raise self._changed(f"it has {'more' if len(block) > count else 'fewer'} than {self._reference.size} bytes")
        self._offset += count
        if self._hash is not None:
            self._hash.update(block)
        return block

    def _range(self, start: int, end: int) -> bytes:
        """What the store gives. It is not asked again once it failed: each time, all tries and waits would be had."""
        if self._failed is not None:
            raise self._failed
        try:
            return self._read_range(start, end)
        except StorageError as e:
            self._failed = e
            if not isinstance(e, (ObjectMissingError, AccessDeniedError)):
                self._check_size()
            raise

    def _check_size(self) -> None:
        """A range behind the end of an object that was cut is an error to some stores."""
        size = self._reference.size
        with suppress(Exception):
            size = self._actual_size()
        if size != self._reference.size:
            raise self._changed(f"it has {size} bytes and not {self._reference.size}")

    def _changed(self, how: str) -> IntegrityError:
        return IntegrityError(
            f"The object {_named(self._reference)} is not the one that was written: {how}. It was changed or damaged "
            "in the store; run the task again that wrote it."
        )
