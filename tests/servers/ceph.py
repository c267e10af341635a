"""A real S3 server on loopback: Ceph's gateway over one store in memory. It checks signatures and policies."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from .process import free_port, listens, program, running
from .store import Store

ADMIN = "admin"
REGION = "us-east-1"


@dataclass(frozen=True)
class Bucket(Store):
    """A bucket, as one of the server's users reaches it; at first as the one who owns it."""

    bucket: str = ""
    user: str = ADMIN
    server: str = ""

    def client(self) -> Any:
        """boto3's client of this user, straight to the server."""
        import boto3

        key, secret = _login(self.user)
        return boto3.client(
            "s3", endpoint_url=self.server, aws_access_key_id=key, aws_secret_access_key=secret, region_name=REGION
        )

    def as_user(self, name: str) -> Bucket:
        """The bucket as another user reaches it, who has no rights but those that a policy of the bucket gives.

        In a policy, the user is ``{"AWS": [bucket.arn]}``.
        """
        _make_user(self.server, name)
        return _bucket(self.server, self.bucket, name)

    @property
    def arn(self) -> str:
        return f"arn:aws:iam:::user/{self.user}"

    def other(self, name: str) -> Bucket:
        """Another bucket of the same server and user; made if it is not there."""
        found = _bucket(self.server, name, self.user)
        found.client().create_bucket(Bucket=name)
        return replace(found, endpoint=self.endpoint)


@contextmanager
def s3(bucket: str = "xcom", *options: str) -> Iterator[Bucket]:
    """A server of its own with one bucket, and further lines for the configuration of its gateway."""
    with server(*options) as endpoint:
        yield made(endpoint, bucket)


def made(endpoint: str, bucket: str) -> Bucket:
    """A bucket of a running server; made if it is not there."""
    found = _bucket(endpoint, bucket, ADMIN)
    found.client().create_bucket(Bucket=bucket)
    return found


def path(bucket: str, user: str = ADMIN) -> str:
    """What ``xcom_objectstorage_path`` is set to for a bucket."""
    return f"s3://aws_{user}@{bucket}/xcom"


def _bucket(endpoint: str, bucket: str, user: str) -> Bucket:
    return Bucket(
        name="s3",
        path=path(bucket, user),
        endpoint=endpoint,
        connection_id=f"aws_{user}",
        connect=_connection(user),
        bucket=bucket,
        user=user,
        server=endpoint,
    )


def _connection(user: str) -> Callable[[str], str]:
    key, secret = _login(user)

    def connect(endpoint: str) -> str:
        extra = {"endpoint_url": endpoint, "region_name": REGION}
        return json.dumps({"conn_type": "aws", "login": key, "password": secret, "extra": extra})

    return connect


def _login(user: str) -> tuple[str, str]:
    return f"{user}-key", f"{user}-secret"


def _make_user(endpoint: str, name: str) -> None:
    """By the gateway's own API for administrators; asking twice changes nothing."""
    import requests
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    key, secret = _login(name)
    names = {"uid": name, "display-name": name, "access-key": key, "secret-key": secret}
    request = AWSRequest("PUT", f"{endpoint}/admin/user", params=names)
    S3SigV4Auth(Credentials(*_login(ADMIN)), "s3", REGION).add_auth(request)
    sent = request.prepare()
    answer = requests.request(sent.method, sent.url, headers=dict(sent.headers), timeout=60)
    assert answer.status_code in (200, 409), f"user {name}: {answer.status_code} {answer.text}"


# The server ---------------------------------------------------------------------------------------------------------


@contextmanager
def server(*options: str) -> Iterator[str]:
    """The endpoint of a server that starts in about two seconds. ``options``: lines for its gateway's configuration."""
    with tempfile.TemporaryDirectory(prefix="ceph-") as name, ExitStack() as started:
        parts = _Parts(Path(name), free_port(), free_port())
        parts.configure(options)
        parts.make_monitor()
        started.enter_context(parts.daemon("ceph-mon", "-i", "a"))
        parts.make_storage()
        started.enter_context(parts.daemon("ceph-osd", "-i", "0"))
        gateway = started.enter_context(parts.daemon("radosgw", "-n", "client.rgw"))
        parts.make_admin()
        listens(gateway, parts.port, parts.output("radosgw"))
        yield f"http://127.0.0.1:{parts.port}"


