"""An emulator of Google Cloud Storage on loopback."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from .process import free_port, listens, running
from .store import Store

CONNECTION = "google_emulator"
SETTINGS = {"GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false"}
"""gcsfs would ask Google itself what kind of bucket it is, and wait for a minute, each time."""

NOTHING_KEPT = {"retentionDurationSeconds": "0"}
"""Deleted objects would be kept for a week, and written down anew at each call, which took ever longer."""


@contextmanager
def gcs(bucket: str = "xcom") -> Iterator[Store]:
    """A server of its own with one bucket."""
    with server() as endpoint:
        yield made(endpoint, bucket)


def made(endpoint: str, bucket: str) -> Store:
    """A bucket of a running server; made if it is not there."""
    buckets = f"{endpoint}/storage/v1/b"
    answer = requests.post(f"{buckets}?project=test", json={"name": bucket}, timeout=60)
    assert answer.status_code in (200, 409), f"bucket {bucket}: {answer.status_code} {answer.text}"
    kept = requests.patch(f"{buckets}/{bucket}", json={"softDeletePolicy": NOTHING_KEPT}, timeout=60)
    assert kept.ok, f"bucket {bucket}: {kept.status_code} {kept.text}"
    return Store(
        name="gcs",
        path=path(bucket),
        endpoint=endpoint,
        connection_id=CONNECTION,
        connect=_connection,
        settings=SETTINGS,
    )


def path(bucket: str) -> str:
    """What ``xcom_objectstorage_path`` is set to for a bucket."""
    return f"gs://{CONNECTION}@{bucket}/xcom"


def _connection(endpoint: str) -> str:
    extra = {"project": "test", "is_anonymous": True, "gcs.endpoint": endpoint}
    return json.dumps({"conn_type": "google_cloud_platform", "extra": extra})


@contextmanager
def server() -> Iterator[str]:
    """The endpoint of a server that starts in half a second."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="gcs-") as folder:
        output = Path(folder, "output.log")
        command = [sys.executable, "-m", "gcp_storage_emulator", "start", "--host=127.0.0.1", f"--port={port}"]
        with running([*command, "--in-memory"], output=output, cwd=Path(folder)) as process:
            listens(process, port, output)
            yield f"http://127.0.0.1:{port}"
