"""The metadata server of a machine or pod at Google, which gives its programs a token. Google's own has no emulator."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

_SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]


@dataclass
class Metadata:
    """A pod that acts as the service account ``email``. ``asked`` has the paths of all requests."""

    email: str
    project: str
    address: str = ""
    asked: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """By which Google's libraries find it."""
        return {"GCE_METADATA_HOST": self.address, "GCE_METADATA_IP": self.address}

    def answer(self, path: str) -> str:
        """What it says. Unlike Google's, no token is good for anything."""
        self.asked.append(path)
        name = path.partition("?")[0].removeprefix("/computeMetadata/v1/")
        if name == "project/project-id":
            return self.project
        if name.endswith("/token"):
            return json.dumps({"access_token": "token-of-the-pod", "expires_in": 3600, "token_type": "Bearer"})
        return json.dumps({"email": self.email, "scopes": _SCOPES, "aliases": ["default"]})


@contextmanager
def metadata_server(email: str, project: str) -> Iterator[Metadata]:
    """A running one."""
    metadata = Metadata(email, project)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = metadata.answer(self.path).encode()
            self.send_response(200)
            kind = "application/json" if body.startswith(b"{") else "text/plain"
            headers = {"Metadata-Flavor": "Google", "Content-Type": kind, "Content-Length": str(len(body))}
            for header in headers.items():
                self.send_header(*header)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        metadata.address = f"127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield metadata
        server.shutdown()
