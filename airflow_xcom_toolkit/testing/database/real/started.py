"""A started Airflow for the contract: an API server over a database, with the task instances that XComs belong to."""

from __future__ import annotations

import secrets
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID

import jwt

from .drivers import check_what_airflow_needs
from .rows import Database, check_that_nobody_uses, place
from .server import AUDIENCE, ApiServer
from .supervisor import RealSupervisor
from .tasks import Tasks, make_tasks
from .way import ApiClient, Way

SECONDS_VALID = 24 * 3600


class RealAirflow:
    """Starts an Airflow below ``home``, and stops it: ``with RealAirflow(home) as airflow: airflow.supervisor…``.

    ``database``: the SQLAlchemy URL of an empty database; none: SQLite below ``home``.
    """

    supervisor: RealSupervisor
    """What tasks of this process send their messages to."""

    def __init__(self, home: Path, database: str | None = None) -> None:
        self._server = ApiServer(home, database)
        self._clients: dict[UUID, ApiClient] = {}
        self._stack = ExitStack()

    def __enter__(self) -> RealAirflow:
        check_that_nobody_uses(self._server.database)
        check_what_airflow_needs(self._server.database)
        with ExitStack() as stack:
            stack.callback(self._server.stop)
            self._server.start()
            self._tasks: Tasks = make_tasks(self._server)
            database = Database(self._server.database, self._tasks)
            stack.callback(database.close)
            way = Way(self._client)
            stack.callback(way.close)
            stack.callback(self._close_clients)
            self.supervisor = RealSupervisor(way, database)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def tail(self, lines: int = 60) -> str:
        """The end of what the server printed."""
        return self._server.tail(lines)

    def _client(self, msg: Any) -> ApiClient:
        """The client of the task instance that a message is about. Airflow asks no more than that a task be one."""
        instance = self._tasks.get(place(msg)) or next(iter(self._tasks.values()))
        if instance not in self._clients:
            self._clients[instance] = ApiClient(f"{self._server.address}/execution/", self._token(instance))
        return self._clients[instance]

    def _token(self, instance: UUID) -> str:
        now = int(time.time())
        claims = {"jti": secrets.token_hex(16), "sub": str(instance), "aud": AUDIENCE, "scope": "execution"}
        times = {"iat": now, "nbf": now, "exp": now + SECONDS_VALID}
        return jwt.encode({**claims, **times}, self._server.secret, algorithm="HS512")

    def _close_clients(self) -> None:
        for client in self._clients.values():
            client.close()
