"""The face of a `FaultyStore` towards fsspec and Airflow: S3's requests, in the order in which s3fs makes them."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, ClassVar

import fsspec
from fsspec import AbstractFileSystem
from fsspec.spec import AbstractBufferedFile

if TYPE_CHECKING:
    from . import FaultyStore
    from .kinds import Call

PROTOCOL = "faulty"
PART_BYTES = 1024
"""Uploads begin after so many bytes, and not after S3's millions, so that those of small values have a middle, too."""

Info = dict[str, Any]


@contextmanager
def attached(store: FaultyStore) -> Iterator[None]:
    """Makes ``store`` the one that ``faulty://`` is, for all threads; then again the one that it was before."""
    _register()
    before = FaultyFileSystem.current
    FaultyFileSystem.current = store
    try:
        yield
    finally:
        FaultyFileSystem.current = before


def _register() -> None:
    """Makes the protocol known; its file systems stand for whichever store is attached at the time."""
    from airflow.sdk.io import attach
    from upath.registry import register_implementation

    fsspec.register_implementation(PROTOCOL, FaultyFileSystem, clobber=True)
    register_implementation(PROTOCOL, "upath.implementations.cloud.CloudPath", clobber=True)
    attach(protocol=PROTOCOL, fs=FaultyFileSystem())


class FaultyFileSystem(AbstractFileSystem):  # type: ignore[misc]
    """The store that `faulty_store` attached, as a file system with S3's semantics."""

    protocol = PROTOCOL
    current: ClassVar[FaultyStore | None] = None

    @property
    def store(self) -> FaultyStore:
        if self.current is None:
            raise RuntimeError("No store is attached for faulty://; this belongs inside `with faulty_store():`")
        return self.current

    def info(self, path: str, **kwargs: Any) -> Info:
        path = self._strip_protocol(path)
        if "/" not in path:
            return self._bucket_info(path)
        data = self.store.seen(self.store.note("head", path), path)
        if data is not None:
            return _file_info(path, data)
        if not self._listed(path):
            raise FileNotFoundError(errno.ENOENT, "No such key", path)
        return _folder_info(path)

    def _bucket_info(self, bucket: str) -> Info:
        if bucket:
            self.store.note("list", bucket)  # S3 lets those see a bucket who may list it.
            self._check_bucket(bucket)
        return _folder_info(bucket)

    def exists(self, path: str, **kwargs: Any) -> bool:
        """As with S3, what may not be asked is an error, and not a no."""
        try:
            self.info(path)
        except FileNotFoundError:
            return False
        return True

    def isdir(self, path: str) -> bool:
        path = self._strip_protocol(path)
        return any(name != path for name in self._listed(path))

    def ls(self, path: str, detail: bool = True, **kwargs: Any) -> list[Any]:
        path = self._strip_protocol(path)
        found = self._below(path, self._listed(path), depth=1)
        if not found and "/" in path:
            raise FileNotFoundError(errno.ENOENT, "No such key or prefix", path)
        return list(found.values()) if detail else list(found)

    def find(
        self, path: str, maxdepth: int | None = None, withdirs: bool = False, detail: bool = False, **kwargs: Any
    ) -> Any:
        path = self._strip_protocol(path)
        found = self._below(path, self._listed(path), depth=maxdepth)
        if not withdirs:
            found = {name: info for name, info in found.items() if info["type"] == "file"}
        elif "/" in path and found and path not in found:
            found = {path: _folder_info(path), **found}
        return found if detail else list(found)

    def _below(self, path: str, objects: dict[str, Info], depth: int | None) -> dict[str, Info]:
        """The objects and the folders that their names imply, down to ``depth`` levels below ``path``."""
        found = {}
        start = path.count("/") + 1 if path else 0
        for name, info in objects.items():
            parts = name.split("/")
            for end in range(start + 1, len(parts)):
                folder = "/".join(parts[:end])
                found[folder] = _folder_info(folder)
            found[name] = info
        levels = {name: name.count("/") + 1 - start for name in found}
        return {name: found[name] for name in sorted(found) if depth is None or levels[name] <= depth}

    def _listed(self, path: str) -> dict[str, Info]:
        call = self.store.note("list", path)
        if not path:
            return {bucket: _folder_info(bucket) for bucket in self.store.buckets}
        self._check_bucket(path)
        names = [name for name in list(self.store.everything) if name == path or name.startswith(f"{path}/")]
        seen = {name: self.store.seen(call, name) for name in names}
        return {name: _file_info(name, data) for name, data in seen.items() if data is not None}

    def mkdir(self, path: str, create_parents: bool = True, **kwargs: Any) -> None:
        """Asks for a bucket, whether or not it is there: there are no folders to make."""
        bucket, _, key = self._strip_protocol(path).partition("/")
        self.store.note("make_bucket", bucket)
        if not key and bucket in self.store.buckets:
            raise FileExistsError(errno.EEXIST, "The bucket exists", bucket)
        if key and not create_parents:
            self._check_bucket(bucket)
        self.store.buckets.add(bucket)

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        try:
            self.mkdir(path)
        except FileExistsError:
            if not exist_ok:
                raise

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **kwargs: Any) -> bytes:
        path = self._strip_protocol(path)
        call = self.store.note("get", path)
        data = self._found(call, path)
        part = _range(len(data), start, end)
        self.store.moved(call, part.stop)
        return data[part]

    def get_file(self, rpath: str, lpath: Any, callback: Any = None, outfile: Any = None, **kwargs: Any) -> None:
        if outfile is None and os.path.isdir(lpath):
            return
        data = self.cat_file(rpath)
        if outfile is not None:
            outfile.write(data)
            return
        with open(lpath, "wb") as file:
            file.write(data)

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **kwargs: Any) -> None:
        upload = _File(self, self._strip_protocol(path), "xb" if mode == "create" else "wb", block_size=len(value) + 1)
        upload.write(value)
        upload.close()

    def put_file(self, lpath: Any, rpath: str, callback: Any = None, mode: str = "overwrite", **kwargs: Any) -> None:
        if os.path.isdir(lpath):
            return
        with open(lpath, "rb") as file:
            self.pipe_file(rpath, file.read(), mode)

    def cp_file(self, path1: str, path2: str, **kwargs: Any) -> None:
        source, target = self._strip_protocol(path1), self._strip_protocol(path2)
        self._check_bucket(target)
        self.store.everything[target] = self._found(self.store.note("copy", target), source)

    def rm_file(self, path: str) -> None:
        """Deletes a key; that it is missing is no error."""
        path = self._strip_protocol(path)
        self.store.note("delete", path)
        self._check_bucket(path)
        self.store.everything.pop(path, None)

    def _found(self, call: Call, path: str) -> bytes:
        self._check_bucket(path)
        data = self.store.seen(call, path)
        if data is None:
            raise FileNotFoundError(errno.ENOENT, "The specified key does not exist", path)
        return data

    def _check_bucket(self, path: str) -> None:
        if path.partition("/")[0] not in self.store.buckets:
            raise FileNotFoundError(errno.ENOENT, "The specified bucket does not exist", path)

    def _open(self, path: str, mode: str = "rb", block_size: Any = None, **kwargs: Any) -> _File:
        return _File(self, path, mode, block_size=PART_BYTES if mode != "rb" else block_size, **kwargs)


