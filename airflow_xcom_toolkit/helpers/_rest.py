"""Airflow's public REST API, for what its task API cannot do. Shows no credentials."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlsplit

from ..backends import configured
from ..compat import conf, mask_secrets
from ..errors import ApiError, ConfigurationError
from ..settings import Settings, current

T = TypeVar("T")

OPTION = "xcom_toolkit.api_conn_id"
PAGE = 100
TIMEOUT = (10, 60)
"""Seconds to connect, and to wait for an answer."""

_ADVICE = {
    401: "It does not accept the credentials of the connection.",
    403: "The user of the connection may not read the XComs of this dag; or its token is not, or no longer, valid.",
    404: "It knows no such dag, run or task; or the host of the connection lacks a path that Airflow is served under.",
}


def keys_of(dag_id: str, run_id: str, task_id: str, map_index: int) -> list[str]:
    """The keys of the XComs of a task instance, sorted, each once. Raises `ConfigurationError` and `ApiError`."""
    api = _Api.connected()
    parts = ("dags", dag_id, "dagRuns", run_id, "taskInstances", task_id, "xcomEntries")
    path = "/".join(quote(part, safe="") for part in parts)
    keys: list[str] = []
    while True:
        page, total = api.keys(path, {"map_index": map_index, "limit": PAGE, "offset": len(keys)})
        keys += page
        if not page or len(keys) >= total:
            return sorted(set(keys))


@dataclass(frozen=True, repr=False)
class _Api:
    base: str
    token: str

    @classmethod
    def connected(cls) -> _Api:
        """As the connection says that ``[xcom_toolkit] api_conn_id`` names."""
        connection = _connection()
        base = _base_url(connection)
        token = _token(base, connection)
        mask_secrets([token])
        return cls(base, token)

    def keys(self, path: str, params: dict[str, Any]) -> tuple[list[str], int]:
        """The keys on one page, and how many there are on all."""
        headers = {"Authorization": f"Bearer {self.token}"}
        request = _Request("GET", f"{self.base}/api/v2/{path}", "xcom_entries and total_entries", _read_keys)
        return request.send(headers=headers, params=params)


def _settings() -> Settings:
    """Those of the configured backend, which may fix some in code, where it is one of the toolkit's."""
    try:
        backend = configured()
    except ConfigurationError:
        return current()
    return backend.settings()


def _connection() -> Any:
    conn_id = _settings().api_conn_id
    if not conn_id:
        raise ConfigurationError(
            OPTION,
            "it is not set. Airflow's task API has no call that lists the keys of XComs, so its public REST API is "
            "asked. Set the option to the id of an http connection with a login and password, or a token as password.",
        )
    from airflow.sdk import Connection

    try:
        return Connection.get(conn_id)
    except Exception as e:  # It may quote what it could not read of the connection.
        raise ConfigurationError(OPTION, f"the connection {conn_id!r} could not be had ({type(e).__name__})") from None


def _base_url(connection: Any) -> str:
    """Where the API server is: the host of the connection, else ``[api] base_url``."""
    with suppress(ValueError):  # It cannot be parsed; the error quotes it.
        url = urlsplit(_host_url(connection) if connection.host else conf.get("api", "base_url", fallback=None) or "")
        is_more = "@" in url.netloc or url.query or url.fragment
        if url.scheme in ("http", "https") and url.hostname and url.port != 0 and not is_more:
            return f"{url.scheme}://{url.netloc}{url.path}".rstrip("/")
    raise ConfigurationError(
        OPTION,
        f"the connection {connection.conn_id!r} needs a host, such as https://airflow.example.com: with a port and a "
        "path at most",
    )


def _host_url(connection: Any) -> str:
    """As Airflow's http hook reads it: the schema is the protocol, and the host may have one too, and a path."""
    host = connection.host if "://" in connection.host else f"{connection.schema or 'http'}://{connection.host}"
    parts = urlsplit(host)
    if connection.port and parts.netloc.rpartition("]")[2].find(":") < 0:
        parts = parts._replace(netloc=f"{parts.netloc}:{connection.port}")
    return parts.geturl()


def _token(base: str, connection: Any) -> str:
    if connection.login and connection.password:
        body = {"username": connection.login, "password": connection.password}
        return _Request("POST", f"{base}/auth/token", "an access_token", _read_token).send(json=body)
    token = str(connection.password or connection.extra_dejson.get("token") or "").strip()
    if not token:
        raise ConfigurationError(
            OPTION, f"the connection {connection.conn_id!r} has neither a login and password nor a token as password"
        )
    if not _is_plain(token):
        raise ConfigurationError(
            OPTION, f"the token of the connection {connection.conn_id!r} has other characters than printable ASCII"
        )
    return token


@dataclass(frozen=True)
class _Request(Generic[T]):
    """Asks for JSON that has what ``expected`` says; ``read`` takes it from the answer, and raises for any other."""

    method: str
    url: str
    expected: str
    read: Callable[[Any], T]

    def send(self, **arguments: Any) -> T:
        """What was read. Raises `ApiError`. Follows no redirect: credentials go to the host of the connection only."""
        host = urlsplit(self.url).netloc
        answer = self._answer(host, arguments)
        if not 200 <= answer.status_code < 300:
            raise ApiError(host, answer.status_code, _ADVICE.get(answer.status_code, "See the log of the API server."))
        with suppress(ValueError, LookupError, TypeError):
            return self.read(answer.json())
        problem = f"The answer is not JSON with {self.expected}: is it Airflow's API server?"
        raise ApiError(host, answer.status_code, problem)

    def _answer(self, host: str, arguments: dict[str, Any]) -> Any:
        import requests

        try:
            return requests.request(self.method, self.url, timeout=TIMEOUT, allow_redirects=False, **arguments)
        except (requests.RequestException, ValueError) as e:
            # Errors of the connection quote the address; others may quote a header.
            cause = e if isinstance(e, (requests.ConnectionError, requests.Timeout)) else None
            raise ApiError(host, None, f"It could not be asked ({type(e).__name__}).") from cause


def _read_token(answer: Any) -> str:
    token = _a(str, answer["access_token"])
    if not token or not _is_plain(token):
        raise ValueError
    return token


def _read_keys(answer: Any) -> tuple[list[str], int]:
    keys = [_a(str, entry["key"]) for entry in _a(list, answer["xcom_entries"])]
    return keys, _a(int, answer["total_entries"])


def _a(kind: type[T], value: Any) -> T:
    """``value``, if it is of that type. Raises `TypeError`."""
    if not isinstance(value, kind):
        raise TypeError
    return value


def _is_plain(token: str) -> bool:
    """Whether it can be sent in a header."""
    return token.isascii() and token.isprintable()
