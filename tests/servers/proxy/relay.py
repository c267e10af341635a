"""HTTP as a proxy needs it: a request from a client's socket, the store's answer to it, and that answer's bytes."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace

import h11

Headers = list[tuple[bytes, bytes]]

_PIECE = 1 << 16
_FRAMING = {"transfer-encoding", "content-length", "connection", "keep-alive"}


@dataclass(frozen=True)
class Request:
    """What a client asked for."""

    method: str
    target: str
    headers: Headers
    body: bytes

    @property
    def announced(self) -> int:
        """The size of the body, as the head has it."""
        return next((int(value) for name, value in self.headers if name.lower() == b"content-length"), 0)

    @property
    def line(self) -> str:
        """What rules look at."""
        return f"{self.method} {self.target}"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Headers
    body: bytes


class Client:
    """The connection of one client: its requests, one after another."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)

    def head(self) -> Request | None:
        """The next request without its body, or that there is none."""
        event = self._next()
        if not isinstance(event, h11.Request):
            return None
        return Request(event.method.decode(), event.target.decode(), list(event.headers.raw_items()), b"")

    def whole(self, request: Request, arriving: Callable[[Request, int], None]) -> Request:
        """The request with its body; ``arriving`` is told, while it arrives, how much of it is left."""
        body = bytearray()
        arriving(request, request.announced)
        while isinstance(part := self._next(), h11.Data):
            body += part.data
            arriving(request, request.announced - len(body))
        return replace(request, body=bytes(body))

    def go_on(self) -> bool:
        """Whether another request may come, now that this one is answered."""
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    def _next(self) -> h11.Event:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                self.sock.sendall(self._http.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
            self._http.receive_data(self.sock.recv(_PIECE))
        return event

    def encoded(self, answer: Answer, method: str) -> tuple[bytes, bytes]:
        """The head and the body of an answer, as they go over the wire."""
        body = b"" if method == "HEAD" or answer.status in (204, 304) else answer.body
        head = self._http.send(h11.Response(status_code=answer.status, headers=answer.headers)) or b""
        sent = self._http.send(h11.Data(data=body)) or b""
        return head, sent + (self._http.send(h11.EndOfMessage()) or b"")


def forwarded(request: Request, address: tuple[str, int]) -> Answer:
    """The store's own answer."""
    with closing(http.client.HTTPConnection(*address, timeout=60)) as upstream:
        upstream.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers:
            if name.lower() not in (b"expect", b"connection", b"transfer-encoding"):
                upstream.putheader(name, value)
        if any(name.lower() == b"transfer-encoding" for name, _ in request.headers):
            upstream.putheader("Content-Length", str(len(request.body)))
        upstream.endheaders(request.body or None)
        answer = upstream.getresponse()
        body = answer.read()
        kept = [(n.encode(), v.encode("latin-1")) for n, v in answer.getheaders() if n.lower() not in _FRAMING]
        if answer.status not in (204, 304):
            size = answer.getheader("Content-Length", "0") if request.method == "HEAD" else str(len(body))
            kept.append((b"Content-Length", size.encode()))
        return Answer(answer.status, kept, body)
