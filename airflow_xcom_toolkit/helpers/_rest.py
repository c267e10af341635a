"""Airflow's public REST API, for what its task API cannot do. Shows no credentials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from .. import settings
from ..compat import conf, mask_secrets
from ..errors import ApiError, ConfigurationError

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
        page = api.get(path, {"map_index": map_index, "limit": PAGE, "offset": len(keys)})
        keys += [entry["key"] for entry in page["xcom_entries"]]
        if not page["xcom_entries"] or len(keys) >= page["total_entries"]:
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

    def get(self, path: str, params: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        return _request("GET", f"{self.base}/api/v2/{path}", headers=headers, params=params)


def _connection() -> Any:
    conn_id = settings.current().api_conn_id
    if not conn_id:
        raise ConfigurationError(
            OPTION,
            "it is not set. Airflow's task API has no call that lists the keys of XComs, so its public REST API is "
            "asked. Set the option to the id of an http connection with a login and password, or a token as password.",
        )
    from airflow.sdk import Connection

    try:
        return Connection.get(conn_id)
    except Exception as e:
        raise ConfigurationError(OPTION, f"the connection {conn_id!r} could not be had ({type(e).__name__})") from e


def _base_url(connection: Any) -> str:
    """Where the API server is: the host of the connection, else ``[api] base_url``."""
    url = _host_url(connection) if connection.host else conf.get("api", "base_url", fallback=None) or ""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ConfigurationError(
            OPTION, f"the connection {connection.conn_id!r} needs a host, such as https://airflow.example.com"
        )
    return url.rstrip("/")


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
        return str(_request("POST", f"{base}/auth/token", json=body)["access_token"])
    token = connection.password or connection.extra_dejson.get("token")
    if not token:
        raise ConfigurationError(
            OPTION, f"the connection {connection.conn_id!r} has neither a login and password nor a token as password"
        )
    return str(token)


def _request(method: str, url: str, **arguments: Any) -> Any:
    """The answer's JSON. Follows no redirect, so that credentials go to the host of the connection only."""
    import requests

    host = urlsplit(url).netloc
    try:
        answer = requests.request(method, url, timeout=TIMEOUT, allow_redirects=False, **arguments)
    except requests.RequestException as e:
        raise ApiError(host, None, f"It could not be asked ({type(e).__name__}).") from e
    if not 200 <= answer.status_code < 300:
        raise ApiError(host, answer.status_code, _ADVICE.get(answer.status_code, "See the log of the API server."))
    try:
        return answer.json()
    except ValueError:
        raise ApiError(host, answer.status_code, "The answer is not JSON: is it Airflow's API server?") from None