class _Parts:
    """Ceph's daemons and what they keep, all in one folder."""

    def __init__(self, folder: Path, port: int, monitor_port: int) -> None:
        self.folder = folder
        self.port = port
        self._monitor = f"127.0.0.1:{monitor_port}"
        self._cluster = str(uuid4())

    def configure(self, options: Sequence[str]) -> None:
        for part in ("mon", "osd", "rgw"):
            (self.folder / part).mkdir()
        places = {"folder": self.folder, "port": self.port, "monitor": self._monitor, "cluster": self._cluster}
        self._configuration.write_text("\n".join([CONFIGURATION.format(**places), *options, ""]))

    def make_monitor(self) -> None:
        keyring, map_ = str(self.folder / "keyring"), str(self.folder / "monmap")
        self._run("ceph-authtool", "--create-keyring", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
        self._run("monmaptool", "--create", "--addv", "a", f"[v1:{self._monitor}]", "--fsid", self._cluster, map_)
        self._run("ceph-mon", "--mkfs", "-i", "a", "--monmap", map_, "--keyring", keyring)

    def make_storage(self) -> None:
        storage = str(uuid4())
        self._run("ceph-osd", "--mkfs", "-i", "0", "--osd-uuid", storage)
        self._ask("osd", "new", storage)
        self._ask("osd", "crush", "add", "osd.0", "1", "root=default", "host=localhost")

    def make_admin(self) -> None:
        key, secret = _login(ADMIN)
        user = (f"--uid={ADMIN}", f"--display-name={ADMIN}", f"--access-key={key}", f"--secret-key={secret}")
        self._run("radosgw-admin", "-n", "client.rgw", "user", "create", *user, "--caps=users=*")

    def daemon(self, name: str, *options: str) -> Any:
        return running(self._command(name, *options, "-f"), output=self.output(name))

    def output(self, name: str) -> Path:
        return self.folder / f"{name}.out"

    @property
    def _configuration(self) -> Path:
        return self.folder / "ceph.conf"

    def _command(self, name: str, *options: str) -> list[str]:
        return [program(name), "-c", str(self._configuration), *options]

    def _ask(self, *command: str) -> None:
        """Asks the monitor; again where it says that the asker is of another cluster, as it may in its first second."""
        for _ in range(9):
            with suppress(AssertionError):
                return self._run("ceph", *command)
        return self._run("ceph", *command)

    def _run(self, name: str, *options: str) -> None:
        try:
            subprocess.run(self._command(name, *options), capture_output=True, text=True, timeout=60, check=True)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as e:
            raise AssertionError(f"{name}: {e.stdout}\n{e.stderr}\n{self._printed()}") from e

    def _printed(self) -> str:
        files = sorted(self.folder.glob("*.out"))
        return "\n".join(f"--- {file.name}\n{file.read_text(errors='replace')[-4000:]}" for file in files)


CONFIGURATION = """\
[global]
fsid = {cluster}
mon host = {monitor}
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr2 = false
auth cluster required = none
auth service required = none
auth client required = none
auth allow insecure global id reclaim = false
keyring = {folder}/keyring
mon data = {folder}/mon
osd data = {folder}/osd
run dir = {folder}
admin socket =
log file =
pid file =

# One copy of everything, in memory.
osd objectstore = memstore
memstore device bytes = 4294967296
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 500

# A monitor alone need not gather what others propose: without this, each pool takes a second to make.
paxos propose interval = 0.01
paxos min wait = 0.01
# The storage would sometimes tell its place before it knows the cluster's name, and end.
osd class update on start = false
osd crush update on start = false

[client.rgw]
rgw data = {folder}/rgw
# Without the last, most answers wait 40 ms for the client to say that it has got their beginning.
rgw frontends = beast endpoint=127.0.0.1:{port} tcp_nodelay=1
rgw dns name = 127.0.0.1
rgw enable usage log = false
rgw run sync thread = false
rgw enable gc threads = false
rgw enable lc threads = false
"""
