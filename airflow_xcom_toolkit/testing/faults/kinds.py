"""What can go wrong with a store, one class each; a test names them to ``FaultyStore.failing``."""

from __future__ import annotations

import asyncio
import errno
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

CallName = Literal["put", "get", "delete", "head", "list", "make_bucket", "copy"]
Error = Callable[[], BaseException]


class Call(NamedTuple):
    """One request to the store, noted when it was tried; an upload is one put, however many parts it has."""

    name: CallName
    path: str
    thread_id: int
    on_event_loop: bool

    @classmethod
    def here(cls, name: CallName, path: str) -> Call:
        """A call that this thread makes now."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return cls(name, path, threading.get_ident(), False)
        return cls(name, path, threading.get_ident(), True)


class Fault:
    """Something that goes wrong. One of your own overrides the moment at which it does."""

    def called(self, call: Call) -> None:
        """Before the call has any effect: what is raised here fails it."""

    def seen(self, call: Call, data: bytes | None) -> bytes | None:
        """What the call finds under a key where ``data`` is; None is no object."""
        return data

    def moved(self, call: Call, position: int) -> None:
        """While an upload or download moves its bytes before ``position``: what is raised here breaks it."""

    def completing(self, call: Call) -> None:
        """When all of an upload is sent, and it is about to appear: what is raised here keeps it from that."""


def slow_down() -> OSError:
    """What s3fs makes of a 503."""
    return OSError(errno.EBUSY, "503 Slow Down: Please reduce your request rate.")


def access_denied(call: Call) -> PermissionError:
    """What s3fs makes of a 403."""
    return PermissionError(errno.EACCES, f"403 Access Denied: {call.name}", call.path)


@dataclass(frozen=True)
class Missing(Fault):
    """Every object is gone."""

    def seen(self, call: Call, data: bytes | None) -> None:
        return None


@dataclass(frozen=True)
class Truncated(Fault):
    """Objects miss their last ``count`` bytes, for whoever reads them or asks their size."""

    count: int = 1

    def seen(self, call: Call, data: bytes | None) -> bytes | None:
        return data and data[: -self.count]


@dataclass(frozen=True)
class Flipped(Fault):
    """One bit of an object's bytes is another one when it is read: in byte ``at``, or in the middle."""

    at: int | None = None

    def seen(self, call: Call, data: bytes | None) -> bytes | None:
        if not data or call.name in ("head", "list"):
            return data
        changed = bytearray(data)
        changed[len(data) // 2 if self.at is None else self.at] ^= 1
        return bytes(changed)


@dataclass(frozen=True)
class Slow(Fault):
    """Each call blocks its thread for a while; ``Call.on_event_loop`` says whether that held up an event loop."""

    seconds: float = 0.01

    def called(self, call: Call) -> None:
        time.sleep(self.seconds)


class _Named(Fault):
    """A fault of some calls: of those that are named, or of all."""

    def __init__(self, *calls: CallName) -> None:
        self.calls = frozenset(calls)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, sorted(self.calls)))})"


class Refused(_Named):
    """403: the calls that are named, or all, are refused."""

    def called(self, call: Call) -> None:
        if not self.calls or call.name in self.calls:
            raise access_denied(call)


class Unavailable(_Named):
    """503: the calls that are named, or all, fail with ``error``, which would pass; for how long, ``times`` says."""

    def __init__(self, *calls: CallName, error: Error = slow_down) -> None:
        super().__init__(*calls)
        self.error = error

    def called(self, call: Call) -> None:
        if not self.calls or call.name in self.calls:
            raise self.error()


class Only(_Named):
    """Rights to the calls that are named, as S3 grants them.

    A head needs the right to get, and a copy those to get and put: S3 has none of their own for them. And who may
    not list is not told that a key is missing: a get or head of it is refused.
    """

    _BY_RIGHTS_OF: dict[str, set[str]] = {"head": {"get"}, "copy": {"get", "put"}}

    def called(self, call: Call) -> None:
        if call.name not in self.calls and not self._BY_RIGHTS_OF.get(call.name, {call.name}) <= self.calls:
            raise access_denied(call)

    def seen(self, call: Call, data: bytes | None) -> bytes | None:
        if data is None and "list" not in self.calls and call.name in ("get", "head", "copy"):
            raise access_denied(call)
        return data


@dataclass(frozen=True)
class UploadBroken(Fault):
    """Uploads break after some bytes; with ``after=None``, when all are sent and before the object appears."""

    after: int | None = None
    error: Error = field(default=slow_down, repr=False)

    def moved(self, call: Call, position: int) -> None:
        if call.name == "put" and self.after is not None and position > self.after:
            raise self.error()

    def completing(self, call: Call) -> None:
        if self.after is None:
            raise self.error()


@dataclass(frozen=True)
class Interrupted(UploadBroken):
    """Uploads are interrupted, as when the task is killed.

    With ``times=1``, what cleans up after it still reaches the store: a ``with`` block then completes the half that
    was sent. Without, nothing does.
    """

    error: Error = field(default=KeyboardInterrupt, repr=False)


@dataclass(frozen=True)
class DownloadBroken(Fault):
    """Downloads break behind byte ``after`` of the object; ranges before it arrive."""

    after: int = 0
    error: Error = field(default=ConnectionResetError, repr=False)

    def moved(self, call: Call, position: int) -> None:
        if call.name == "get" and position > self.after:
            raise self.error()
