"""A receiver of statsd's datagrams, which keeps the toolkit's."""

from __future__ import annotations

import re
import socket
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

_LINE = re.compile(r"airflow\.xcom_toolkit\.(?P<name>[^,:]+)(?:,(?P<tags>[^:]*))?:(?P<value>[^|]+)\|(?P<kind>c|ms)")


class Statsd:
    """What was received, by the dag of its tags, where Airflow sends tags."""

    def __init__(self) -> None:
        self.counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.times: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
        self.socket.bind(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]

    def receive(self) -> None:
        """Until an empty datagram."""
        while data := self.socket.recv(65_536):
            for line in data.decode().splitlines():
                if found := _LINE.match(line):
                    self._note(found)

    def _note(self, found: re.Match[str]) -> None:
        tags = dict(tag.split("=", 1) for tag in (found["tags"] or "").split(",") if tag)
        kept = self.counts if found["kind"] == "c" else self.times
        kept[tags.get("dag_id", "")][found["name"]] += int(found["value"]) if found["kind"] == "c" else 1


@contextmanager
def receiving() -> Iterator[Statsd]:
    """One, on a free port."""
    statsd = Statsd()
    thread = threading.Thread(target=statsd.receive, daemon=True)
    thread.start()
    try:
        yield statsd
    finally:
        statsd.socket.sendto(b"", ("127.0.0.1", statsd.port))
        thread.join(10)
        statsd.socket.close()
