"""The way of a message: from a task over a socket to its supervisor, from there over HTTP to the API server, and back.

Both ends are Airflow's own: what a task sends with, and what a supervisor reads, handles and answers with.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Generator
from importlib import import_module
from typing import Any
from uuid import UUID

import structlog
from airflow.sdk.api.client import Client
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import CommsDecoder, ErrorResponse
from airflow.sdk.execution_time.supervisor import ActivitySubprocess, length_prefixed_frame_reader

from ..stand_in import RowRefusedError

SECONDS_TO_ANSWER = 60

_HTTP: Any = import_module(Client.__mro__[1].__module__.partition(".")[0])
"""The library of Airflow's client: httpx, and from 3.4 on httpx2."""

_SILENT = structlog.wrap_logger(
    structlog.PrintLogger(), wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL)
)

_REFUSALS = (ValueError, TypeError, OverflowError, RecursionError, NotImplementedError)


class ApiClient(Client):
    """Airflow's client for the API server. Here an error is an answer: Airflow asks again for a minute and more."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(base_url=url, token=token, trust_env=False, timeout=SECONDS_TO_ANSWER)

    def request(self, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        try:
            return _HTTP.Client.request(self, *args, **kwargs)
        except _HTTP.TransportError:  # The server closes a connection after an error of its own.
            return _HTTP.Client.request(self, *args, **kwargs)


class Supervisor(ActivitySubprocess):
    """Airflow's supervisor, without a process; it knows whether it has answered."""

    answered = False

    def send_msg(self, *args: Any, **kwargs: Any) -> None:
        super().send_msg(*args, **kwargs)
        self.answered = True


class Way:
    """The way of the messages of a task; one at a time. ``client`` gives the client for each message."""

    def __init__(self, client: Callable[[Any], Client]) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._open()

    def send(self, msg: Any) -> Any:
        """The answer to a message. Raises `RowRefusedError` for what is refused, wherever on the way."""
        row = getattr(msg, "value", None)
        with self._lock:
            self._supervisor.client = self._client(msg)
            try:
                return self._task.send(msg)
            except AirflowRuntimeError as e:
                raise RowRefusedError(*_told(e.error.detail or {}, row)) from e
            except _REFUSALS as e:
                raise RowRefusedError("msgpack", row, str(e)) from e
            except BaseException as e:  # An answer that comes too late would be taken for that to the next message.
                failure = self._failure
                self._reopen()
                if not isinstance(e, EOFError):
                    raise
                raise RowRefusedError("the supervisor", row, repr(failure)) from e

    def close(self) -> None:
        self._task.socket.close()

    def _reopen(self) -> None:
        self.close()
        self._open()

    def _open(self) -> None:
        self._failure: Exception | None = None
        ours, theirs = socket.socketpair()
        self._task: CommsDecoder[Any, Any] = CommsDecoder(socket=ours)
        no_process: dict[str, Any] = {"id": UUID(int=0), "pid": 0, "process": None, "client": None}
        self._supervisor = Supervisor(stdin=theirs, process_log=_SILENT, **no_process)
        threading.Thread(target=self._serve, args=(theirs,), name="xcom-contract-supervisor", daemon=True).start()

    def _serve(self, requests: socket.socket) -> None:
        read, _ = length_prefixed_frame_reader(self._answers(), on_close=lambda _: None)
        with requests:
            try:
                while read(requests):
                    pass
            except Exception as e:
                self._failure = e

    def _answers(self) -> Generator[None, Any, None]:
        """Takes requests, and answers each: also one for which a supervisor has no answer, so that its task hangs."""
        handling = self._handling()
        while True:
            request = yield
            self._supervisor.answered = False
            problem: Exception | None = None
            try:
                handling.send(request)
            except Exception as e:
                problem, handling = e, self._handling()
            if not self._supervisor.answered:
                self._supervisor.send_msg(None, request_id=request.id, error=_no_answer(problem))

    def _handling(self) -> Generator[None, Any, None]:
        handling: Generator[None, Any, None] = self._supervisor.handle_requests(_SILENT)
        next(handling)
        return handling


def _no_answer(problem: Exception | None) -> ErrorResponse:
    message = "the supervisor cannot read the message, and does not answer" if problem is None else repr(problem)
    return ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail={"status_code": None, "message": message})


def _told(detail: dict[str, Any], row: Any) -> tuple[str, Any, str]:
    """Who refused what, and why: for the API server, the status and its answer."""
    said = detail.get("detail") or detail.get("message")
    status = detail.get("status_code")
    return ("the API server", row, f"{status}, {said}") if status else ("the supervisor", row, str(said))
