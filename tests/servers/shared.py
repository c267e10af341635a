"""One server for all workers of a run of pytest-xdist."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def shared(name: str, server: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """The endpoint of a server that the first worker who needs it starts, and ends once no other uses it.

    A process that is no worker has one of its own.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        with server() as endpoint:
            yield endpoint
        return
    place = Path(tempfile.gettempdir(), f"xcom-toolkit-{run}-{name}")
    with place.open("a+") as file:
        if endpoint := _found(file):
            yield endpoint
        else:
            yield from _started(file, server)


def _found(file: IO[str]) -> str:
    """The endpoint, held for use; or nothing: then it is for this worker alone to start the server."""
    while True:
        fcntl.flock(file, fcntl.LOCK_SH)
        if endpoint := _read(file):
            return endpoint
        fcntl.flock(file, fcntl.LOCK_EX)
        if not _read(file):
            return ""


def _started(file: IO[str], server: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    with server() as endpoint:
        file.write(endpoint)
        file.flush()
        fcntl.flock(file, fcntl.LOCK_SH)
        try:
            yield endpoint
        finally:
            fcntl.flock(file, fcntl.LOCK_EX)  # Waits for those who use it; a process that died holds nothing.
            file.truncate(0)  # For one who has it open; the next makes another.
            Path(file.name).unlink(missing_ok=True)


def _read(file: IO[str]) -> str:
    file.seek(0)
    return file.read()
