"""An object store in memory that fails as told and notes each call, to test what a backend makes of a bad day.

    with faulty_store() as store:                       # [common.io] xcom_objectstorage_path = store.url
        backend.set(key="k", value=value, ...)
        with store.failing(Flipped()), pytest.raises(IntegrityError):
            backend.get_one(key="k", ...)
        with store.failing(Unavailable("get"), times=2):    # twice, then all is well
            backend.get_one(key="k", ...)
        with store.only("put", "get", "delete"):            # the least rights
            backend.set(key="k", value=other, ...)
        assert not any(call.on_event_loop for call in store.calls)

It behaves as S3 does seen through s3fs. There are no folders: a key is there or not. An upload appears when it is
completed and replaces what was there at once; until then nobody sees any of it. What completes it is the file's
``close``, in a ``with`` block that fails too, and when Python drops a file that was never closed. Deleting a missing
key is no error, and a range that starts behind the end is one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from .filesystem import FaultyFileSystem, attached
from .kinds import (
    Call,
    CallName,
    DownloadBroken,
    Fault,
    Flipped,
    Interrupted,
    Missing,
    Only,
    Refused,
    Slow,
    Truncated,
    Unavailable,
    UploadBroken,
    access_denied,
    slow_down,
)

T = TypeVar("T")


class FaultyStore:
    """A store under test, for the test: what is in it, what was asked of it, and what it does wrong."""

    def __init__(self, url: str) -> None:
        self.url = url
        prefix = url.partition("://")[2].strip("/")
        self.buckets = {prefix.partition("/")[0]}
        self.everything: dict[str, bytes] = {}
        """All objects, by bucket and key, as they are: neither noted nor failing, to look at and to write to."""
        self.objects: MutableMapping[str, bytes] = _Below(f"{prefix}/", self.everything)
        """The objects below `url`, by their key there; otherwise as `everything`."""
        self.calls: list[Call] = []
        """What was tried, in order. Clear it to begin anew."""
        self._told: tuple[_Told, ...] = ()
        self._lock = threading.Lock()

    @contextmanager
    def failing(self, *faults: Fault, times: int | None = None) -> Iterator[None]:
        """Has each fault within the block, and everywhere in it; with ``times``, that often, and then no more."""
        told = tuple(_Told(fault, times) for fault in faults)
        with self._lock:
            self._told = told + self._told
        try:
            yield
        finally:
            with self._lock:
                self._told = tuple(one for one in self._told if one not in told)

    def only(self, *calls: CallName) -> AbstractContextManager[None]:
        """Refuses all but these calls, as S3 does when it grants no more rights (`Only`)."""
        return self.failing(Only(*calls))

    def note(self, name: CallName, path: str) -> Call:
        """Notes a call that is tried, and fails it if told so."""
        call = Call.here(name, path)
        self.calls.append(call)
        for told in self._told:
            told.apply(lambda fault: fault.called(call), None)
        return call

    def seen(self, call: Call, path: str) -> bytes | None:
        """What the call finds under ``path``; None is no object."""
        data = self.everything.get(path)
        for told in self._told:
            data = told.apply(lambda fault, data=data: fault.seen(call, data), data)  # type: ignore[misc]
        return data

    def moved(self, call: Call, position: int) -> None:
        """Breaks an upload or download that comes to ``position``, if told so."""
        for told in self._told:
            told.apply(lambda fault: fault.moved(call, position), None)

    def completing(self, call: Call) -> None:
        """Keeps an upload from appearing, if told so."""
        for told in self._told:
            told.apply(lambda fault: fault.completing(call), None)


@contextmanager
def faulty_store(url: str = "faulty://bucket/xcom") -> Iterator[FaultyStore]:
    """A new, empty store in memory, at ``url`` for fsspec and for Airflow within the block, and gone after it."""
    store = FaultyStore(url)
    with attached(store):
        yield store


class _Told:
    """A fault and how often it is still to be had."""

    def __init__(self, fault: Fault, times: int | None) -> None:
        self._fault = fault
        self._left = times
        self._lock = threading.Lock()

    def apply(self, moment: Callable[[Fault], T], unharmed: T) -> T:
        if self._left is None:
            return moment(self._fault)
        with self._lock:
            return self._counted(moment, unharmed) if self._left else unharmed

    def _counted(self, moment: Callable[[Fault], T], unharmed: T) -> T:
        harmed = True
        try:
            result = moment(self._fault)
            harmed = result is not unharmed
            return result
        finally:
            self._left = (self._left or 0) - harmed


class _Below(MutableMapping[str, bytes]):
    """The part of a store below a prefix."""

    def __init__(self, prefix: str, everything: dict[str, bytes]) -> None:
        self._prefix = prefix
        self._everything = everything

    def __getitem__(self, key: str) -> bytes:
        return self._everything[self._prefix + key]

    def __setitem__(self, key: str, data: bytes) -> None:
        self._everything[self._prefix + key] = data

    def __delitem__(self, key: str) -> None:
        del self._everything[self._prefix + key]

    def __iter__(self) -> Iterator[str]:
        return (path[len(self._prefix) :] for path in list(self._everything) if path.startswith(self._prefix))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return repr({key: f"{len(data)} bytes" for key, data in self.items()})


__all__ = [
    "Call",
    "CallName",
    "DownloadBroken",
    "Fault",
    "FaultyFileSystem",
    "FaultyStore",
    "Flipped",
    "Interrupted",
    "Missing",
    "Only",
    "Refused",
    "Slow",
    "Truncated",
    "Unavailable",
    "UploadBroken",
    "access_denied",
    "faulty_store",
    "slow_down",
]
