"""The proxy forwards what it is sent as it is, and has the faults that it is told, on real sockets."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.servers.proxy import CutAnswer, Garbage, Lost, Proxy, Refused, ResetAnswer, ResetRequest, busy


class Echo(BaseHTTPRequestHandler):
    """Answers with what was asked."""

    protocol_version = "HTTP/1.1"
    asked: list[str] = []

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append(self.path)
        told = f"{self.headers['Host']} {self.path} {self.headers['X-Mine']} ".encode() + body
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *args: object) -> None: ...


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    Echo.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with Proxy(f"http://127.0.0.1:{server.server_port}") as found:
            yield found
        server.shutdown()


def put(proxy: Proxy, path: str = "/a%2Fb?c=%20", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(proxy.endpoint.removeprefix("http://"), timeout=30)
    connection.request("PUT", path, b"body" * 1000, headers)
    return connection.getresponse()


def test_a_request_arrives_as_it_was_made(proxy: Proxy) -> None:
    """Its Host, which is signed, its path, not decoded, its headers and its body."""
    told = put(proxy, **{"X-Mine": "Yes"}).read()
    assert told == f"{proxy.endpoint.removeprefix('http://')} /a%2Fb?c=%20 Yes ".encode() + b"body" * 1000
    assert [tuple(request) for request in proxy.seen] == [("PUT", "/a%2Fb?c=%20", 4000)]


def test_a_client_that_waits_to_go_on_is_told_to(proxy: Proxy) -> None:
    """``Expect: 100-continue``, and a body in chunks."""
    connection = http.client.HTTPConnection(proxy.endpoint.removeprefix("http://"), timeout=30)
    connection.request("PUT", "/x", iter([b"bo", b"dy"]), {"Expect": "100-continue"}, encode_chunked=True)
    assert connection.getresponse().read().endswith(b" body")


@pytest.mark.parametrize("fault", [ResetRequest(), Lost(), ResetAnswer()], ids=lambda fault: type(fault).__name__)
def test_a_reset_is_one(proxy: Proxy, fault: object) -> None:
    """The client's socket says so. The server has seen the request, but for a reset amid its body."""
    with proxy.failing(fault, times=1) as had, pytest.raises(ConnectionError):  # type: ignore[arg-type]
        put(proxy).read()
    assert had == ["PUT /a%2Fb?c=%20"]
    assert len(Echo.asked) == (0 if isinstance(fault, ResetRequest) else 1)
    assert put(proxy).status == 200


def test_an_answer_that_is_cut_ends_early(proxy: Proxy) -> None:
    """In order: the client has to count."""
    with proxy.failing(CutAnswer(), times=1), pytest.raises(http.client.IncompleteRead):
        put(proxy).read()


def test_garbage_is_no_answer(proxy: Proxy) -> None:
    """It has no status line."""
    with proxy.failing(Garbage(), times=1), pytest.raises(http.client.BadStatusLine):
        put(proxy)


def test_a_fault_is_had_by_the_requests_that_it_is_told(proxy: Proxy) -> None:
    """From which one on, and how often."""
    with proxy.failing(Refused(busy("s3")), only="^PUT /bad", skip=1, times=2) as had:
        statuses = [put(proxy, path).status for path in ("/bad", "/good", "/bad", "/bad", "/bad")]
    assert statuses == [200, 200, 503, 503, 200]
    assert had == ["PUT /bad"] * 2


def test_a_closed_proxy_refuses_until_it_is_open(proxy: Proxy) -> None:
    """On the same port."""
    endpoint = proxy.endpoint
    proxy.close()
    with pytest.raises(ConnectionRefusedError):
        put(proxy)
    proxy.open()
    assert proxy.endpoint == endpoint
    assert put(proxy).status == 200
