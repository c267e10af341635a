"""What can go wrong on the wire, one class each; a test names them to ``Proxy.failing``."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from .relay import Answer, Request


class HangUp(Exception):
    """Ends the client's connection: in order, or by a reset."""

    def __init__(self, *, reset: bool) -> None:
        self.reset = reset
        super().__init__()


class Fault:
    """Something that goes wrong with one request. One of your own overrides the moment at which it does."""

    def arriving(self, request: Request, left: int) -> None:
        """While the request arrives, ``left`` bytes of its body being still to come."""

    def instead(self, request: Request) -> Answer | None:
        """An answer in the place of the store's, which then never sees the request."""
        return None

    def sent(self, head: bytes, body: bytes) -> Iterator[bytes]:
        """What is sent of an answer, piece by piece."""
        yield head + body

    def end(self) -> None:
        """The test is through with it."""


class Refused(Fault):
    """The store answers by ``answer``, and does nothing: a 503, a 500, a 403."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def instead(self, request: Request) -> Answer | None:
        return self._answer


class Denied(Fault):
    """A policy: what it does not allow is answered by ``answer``, and the store never sees it."""

    def __init__(self, allowed: Callable[[Request], bool], answer: Answer) -> None:
        self._allowed = allowed
        self._answer = answer
        self.denied: list[str] = []

    def instead(self, request: Request) -> Answer | None:
        if self._allowed(request):
            return None
        self.denied.append(request.line)
        return self._answer


class ResetRequest(Fault):
    """The connection is reset while the request's body arrives, or where it has none, before an answer."""

    def arriving(self, request: Request, left: int) -> None:
        if left <= request.announced // 2:
            raise HangUp(reset=True)


class Lost(Fault):
    """The store does what it was asked, and its answer never arrives."""

    def sent(self, head: bytes, body: bytes) -> Iterator[bytes]:
        yield b""
        raise HangUp(reset=True)


class ResetAnswer(Fault):
    """The connection is reset in the middle of the answer's body."""

    def sent(self, head: bytes, body: bytes) -> Iterator[bytes]:
        yield head + body[: len(body) // 2]
        time.sleep(0.01)  # Let what was sent arrive: a reset would overtake it.
        raise HangUp(reset=True)


class CutAnswer(Fault):
    """The connection is closed, in order, when half of the answer's body is sent."""

    def sent(self, head: bytes, body: bytes) -> Iterator[bytes]:
        yield head + body[: len(body) // 2]
        raise HangUp(reset=False)


class CutHead(Fault):
    """The connection is closed, in order, amid the answer's headers."""

    def sent(self, head: bytes, body: bytes) -> Iterator[bytes]:
        yield head[: len(head) // 2]
        raise HangUp(reset=False)


class Garbage(Fault):
    """What is sent is no answer in HTTP."""

    def sent(self, head: bytes, body: bytes) -> Iterator[bytes]:
        yield b"\x16\x03\x01\x00\xff garbage \x00\xff\r\n\r\n" * 8
        raise HangUp(reset=False)


class Trickle(Fault):
    """The answer comes late, and then a few pieces at a time."""

    def sent(self, head: bytes, body: bytes) -> Iterator[bytes]:
        size = max(len(body) // 8, 1)
        for piece in (head, *(body[start : start + size] for start in range(0, len(body), size))):
            time.sleep(0.02)
            yield piece


class Stalled(Fault):
    """The connection stays open, and no answer comes; ``amid`` its body, or before it."""

    def __init__(self, *, amid: bool = False) -> None:
        self._amid = amid
        self._over = threading.Event()

    def sent(self, head: bytes, body: bytes) -> Iterator[bytes]:
        yield head + body[: len(body) // 2] if self._amid else b""
        self._over.wait(60)
        raise HangUp(reset=True)

    def end(self) -> None:
        self._over.set()
