"""Goes through the files of a store, page by page: however many there are, few are held at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import partial
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from ...errors import AccessDeniedError, StorageError, XComToolkitError
from ...placement.failures import Doing, denied, passing
from ...placement.multipart import takes_parts
from ...placement.retry import retrying
from .stores import Store

T = TypeVar("T")

PAGE = 1000
_TIMES = ("mtime", "last_modified", "LastModified", "updated", "modified", "created")


class File(NamedTuple):
    """``modified``: seconds since the epoch, by the store's clock; ``None`` where it does not say."""

    key: str
    size: int
    modified: float | None


class Page(NamedTuple):
    """``now`` is what time it is for the store, if it said so."""

    files: list[File]
    now: float | None = None


def pages(store: Store, folder: str, attempts: int) -> Iterator[Page]:
    """The files below ``folder`` (``""`` or ``<dag>/`` …), none where there is no such folder.

    Raises `AccessDeniedError` or `StorageError`.
    """
    ask = _Asking(store, attempts)
    if store.is_local:
        return _paged(_local(store.path(folder).rstrip("/"), len(store.base) + 1), ask)
    if takes_parts(store.fs):
        return _s3(store, folder, ask)
    return _paged(_any(store, folder.rstrip("/"), ask), ask)


class _Listing(Doing):
    """What is done, for people."""

    def __str__(self) -> str:
        return f"list the objects of {self.target}"

    def failed(self, error: Exception) -> StorageError:
        if denied(error):
            return AccessDeniedError(
                f"Could not {self}: the store refuses it. gc needs two rights that tasks do not: to list below the "
                f"store's path (s3:ListBucket, storage.objects.list, or read on a folder), and to delete. It said: "
                f"{error}"
            )
        return StorageError(f"Could not {self}: {type(error).__name__}: {error}")


class _Asking:
    """Makes one request, tries it again where that may help, and names what fails in the end."""

    def __init__(self, store: Store, attempts: int) -> None:
        self._doing = _Listing("read", f"store {store.name!r}")
        self._attempts = attempts

    def __call__(self, call: Callable[[], T]) -> T:
        with self.naming():
            return retrying(call, self._attempts, self._doing, passing)

    @contextmanager
    def naming(self) -> Iterator[None]:
        """What is raised in here is one of the toolkit's errors."""
        try:
            yield
        except XComToolkitError:
            raise
        except Exception as e:
            raise self._doing.failed(e) from e


def _paged(files: Iterator[File], ask: _Asking) -> Iterator[Page]:
    while True:
        with ask.naming():
            page = list(islice(files, PAGE))
        if not page:
            return
        yield Page(page)


def _local(folder: str, base: int) -> Iterator[File]:
    """What goes while this looks is left out."""
    waiting = [folder]
    while waiting:
        try:
            entries = os.scandir(waiting.pop())
        except (FileNotFoundError, NotADirectoryError):
            continue
        with entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif entry.is_file(follow_symlinks=False) and (found := _status(entry)):
                    yield File(entry.path[base:], found.st_size, found.st_mtime)


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None


def _s3(store: Store, folder: str, ask: _Asking) -> Iterator[Page]:
    bucket, below, _ = store.fs.split_path(store.base)
    start = len(below) + 1 if below else 0
    wanted: dict[str, Any] = {"Bucket": bucket, "Prefix": f"{below}/{folder}" if below else folder, "MaxKeys": PAGE}
    while True:
        answer = ask(lambda: store.fs.call_s3("list_objects_v2", **wanted))
        files = [
            File(found["Key"][start:], found["Size"], found["LastModified"].timestamp())
            for found in answer.get("Contents", ())
        ]
        yield Page(files, _told(answer))
        if not answer.get("IsTruncated"):
            return
        wanted["ContinuationToken"] = answer["NextContinuationToken"]


def _told(answer: Any) -> float | None:
    date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    return parsedate_to_datetime(date).timestamp() if date else None


def _any(store: Store, folder: str, ask: _Asking) -> Iterator[File]:
    """Run by run, for stores whose libraries give a folder as one list."""
    start = len(store.base) + 1
    waiting = [folder]
    while waiting:
        at = waiting.pop()
        within = _found if at.count("/") >= 1 else _entries
        for info in ask(partial(within, store.fs, store.path(at).rstrip("/"))):
            key = str(info["name"]).rstrip("/")[start:]
            if info["type"] == "directory":
                waiting.append(key)
            else:
                yield File(key, int(info.get("size") or 0), modified_at(info))


def _entries(fs: Any, path: str) -> list[dict[str, Any]]:
    try:
        return [info for info in fs.ls(path, detail=True) if str(info["name"]).rstrip("/") != path]
    except FileNotFoundError:
        return []
    finally:
        fs.invalidate_cache()


def _found(fs: Any, path: str) -> list[dict[str, Any]]:
    try:
        return [info for info in fs.find(path, detail=True).values() if info["type"] != "directory"]
    finally:
        fs.invalidate_cache()


def modified_at(info: dict[str, Any]) -> float | None:
    """From what a filesystem tells of a file."""
    found = next((info[name] for name in _TIMES if info.get(name) is not None), None)
    if isinstance(found, str):
        found = datetime.fromisoformat(found.replace("Z", "+00:00"))
    if isinstance(found, datetime):
        found = (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).timestamp()
    return found if isinstance(found, (int, float)) else None
