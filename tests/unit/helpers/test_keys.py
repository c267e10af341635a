"""``list_keys`` and ``delete``, over a stand-in for Airflow's REST API."""

from __future__ import annotations

import asyncio
import json
import threading
import traceback
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from airflow.sdk.bases.xcom import BaseXCom
from airflow.sdk.execution_time import xcom as configured

from airflow_xcom_toolkit import ToolkitXComBackend, adelete, alist_keys, delete, list_keys
from airflow_xcom_toolkit.errors import ApiError, ConfigurationError
from airflow_xcom_toolkit.settings import Settings
from tests.pipelines import objects
from tests.unit.conftest import SetOptions
from tests.unit.helpers.conftest import Rows, Ti, needs_async

PASSWORD = "canary-password"
TOKEN = "canary-token"


class Api:
    """Lists ``keys``, answers with ``status`` where that is set, and remembers what it was asked."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.status = 200
        self.text: str | None = None
        self.page: Any = ...
        self.token: Any = {"access_token": TOKEN}
        self.asked: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"

    def answer(self, method: str, path: str, body: Any, authorization: str | None) -> tuple[int, Any]:
        self.asked.append(f"{method} {path}")
        if path == "/auth/token":
            accepted = body == {"username": "user", "password": PASSWORD}
            return (201, self.token) if accepted else (401, {"detail": PASSWORD})
        if authorization != f"Bearer {TOKEN}":
            return 401, {}
        if self.page is not ...:
            return self.status, self.page
        query = parse_qs(urlsplit(path).query)
        page = sorted(self.keys)[int(query["offset"][0]) :][: int(query["limit"][0])]
        return self.status, {"xcom_entries": [{"key": key} for key in page], "total_entries": len(self.keys)}

    def _handler(api: Api) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                found = json.loads(body) if body else None
                status, answer = api.answer(self.command, self.path, found, self.headers.get("Authorization"))
                self.send_response(status)
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.end_headers()
                self.wfile.write((api.text or json.dumps(answer)).encode())

            do_POST = do_GET

            def log_message(self, *args: Any) -> None: ...

        return Handler


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, rows: Rows, options: SetOptions) -> Iterator[Api]:
    """The connection has a login and password."""
    started = Api()
    options(api_conn_id="airflow_api")
    connect(monkeypatch, host=f"http://{started.host}", login="user", password=PASSWORD)
    yield started
    started.server.shutdown()
    started.server.server_close()


def connect(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_AIRFLOW_API", json.dumps({"conn_type": "http", **fields}))


def test_the_keys_are_listed_sorted_and_each_part_of_the_path_is_quoted(api: Api) -> None:
    api.keys = ["b", "a/ü", "return_value"]
    ti = Ti("t", run_id="manual__2026-01-01T00:00:00+00:00", map_index=3)
    assert list_keys(ti) == ["a/ü", "b", "return_value"]
    path = "/api/v2/dags/d/dagRuns/manual__2026-01-01T00%3A00%3A00%2B00%3A00/taskInstances/t/xcomEntries"
    assert api.asked[-1] == f"GET {path}?map_index=3&limit=100&offset=0"


def test_every_page_is_read(api: Api) -> None:
    api.keys = [f"{n:03}" for n in range(250)]
    assert list_keys(Ti("t")) == api.keys
    assert [asked.rpartition("=")[2] for asked in api.asked[1:]] == ["0", "100", "200"]


def test_another_task_is_asked_for_without_the_own_map_index(api: Api) -> None:
    list_keys(Ti("t", map_index=3), "other")
    assert "/taskInstances/other/xcomEntries?map_index=-1&" in api.asked[-1]
    list_keys(Ti("t", map_index=3), "other", map_index=2)
    assert "map_index=2&" in api.asked[-1]


@pytest.mark.parametrize("where", [{"password": TOKEN}, {"extra": {"token": TOKEN}}])
@pytest.mark.parametrize("split", [False, True])
def test_a_token_may_be_in_the_connection_and_the_host_in_parts(
    where: dict[str, Any], split: bool, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, _, port = api.host.partition(":")
    at = {"host": host, "port": int(port), "schema": "http"} if split else {"host": f"http://{api.host}/"}
    connect(monkeypatch, **at, **where)
    assert list_keys(Ti("t")) == []
    assert api.asked[0].startswith("GET ")


def test_without_a_host_it_is_the_base_url_of_airflow(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, password=TOKEN)
    with pytest.raises(ConfigurationError, match="needs a host"):
        list_keys(Ti("t"))
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", f"http://{api.host}")
    assert list_keys(Ti("t")) == []


def test_without_the_option_the_error_says_why_and_what_to_set(rows: Rows, options: SetOptions) -> None:
    with pytest.raises(ConfigurationError, match=r"api_conn_id: it is not set\. Airflow's task API has no call"):
        list_keys(Ti("t"))


def test_a_connection_that_is_not_there_is_named(rows: Rows, options: SetOptions) -> None:
    options(api_conn_id="nowhere")
    with pytest.raises(ConfigurationError, match="'nowhere' could not be had"):
        list_keys(Ti("t"))


def test_a_connection_without_credentials_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, host=f"http://{api.host}")
    with pytest.raises(ConfigurationError, match="neither a login and password nor a token"):
        list_keys(Ti("t"))
    assert api.asked == []


@pytest.mark.parametrize("status", [301, 401, 403, 404, 500])
def test_an_error_names_host_and_status_and_no_credentials(status: int, api: Api) -> None:
    api.status = status
    with pytest.raises(ApiError) as raised:
        list_keys(Ti("t"))
    assert (raised.value.host, raised.value.status) == (api.host, status)
    assert f"at {api.host} answered {status}" in str(raised.value)
    assert "canary" not in str(raised.value)


def test_refused_credentials_are_not_shown(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, host=f"http://{api.host}", login="user", password="canary-wrong")
    with pytest.raises(ApiError, match="does not accept the credentials") as raised:
        list_keys(Ti("t"))
    assert "canary" not in str(raised.value)


def test_a_host_that_cannot_be_a_name_is_an_error(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, host="http://a..b", password=TOKEN)
    with pytest.raises(ApiError, match=r"a\.\.b did not answer"):
        list_keys(Ti("t"))


def test_a_host_that_does_not_answer_is_an_error(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, host="http://127.0.0.1:9", password=TOKEN)
    with pytest.raises(ApiError, match=r"127\.0\.0\.1:9 did not answer\..*ConnectionError"):
        list_keys(Ti("t"))


def test_an_answer_that_is_no_json_is_an_error(api: Api) -> None:
    api.text = "<html>"
    with pytest.raises(ApiError, match="not JSON"):
        list_keys(Ti("t"))


ENTRIES = [
    [],
    None,
    "text",
    {"total_entries": 1},
    {"xcom_entries": [{"key": "a"}]},
    {"xcom_entries": [{"key": "a"}], "total_entries": None},
    {"xcom_entries": None, "total_entries": 0},
    {"xcom_entries": {}, "total_entries": 0},
    {"xcom_entries": [{}], "total_entries": 1},
    {"xcom_entries": [None], "total_entries": 1},
    {"xcom_entries": [{"key": None}], "total_entries": 1},
]


@pytest.mark.parametrize("answer", ENTRIES, ids=str)
def test_an_answer_without_the_keys_is_an_error_that_says_what_was_expected(answer: Any, api: Api) -> None:
    api.page = answer
    with pytest.raises(ApiError, match=r"answered 200\..*JSON with xcom_entries and total_entries") as raised:
        list_keys(Ti("t"))
    assert (raised.value.host, raised.value.status) == (api.host, 200)


@pytest.mark.parametrize(
    "answer", [[], None, {}, {"access_token": None}, {"access_token": ""}, {"access_token": "a\nb"}]
)
def test_an_answer_without_a_token_is_an_error_that_says_what_was_expected(answer: Any, api: Api) -> None:
    api.token = answer
    with pytest.raises(ApiError, match=r"answered 201\..*JSON with an access_token") as raised:
        list_keys(Ti("t"))
    assert raised.value.host == api.host


HOSTS = [
    "http://h/?a=1",
    "http://h/#a",
    "http://[::1",
    "http://h:port",
    "http://h:99999",
    "user:canary@h",
    "http://user:can/ary@h",
    "ftp://h",
    "http://",
]


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_that_is_no_plain_address_is_refused(host: str, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, host=host, password=TOKEN)
    with pytest.raises(ConfigurationError, match="'airflow_api' needs a host") as raised:
        list_keys(Ti("t"))
    assert "canary" not in shown(raised.value)


@pytest.mark.parametrize("where", ["password", "extra"])
def test_a_token_may_end_in_a_newline(where: str, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one from a file does."""
    token = f"{TOKEN}\n"
    connect(monkeypatch, host=api.host, **{where: token if where == "password" else {"token": token}})
    assert list_keys(Ti("t")) == []


