"""What the preflight writes to the store: all of it goes, however it ends. Nothing is listed for that."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

from ...abc import Coordinate
from .finding import first_line

DAG = "xcom_toolkit_doctor"


class Space:
    """The XComs of one run; ``keep`` says how to remove one, ``drop`` removes it, ``close`` all that are left."""

    def __init__(self) -> None:
        self.run = f"doctor-{uuid4().hex[:12]}"
        self._left: dict[str, Callable[[], None]] = {}
        self._folders: list[Callable[[], None]] = []

    def at(self, task: str) -> Coordinate:
        """Whose XCom a value is said to be."""
        return Coordinate(DAG, self.run, task, -1, "doctor")

    def keep(self, name: str, remove: Callable[[], None]) -> None:
        self._left[name] = remove

    def drop(self, name: str) -> None:
        """Raises what removing it raises; it is then tried again in the end."""
        self._left[name]()
        del self._left[name]

    def clear_folders(self, path: Any) -> None:
        """In the end, removes the empty folders that this run made below a path of the local disk."""
        from fsspec.implementations.local import LocalFileSystem

        if isinstance(path.fs, LocalFileSystem):
            folder = os.path.join(os.path.abspath(str(path.path)), DAG, self.run)
            before = nearest(folder)
            self._folders.append(lambda: _remove_empty(folder, before))

    def close(self) -> list[str]:
        """What could not be removed, and why."""
        problems = []
        for name, remove in list(self._left.items()):
            try:
                remove()
            except Exception as e:
                problems.append(f"{name}: {type(e).__name__}: {first_line(e)}")
        self._left.clear()
        for remove in self._folders:
            remove()
        return problems


def nearest(folder: str) -> str:
    """The folder, or the nearest one above it that exists."""
    while not os.path.isdir(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder


def _remove_empty(folder: str, last: str) -> None:
    """What is empty below the folder, the folder, and those above it below ``last``, which was there before."""
    for inner, _, _ in os.walk(folder, topdown=False):
        with suppress(OSError):
            os.rmdir(inner)
    with suppress(OSError):
        while folder != last and len(folder) > len(last):
            if os.path.isdir(folder):
                os.rmdir(folder)
            folder = os.path.dirname(folder)
