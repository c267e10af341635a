"""Files that are complete or not there, and that nobody else may read."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ..command import UsageError


def check(target: Path, *, overwrite: bool) -> None:
    """Raises `UsageError` where `written` could not write."""
    if target.is_dir():
        raise UsageError(f"--to: {target} is a folder; name a file in it")
    if not target.parent.is_dir():
        raise UsageError(f"--to: there is no folder {target.parent}")
    if not os.access(target.parent, os.W_OK):
        raise UsageError(f"--to: the folder {target.parent} may not be written to")
    if os.path.lexists(target) and not overwrite:
        raise _is_there(target)


@contextmanager
def written(target: Path, *, overwrite: bool) -> Iterator[BinaryIO]:
    """A new file beside ``target``, which takes its place when the block ends well, and is removed when it does not."""
    beside = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    descriptor = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _move(beside, target, overwrite=overwrite)
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()


def _move(beside: Path, target: Path, *, overwrite: bool) -> None:
    """A link fails where there is a file by now; a rename would replace it."""
    if overwrite:
        return os.replace(beside, target)
    try:
        os.link(beside, target)
    except FileExistsError:
        raise _is_there(target) from None
    except OSError:  # A file system without links.
        if os.path.lexists(target):
            raise _is_there(target) from None
        os.replace(beside, target)


def _is_there(target: Path) -> UsageError:
    return UsageError(f"--to: {target} is there already; --overwrite replaces it")
