"""The stores that the toolkit's own backends are held to the contract on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest

CONNECTION = "aws_contract"
BUCKET = "contract"


@pytest.fixture(scope="session")
def s3() -> Iterator[None]:
    """An S3 server over HTTP: moto's; or the one at ``XCOM_TOOLKIT_S3``, a URL with ``key:secret@`` before the host."""
    url = os.environ.get("XCOM_TOOLKIT_S3")
    if url:
        yield from _connected(url)
        return
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield from _connected(f"http://key:secret@{host}:{port}")
    server.stop()


def _connected(url: str) -> Iterator[None]:
    """Airflow has a connection to the server, and the bucket exists."""
    import boto3

    scheme, _, rest = url.partition("://")
    login, _, host = rest.rpartition("@")
    key, _, secret = login.partition(":")
    endpoint = f"{scheme}://{host}"
    connection = {
        "conn_type": "aws",
        "login": key,
        "password": secret,
        "extra": {"endpoint_url": endpoint, "region_name": "us-east-1"},
    }
    client = boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id=key, aws_secret_access_key=secret, region_name="us-east-1"
    )
    client.create_bucket(Bucket=BUCKET)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(f"AIRFLOW_CONN_{CONNECTION.upper()}", json.dumps(connection))
        yield


@pytest.fixture(scope="session")
def memory() -> Iterator[None]:
    """Airflow does not know fsspec's ``memory`` by itself."""
    from airflow.sdk.io import attach
    from fsspec.implementations.memory import MemoryFileSystem

    attach("memory", fs=MemoryFileSystem())
    yield
    MemoryFileSystem.store.clear()
