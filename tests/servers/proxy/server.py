"""The proxy itself: a listening socket, a thread for each client, and the rules that say what goes wrong when."""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple
from urllib.parse import urlsplit

import h11

from .faults import Fault, HangUp
from .relay import Client, Request, forwarded


class Noted(NamedTuple):
    """A request that came whole."""

    method: str
    target: str
    size: int


class Proxy:
    """Forwards to the server at ``upstream``, an URL; ``seen`` notes each request that came, in order."""

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self._upstream = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._suffix = parts.path
        self._rules: tuple[_Rule, ...] = ()
        self._lock = threading.Lock()
        self._clients: set[socket.socket] = set()
        self._port = 0
        self._listening: socket.socket | None = None
        self.seen: list[Noted] = []

    def __enter__(self) -> Proxy:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._port}{self._suffix}"

    def open(self) -> None:
        """Listens; again on the same port after `close`."""
        if self._listening is None:
            listening = socket.create_server(("127.0.0.1", self._port))
            self._port, self._listening = listening.getsockname()[1], listening
            threading.Thread(target=self._accept, args=(listening,), daemon=True).start()

    def close(self) -> None:
        """Hangs up on all clients. Until `open`, whoever connects is refused."""
        if self._listening is not None:
            listening, self._listening = self._listening, None
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
        with self._lock:
            clients = list(self._clients)
        for sock in clients:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)  # Its own thread closes it.

    @contextmanager
    def failing(self, fault: Fault, *, only: str = "", skip: int = 0, times: int | None = None) -> Iterator[list[str]]:
        """Has the fault with the requests whose line (``PUT /bucket/key?x=1``) ``only``, a regex, is found in.

        Not with the first ``skip`` of them, and ``times`` often, or always. Gives the lines of those that it had.
        """
        rule = _Rule(fault, re.compile(only), skip, times)
        with self._lock:
            self._rules = (rule, *self._rules)
        try:
            yield rule.had
        finally:
            with self._lock:
                self._rules = tuple(one for one in self._rules if one is not rule)
            fault.end()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                sock, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with self._lock:
            self._clients.add(sock)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reset = False
        try:
            self._talk(Client(sock))
        except HangUp as e:
            reset = e.reset
        except (OSError, h11.ProtocolError):
            reset = True
        finally:
            with self._lock:
                self._clients.discard(sock)
            _hang_up(sock, reset=reset)

    def _talk(self, client: Client) -> None:
        while head := client.head():
            fault = self._fault(head)
            request = client.whole(head, fault.arriving)
            self.seen.append(Noted(request.method, request.target, len(request.body)))
            answer = fault.instead(request) or forwarded(request, self._upstream)
            for piece in fault.sent(*client.encoded(answer, request.method)):
                client.sock.sendall(piece)
            if not client.go_on():
                return

    def _fault(self, request: Request) -> Fault:
        with self._lock:
            return next((rule.fault for rule in self._rules if rule.applies(request)), _NONE)


class _Rule:
    def __init__(self, fault: Fault, only: re.Pattern[str], skip: int, times: int | None) -> None:
        self.fault = fault
        self.had: list[str] = []
        self._only = only
        self._skip = skip
        self._times = times

    def applies(self, request: Request) -> bool:
        """Whether it does now; each call counts."""
        if not self._only.search(request.line) or (self._times is not None and len(self.had) >= self._times):
            return False
        if self._skip:
            self._skip -= 1
            return False
        self.had.append(request.line)
        return True


_NONE = Fault()


def _hang_up(sock: socket.socket, *, reset: bool) -> None:
    with suppress(OSError):
        if reset:  # To linger for no time is to send a reset.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            sock.shutdown(socket.SHUT_RDWR)
    sock.close()
