"""Objects in named stores, over fsspec.

Only put, get and delete are needed, and nothing makes or lists a bucket. On local files, a new object is written
beside its place and renamed; in an object store, an upload becomes visible when it is completed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from ..abc import Coordinate, ObjectReader, Placement, Reference, Sink
from ..errors import ConfigurationError, UntrustedReferenceError, XComToolkitError
from .cache import Original, ReadCache
from .failures import Doing
from .multipart import PartedUpload, takes_parts
from .paths import checked_key, object_key
from .reading import BLOCK_BYTES, BlockReader
from .retry import TriedEnough, retrying, retrying_one
from .writing import LocalFile, ObjectFile, Upload, WriterFailed, write_object

T = TypeVar("T")

DEFAULT_STORE = "default"
READS_AT_ONCE = 8
"""Gets of half a block under way at a time, where several threads may call the store's library."""


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
        cache: ReadCache | None = None,
    ) -> None:
        self.threshold = threshold
        self._stores = stores
        self._open_path = open_path
        self._attempts = attempts
        self._cache = cache

    def store(self, at: Coordinate, suffix: str, write: Callable[[Sink], None], *, hashed: bool) -> Reference:
        store = self.store_name(at)
        if store != DEFAULT_STORE and not self._stores.get(store):
            problem = f"{type(self).__name__} puts {at} into the store {store!r}, which is not among them"
            raise ConfigurationError("xcom_toolkit.stores", problem)
        fs, base = self._base(store)
        key = object_key(at, suffix, prefix_bytes=len(base.encode()) + 1)

        doing = Doing("write", _target(store, key))

        def once() -> Reference:
            file = self._new_file(fs, f"{base}/{key}", doing)
            return Reference(store, key, *write_object(file, write, hashed=hashed))

        try:
            return self._guarded(once, doing)
        except WriterFailed as e:
            raise e.error from e.error.__cause__

    def store_name(self, at: Coordinate) -> str:
        """The store that a new object goes to. Override it to place by dag, task or key: the row says which it was."""
        return DEFAULT_STORE

    def fetch(self, reference: Reference) -> ObjectReader:
        fs, path = self._locate(reference)

        def reader() -> BlockReader:
            return self._reader(fs, path, reference)

        cache = self._cache_for(fs)
        copy = cache.copy(Original(self._store_url(reference.store), reference, reader)) if cache else None
        return BlockReader(copy.read, reference, lambda: copy.size) if copy else reader()

    def _reader(self, fs: AbstractFileSystem, path: str, reference: Reference) -> BlockReader:
        """Of the object in its store."""

        def read(start: int, end: int) -> bytes:
            def once() -> bytes:
                return fs.cat_file(path, start=start, end=end)  # type: ignore[no-any-return]

            return self._guarded(once, Doing("read", _named(reference)))

        at_once = READS_AT_ONCE if getattr(fs, "async_impl", False) else 1
        return BlockReader(read, reference, lambda: fs.size(path), block_bytes=BLOCK_BYTES, at_once=at_once)

    def forget(self, reference: Reference) -> bool:
        fs, _ = self._locate(reference)
        cache = self._cache_for(fs)
        return cache is not None and cache.forget(self._store_url(reference.store), reference)

    def url(self, reference: Reference) -> str:
        key = checked_key(reference.key)
        return f"{self._store_url(reference.store).rstrip('/')}/{key}"

    def discard(self, reference: Reference) -> None:
        fs, path = self._locate(reference)
        self.forget(reference)

        def delete() -> None:
            with suppress(FileNotFoundError):
                fs.rm_file(path)

        self._guarded(delete, Doing("delete", _named(reference)))

    def _locate(self, reference: Reference) -> tuple[AbstractFileSystem, str]:
        key = checked_key(reference.key)
        fs, base = self._base(reference.store)
        return fs, f"{base}/{key}"

    def _cache_for(self, fs: AbstractFileSystem) -> ReadCache | None:
        """Files of this machine are near enough."""
        return None if isinstance(fs, LocalFileSystem) else self._cache

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

    def _new_file(self, fs: AbstractFileSystem, path: str, doing: Doing) -> ObjectFile:
        if isinstance(fs, LocalFileSystem):
            return LocalFile(path)
        if not takes_parts(fs):
            return Upload(fs, path, BLOCK_BYTES)

        def tried(what: str, call: Callable[[], T]) -> T:
            return retrying_one(call, self._attempts, Doing(doing.verb, f"{doing.target} ({what})"))

        return PartedUpload(fs, path, BLOCK_BYTES, tried)

    def _guarded(self, call: Callable[[], T], doing: Doing) -> T:
        try:
            return retrying(call, self._attempts, doing)
        except (XComToolkitError, WriterFailed):
            raise
        except TriedEnough as e:
            raise doing.failed(e.error) from e.error
        except Exception as e:
            raise doing.failed(e) from e


def _named(reference: Reference) -> str:
    return _target(reference.store, reference.key)


def _target(store: str, key: str) -> str:
    return f"{key!r} in store {store!r}"
