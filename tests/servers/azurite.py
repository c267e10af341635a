"""Azurite, Microsoft's emulator of Azure's blob storage, on loopback."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .process import free_port, listens, program, running
from .store import Store

CONNECTION = "wasb_azurite"
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The account that every Azurite has; its key is in Azurite's manual."""


@contextmanager
def azure(container: str = "xcom") -> Iterator[Store]:
    """A server of its own with one container."""
    with server() as endpoint:
        yield made(endpoint, container)


def made(endpoint: str, container: str) -> Store:
    """A container of a running server; made if it is not there."""
    from azure.core.exceptions import ResourceExistsError

    with suppress(ResourceExistsError):  # Another worker may make it at the same time.
        service(endpoint).create_container(container)
    return Store(
        name="azure",
        path=path(container),
        endpoint=endpoint,
        connection_id=CONNECTION,
        connect=_connection,
    )


def path(container: str) -> str:
    """What ``xcom_objectstorage_path`` is set to for a container."""
    return f"abfs://{CONNECTION}@{container}/xcom"


def service(endpoint: str) -> Any:
    """Azure's own client of the server."""
    from azure.storage.blob import BlobServiceClient

    return BlobServiceClient.from_connection_string(_connection_string(endpoint))


def _connection(endpoint: str) -> str:
    return json.dumps({"conn_type": "wasb", "extra": {"connection_string": _connection_string(endpoint)}})


def _connection_string(endpoint: str) -> str:
    return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={endpoint}/{ACCOUNT};"


@contextmanager
def server() -> Iterator[str]:
    """The endpoint of a server that starts in a second."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="azurite-") as folder:
        output = Path(folder, "output.log")
        place = ("--blobHost", "127.0.0.1", "--blobPort", str(port), "--inMemoryPersistence")
        quietly = ("--silent", "--skipApiVersionCheck", "--disableTelemetry")
        with running([_azurite(), *place, *quietly], output=output, cwd=Path(folder)) as process:
            listens(process, port, output)
            yield f"http://127.0.0.1:{port}"


def _azurite() -> str:
    root = os.environ.get("XCOM_TOOLKIT_SERVERS") or Path(__file__).parents[2] / ".servers"
    return program(str(Path(root, "node_modules", ".bin", "azurite-blob")))