class _File(AbstractBufferedFile):  # type: ignore[misc]
    """A file whose upload begins with its first full part, and whose object appears when it is closed."""

    def __init__(self, fs: FaultyFileSystem, path: str, mode: str, **kwargs: Any) -> None:
        self._store = fs.store
        super().__init__(fs, path, mode, **kwargs)
        if mode == "ab" and fs.exists(path):
            self.write(fs.cat_file(path))

    def _initiate_upload(self) -> None:
        self._call = self._store.note("put", self.path)

    def _upload_chunk(self, final: bool = False) -> bool:
        self._store.moved(self._call, self.loc)
        if final and self.autocommit:
            self.commit()
        return False  # What was sent stays in the buffer until it is all.

    def commit(self) -> None:
        self._store.completing(self._call)
        if self.path.partition("/")[0] not in self._store.buckets:
            raise FileNotFoundError(errno.ENOENT, "The specified bucket does not exist", self.path)
        data = self.buffer.getvalue()
        if self.mode != "xb":
            self._store.everything[self.path] = data
        elif self._store.everything.setdefault(self.path, data) is not data:
            raise FileExistsError(errno.EEXIST, "The key exists", self.path)

    def discard(self) -> None:
        """Gives the upload up: nothing of it ever appears."""
        self.closed = True

    def __del__(self) -> None:
        with suppress(BaseException):  # There is no one to tell.
            super().__del__()


def _range(size: int, start: int | None, end: int | None) -> slice:
    """The bytes that S3 sends for a range, as s3fs asks for it."""
    if start is None and end is None:
        return slice(0, size)
    start = max(size + start, 0) if start is not None and start < 0 else start or 0
    end = size if end is None else size + end if end < 0 else end
    if end <= start:
        return slice(0, size)  # No range at all, to S3, and then it sends everything.
    if start >= size:
        raise OSError(errno.EINVAL, "The requested range is not satisfiable")
    return slice(start, min(end, size))


def _file_info(path: str, data: bytes) -> Info:
    return {"name": path, "size": len(data), "type": "file", "ETag": hashlib.sha256(data).hexdigest()}


def _folder_info(path: str) -> Info:
    return {"name": path, "size": 0, "type": "directory"}
