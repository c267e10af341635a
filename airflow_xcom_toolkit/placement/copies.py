"""Copies of objects in a folder of this user alone: whole or not there, one writer each, the longest unused out first.

    <folder>/<user id>/<64 hex digits>         a copy
    <folder>/<user id>/<64 hex digits>.part    one that is being written, by whoever holds its lock

A part takes its full size from the start, so that those who write at the same time count each other's. One whose
writer has died is locked by nobody: the next who wants the object goes on with it, and who makes room removes it.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import stat
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType

from ..abc import Source
from ..errors import ConfigurationError, IntegrityError

log = logging.getLogger(__name__)

PIECE_BYTES = 8 * 1024 * 1024

_PART = ".part"
_OURS = re.compile(r"[0-9a-f]{64}(\.part)?")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_HINT = "Give it a folder on a local disk that the user of the tasks may write, or leave it empty for no cache."


class Copy:
    """A whole object in an open file, which can be read to its end when it was removed meanwhile."""

    def __init__(self, file: _File) -> None:
        self._file = file

    def read(self, start: int, end: int) -> bytes:
        """The bytes from ``start`` to ``end``, fewer where the file ends. Raises `IntegrityError` for a broken disk."""
        try:
            return os.pread(self._file.fd, end - start, start)
        except OSError as e:
            raise IntegrityError(f"its copy on this machine could not be read ({e.strerror})") from e

    @property
    def size(self) -> int:
        return self._file.status.st_size

    @property
    def last_byte(self) -> bytes:
        return self.read(self.size - 1, self.size)


class Copies:
    """The copies of this user, which take ``max_bytes`` at most, together with those being written."""

    def __init__(self, folder: str, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    def open(self, name: str, size: int) -> Copy | None:
        """The copy of that name, if it is there and has that size. It was used just now."""
        with self._usable():
            try:
                file = _File(self._path(name), os.O_RDONLY)
            except FileNotFoundError:
                return None
            if file.status.st_size != size:
                log.warning("A copy in %s was cut or grew; it is removed, and made anew", self._own)
                self.remove(name)
                return None
            file.touch()
        return Copy(file)

    def claim(self, name: str, size: int) -> Part | None:
        """A new copy for the caller alone to write, with room for it; ``None`` while another writes it.

        Raises an `OSError` where there is no room, and `ConfigurationError` where the folder cannot be used.
        """
        with self._usable():
            self._make_private()
            part = Part.locked(self._path(name))
            if part is not None:
                try:
                    part.take(size)
                    self._make_room(part)
                except BaseException:
                    part.abandon()
                    raise
        return part

    def progress(self, name: str) -> object:
        """Something that changes whenever more of the copy has been written."""
        with suppress(OSError):
            return os.stat(self._path(name) + _PART).st_mtime_ns
        return None

    def remove(self, name: str) -> None:
        """No copy of that name is there any more."""
        with suppress(OSError):
            os.unlink(self._path(name))

    @property
    def _own(self) -> str:
        return os.path.join(self._folder, str(os.geteuid()))

    def _path(self, name: str) -> str:
        return os.path.join(self._own, name)

    def _make_private(self) -> None:
        """Plain values are plain here: nobody else may look, and nobody else may have made the folder."""
        os.makedirs(self._folder, exist_ok=True)
        with suppress(FileExistsError):
            os.mkdir(self._own, 0o700)
        found = os.lstat(self._own)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise PermissionError(errno.EACCES, "another user has made it")
        if found.st_mode & 0o077:
            os.chmod(self._own, 0o700)

    def _make_room(self, own: Part) -> None:
        """Removes parts whose writer died, then copies, the longest unused first, until all fit."""
        found = {path: status for path, status in self._files() if path == own.path or not _removed_as_dead(path)}
        total = sum(status.st_size for status in found.values())
        for path in sorted(found, key=lambda path: found[path].st_mtime_ns):
            if total > self._max_bytes and not path.endswith(_PART):
                _remove(path)
                total -= found[path].st_size
        if total > self._max_bytes:
            raise OSError(errno.ENOSPC, "objects that are being written take all of cache_max_bytes")

    def _files(self) -> Iterator[tuple[str, os.stat_result]]:
        with os.scandir(self._own) as entries:
            for entry in entries:
                if _OURS.fullmatch(entry.name):
                    with suppress(FileNotFoundError):
                        yield entry.path, entry.stat(follow_symlinks=False)

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except OSError as e:
            if e.errno in _FULL:
                raise
            problem = f"{self._own} cannot be used ({e.strerror}). {_HINT}"
            raise ConfigurationError("xcom_toolkit.cache_dir", problem) from e


class Part:
    """A copy that is being written, by the holder of its lock. Left before it is `finished`, nothing of it stays."""

    def __init__(self, file: _File, path: str) -> None:
        self._file = file
        self.path = path
        self._is_finished = False

    @classmethod
    def locked(cls, target: str) -> Part | None:
        """The part of the copy at ``target``; ``None`` if another has it."""
        path = target + _PART
        while True:
            file = _File(path, os.O_RDWR | os.O_CREAT)
            if not file.lock():
                return None
            if file.is_at(path):  # Or its writer has finished or left it meanwhile.
                return cls(file, path)

    def __enter__(self) -> Part:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.abandon()

    def take(self, size: int) -> None:
        """Counts as that large. To go on with what another left is no progress to those who wait."""
        if self._file.status.st_size != size:
            os.ftruncate(self._file.fd, size)

    def fill(self, source: Source) -> None:
        """Writes all of ``source``."""
        buffer, at = memoryview(bytearray(PIECE_BYTES)), 0
        while count := source.readinto(buffer):
            piece = buffer[:count]
            while piece:
                written = os.pwrite(self._file.fd, piece, at)
                piece, at = piece[written:], at + written

    def finished(self) -> Copy:
        """The copy, complete from now on for everyone."""
        self._file.touch()
        os.replace(self.path, self.path.removesuffix(_PART))
        self._is_finished = True
        return Copy(self._file)

    def abandon(self) -> None:
        """It is gone, unless it was finished."""
        if not self._is_finished:
            _remove(self.path)
            self._file.close()


class _File:
    """An open file, private and no link, which is closed when nobody has it any more."""

    def __init__(self, path: str, flags: int) -> None:
        self.fd = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        self.close = weakref.finalize(self, os.close, self.fd)

    @property
    def status(self) -> os.stat_result:
        return os.fstat(self.fd)

    def lock(self) -> bool:
        """Whether the lock was free. The system frees it when its holder ends, however it does."""
        import fcntl  # Not on Windows, where this module can be imported all the same.

        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def touch(self) -> None:
        """It was used just now, told more exactly than by the system's own clock of files."""
        now = time.time_ns()
        os.utime(self.fd, ns=(now, now))

    def is_at(self, path: str) -> bool:
        try:
            return os.path.samestat(self.status, os.lstat(path))
        except FileNotFoundError:
            return False


def _removed_as_dead(path: str) -> bool:
    """Whether it was a part that nobody was writing; it is gone."""
    if not path.endswith(_PART):
        return False
    try:
        file = _File(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    if not file.lock() or not file.is_at(path):
        return False
    _remove(path)
    return True


def _remove(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)
