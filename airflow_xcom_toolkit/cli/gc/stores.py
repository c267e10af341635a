"""The configured stores as places: two ways to the same bytes, by two stores or two connections, are one place."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from fsspec.implementations.local import LocalFileSystem

from ...abc import Reference

_CONNECTION = re.compile(r"^[^/@]*@")


@dataclass(frozen=True)
class Store:
    """A store by its name: ``url`` as configured, ``base`` as its filesystem has it."""

    name: str
    url: str
    fs: Any = field(repr=False)
    base: str

    @classmethod
    def opened(cls, name: str, url: str) -> Store:
        """As Airflow opens it, with its connection."""
        from airflow.sdk import ObjectStoragePath

        path = ObjectStoragePath(url)
        return cls(name, url.rstrip("/"), path.fs, str(path.path).rstrip("/"))

    @property
    def is_local(self) -> bool:
        return isinstance(self.fs, LocalFileSystem)

    @property
    def protocols(self) -> tuple[str, ...]:
        found = self.fs.protocol
        return (found,) if isinstance(found, str) else tuple(found)

    def path(self, key: str) -> str:
        """As the store's filesystem takes it."""
        return f"{self.base}/{key}"

    def place(self, key: str) -> str:
        """What no other object has, whatever the store and the connection are called."""
        base = _real(self.base) if self.is_local else self.base
        return f"{self.protocols[0]}:{base}/{key}"


class Stores:
    """All that are configured. Rows may refer to any of them, whichever are looked through."""

    def __init__(self, stores: Iterable[Store]) -> None:
        self._by_name = {store.name: store for store in stores}
        self._first = {protocol: store.protocols[0] for store in self for protocol in store.protocols}

    @classmethod
    def configured(cls, urls: Mapping[str, str]) -> Stores:
        return cls(Store.opened(name, url) for name, url in urls.items())

    def __iter__(self) -> Iterator[Store]:
        return iter(self._by_name.values())

    def named(self, name: str | None) -> list[Store]:
        """That one, or all."""
        return list(self) if name is None else [self._by_name[name]]

    def knows(self, name: str) -> bool:
        return name in self._by_name

    def places(self, reference: Reference) -> list[str]:
        """Where its object is; in any of the stores, for one that is called otherwise here."""
        stores = [self._by_name[reference.store]] if self.knows(reference.store) else self
        return [store.place(reference.key) for store in stores]

    def place_of(self, url: str) -> str:
        """Where the object is that a reference of the stock backend names."""
        scheme, _, rest = url.partition("://")
        protocol, path = self._first.get(scheme, scheme), _CONNECTION.sub("", rest, count=1)
        if protocol in LocalFileSystem.protocol:
            folder, _, name = path.rpartition("/")
            path = f"{_real(folder)}/{name}"
        return f"{protocol}:{path}"


@lru_cache(maxsize=10_000)
def _real(folder: str) -> str:
    return os.path.realpath(folder)