@pytest.mark.parametrize("token", ["canary\nX: y", "canary\x00", "canaryé", "canary€"])
def test_a_token_that_is_no_header_is_refused_and_not_shown(
    token: str, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(monkeypatch, host=api.host, password=token)
    with pytest.raises(ConfigurationError, match="printable ASCII") as raised:
        list_keys(Ti("t"))
    assert "canary" not in shown(raised.value)
    assert api.asked == []


def test_a_request_that_cannot_be_made_does_not_quote_the_token(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """What requests says of a header quotes it."""
    import requests

    def refused(*args: Any, headers: dict[str, str], **kwargs: Any) -> None:
        raise requests.exceptions.InvalidHeader(f"Invalid header: {headers}")

    monkeypatch.setattr(requests, "request", refused)
    connect(monkeypatch, host=api.host, password=TOKEN)
    with pytest.raises(ApiError, match="InvalidHeader") as raised:
        list_keys(Ti("t"))
    assert "canary" not in shown(raised.value)


def test_a_connection_that_cannot_be_read_is_not_quoted(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Airflow says of a malformed one quotes its address."""
    from airflow.sdk import Connection

    def refused(conn_id: str) -> None:
        raise ValueError("Invalid connection string: http://user:canary@h")

    monkeypatch.setattr(Connection, "get", refused)
    with pytest.raises(ConfigurationError, match=r"could not be had \(ValueError\)") as raised:
        list_keys(Ti("t"))
    assert "canary" not in shown(raised.value)


def shown(error: BaseException) -> str:
    """What a log has of an error."""
    return "".join(traceback.format_exception(error))


def test_the_settings_of_an_in_house_backend_count(
    api: Api, options: SetOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    class InHouse(ToolkitXComBackend):
        @classmethod
        def settings(cls) -> Settings:
            return replace(super().settings(), api_conn_id="airflow_api")

    options(api_conn_id="nowhere")
    monkeypatch.setattr(configured, "XCom", InHouse)
    assert list_keys(Ti("t")) == []


def test_with_a_backend_of_others_the_option_counts(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configured, "XCom", BaseXCom)
    assert list_keys(Ti("t")) == []


def test_one_key_is_deleted_with_its_object_and_needs_no_api(rows: Rows, tmp_path: Path) -> None:
    ti = Ti("t")
    for key in ("a", "b"):
        ti.xcom_push(key, (1,))
    delete(ti, key="a")
    assert [at[0] for at in rows.rows] == ["b"]
    assert len(objects(tmp_path / "store")) == 1
    delete(ti, key="a")


def test_all_keys_are_deleted_with_their_objects(api: Api, rows: Rows, tmp_path: Path) -> None:
    for ti in (Ti("t", map_index=1), Ti("t", map_index=0)):
        for key in ("a", "b"):
            ti.xcom_push(key, (1,))
    api.keys = ["a", "b"]
    delete(ti)
    assert [at[4] for at in rows.rows] == [1, 1]
    assert len(objects(tmp_path / "store")) == 2


def test_the_xcoms_of_another_task_are_deleted_when_it_is_named(rows: Rows) -> None:
    Ti("other", map_index=1).xcom_push("a", 1)
    Ti("t").xcom_push("a", 1)
    delete(Ti("t"), "a", task_id="other", map_index=1)
    assert [at[2] for at in rows.rows] == ["t"]


def test_nothing_is_deleted_where_the_keys_cannot_be_listed(api: Api, rows: Rows) -> None:
    ti = Ti("t")
    ti.xcom_push("a", 1)
    api.status = 403
    with pytest.raises(ApiError, match="may not read"):
        delete(ti)
    assert len(rows.rows) == 1


@needs_async
def test_the_async_twins_do_the_same(api: Api, rows: Rows) -> None:
    ti = Ti("t")
    ti.xcom_push("a", 1)
    api.keys = ["a"]
    assert asyncio.run(alist_keys(ti)) == ["a"]
    asyncio.run(adelete(ti))
    assert not rows.rows
