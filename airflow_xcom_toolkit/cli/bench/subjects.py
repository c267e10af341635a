"""Who pushes and pulls: the toolkit, the stock backend, and the library alone. What they write is in a `Space`."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from ...comparison import is_same
from .deployment import COMPRESSION, PATH, THRESHOLD, Deployment
from .measuring import ChangedError
from .space import Space
from .values import encoded

STOCK = "stock backend"


class Subject(ABC):
    """One way to keep a value. ``push`` gives what ``pull`` and ``purge`` need."""

    def __init__(self, name: str, space: Space) -> None:
        self.name = name
        self.space = space

    @abstractmethod
    def push(self, value: Any) -> Any: ...

    @abstractmethod
    def pull(self, handle: Any) -> Any: ...

    def purge(self, handle: Any) -> None:
        self.space.drop(handle)

    def check(self, value: Any, pulled: Any) -> str | None:
        """Raises `ChangedError` unless it came back the same."""
        if not is_same(value, pulled):
            raise ChangedError(f"A {type(value).__name__} did not come back as it was pushed: {self.name}")
        return None


class Toolkit(Subject):
    """A backend of the toolkit, by Airflow's own hooks."""

    def __init__(self, name: str, space: Space, backend: Any) -> None:
        super().__init__(name, space)
        self._backend = backend
        self._at = space.at(name)
        self._named = {part: getattr(self._at, part) for part in ("key", "task_id", "dag_id", "run_id", "map_index")}

    def push(self, value: Any) -> Any:
        row = self._backend.serialize_value(value, **self._named)
        self.space.keep(row, f"an object of {self.name}", lambda: self._backend.purge(SimpleNamespace(value=row)))
        return row

    def pull(self, handle: Any) -> Any:
        return self._backend.load_row(handle, self._at)


class Stock(Subject):
    """Airflow's ``XComObjectStorageBackend``, with the store, threshold and compression of the deployment."""

    def __init__(self, space: Space) -> None:
        from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend

        super().__init__(STOCK, space)
        self._backend: Any = XComObjectStorageBackend
        at = space.at("stock")
        self._named = {part: getattr(at, part) for part in ("key", "task_id", "dag_id", "run_id", "map_index")}

    def push(self, value: Any) -> Any:
        row = self._backend.serialize_value(value, **self._named)
        self.space.keep(row, "an object of the stock backend", lambda: self._purge(row))
        return row

    def pull(self, handle: Any) -> Any:
        return self._backend.deserialize_value(SimpleNamespace(value=handle))

    def check(self, value: Any, pulled: Any) -> str | None:
        return None if is_same(value, pulled) else "came back changed"

    def _purge(self, row: Any) -> None:
        self._backend.purge(SimpleNamespace(value=row))


class Bare(Subject):
    """The library alone: ``write`` a value to a file, ``read`` it of a path or bytes; ``beside``: what is done as well.

    In a store that is no file system, the bytes are made first and sent in one call.
    """

    def __init__(
        self,
        name: str,
        space: Space,
        write: Callable[[Any, Any], None],
        read: Callable[[Any], Any],
        beside_push: Callable[[], Any] = lambda: None,
        beside_pull: Callable[[], Any] = lambda: None,
    ) -> None:
        super().__init__(name, space)
        self._write, self._read = write, read
        self._beside = beside_push, beside_pull

    def push(self, value: Any) -> str:
        path = self.space.file()
        if self.space.is_local:
            with open(path, "wb") as file:
                self._write(value, file)
        else:
            self.space.fs.pipe_file(path, encoded(self._write, value))
        self._beside[0]()
        return path

    def pull(self, handle: Any) -> Any:
        value = self._read(handle if self.space.is_local else self.space.fs.cat_file(handle))
        self._beside[1]()
        return value


@contextmanager
def stock_options(deployment: Deployment) -> Iterator[None]:
    """While this is open, the stock backend finds the store of the deployment; it keeps what it finds first.

    It has no ``auto``.
    """
    before = dict(os.environ)
    os.environ.update(stock_environment(deployment))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def stock_environment(deployment: Deployment) -> dict[str, str]:
    settings = deployment.settings
    compression = settings.compression or ""
    return {
        PATH: settings.path,
        THRESHOLD: str(max(settings.threshold, 0)),
        COMPRESSION: "" if compression == "auto" else compression,
    }
