"""What the benchmark writes is below a prefix of its own, and goes when it ends, however it ends."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

from ...abc import Coordinate
from .measuring import first_line

DAG = "xcom_toolkit_bench"


def new_run() -> str:
    return f"bench-{uuid4().hex[:12]}"


class Space:
    """The objects of one run, below ``<store>/xcom_toolkit_bench/<run>``."""

    def __init__(self, store: Any, run: str) -> None:
        """``store``: an ``ObjectStoragePath``."""
        self.run = run
        self.fs = store.fs
        self.base = str(store.path).rstrip("/")
        self._left: dict[int, tuple[str, Callable[[], None]]] = {}

    @property
    def is_local(self) -> bool:
        return "file" in (self.fs.protocol if isinstance(self.fs.protocol, (tuple, list)) else [self.fs.protocol])

    @property
    def prefix(self) -> str:
        return f"{self.base}/{DAG}/{self.run}"

    def at(self, task: str) -> Coordinate:
        """Whose XCom a value is said to be."""
        return Coordinate(DAG, self.run, task, -1, "return_value")

    def file(self) -> str:
        """A path that was never written to: overwriting is quicker, since its pages are there."""
        folder = f"{self.prefix}/bare"
        if self.is_local:
            self.fs.makedirs(folder, exist_ok=True)
        path = f"{folder}/{uuid4().hex}"
        self.keep(path, path, lambda: self._delete(path))
        return path

    def keep(self, handle: Any, name: str, remove: Callable[[], None]) -> None:
        """``remove`` is called by `drop`, or else in the end."""
        self._left[_id(handle)] = (name, remove)

    def drop(self, handle: Any) -> None:
        """Removes what was kept under ``handle``, now."""
        if found := self._left.get(_id(handle)):
            found[1]()
            self._left.pop(_id(handle), None)

    def clean(self) -> list[str]:
        """Removes all that is left, of other processes too; what could not be removed, and why."""
        return self.clear() + self._sweep()

    def clear(self) -> list[str]:
        """Removes what this process has left."""
        problems = []
        for name, remove in self._left.values():
            try:
                remove()
            except Exception as e:
                problems.append(f"{name} ({first_line(e)})")
        self._left.clear()
        return problems

    def _sweep(self) -> list[str]:
        """Of a write that was cut off, of a process that was killed; and folders. Listing is a right that few need."""
        try:
            if self.fs.exists(self.prefix):
                self.fs.rm(self.prefix, recursive=True)
        except FileNotFoundError:
            pass
        except Exception as e:
            return [f"what may be left below {DAG}/{self.run} ({first_line(e)})"]
        if self.is_local:
            with suppress(OSError):
                self.fs.rmdir(f"{self.base}/{DAG}")
        return []

    def _delete(self, path: str) -> None:
        with suppress(FileNotFoundError):
            self.fs.rm_file(path)


def _id(handle: Any) -> int:
    return hash(handle) if isinstance(handle, str) else id(handle)
