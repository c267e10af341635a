"""Each store in turn, as a class of tests finds it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import airflow_xcom_toolkit as toolkit
from airflow_xcom_toolkit.testing.base import Contract
from tests.servers import azurite, ceph, gcs
from tests.servers.shared import shared

REMOTE = {"s3": ceph, "gcs": gcs, "azure": azurite}
STORES = (*REMOTE, "local files", "memory")
BUCKET = "stores"


@contextmanager
def reached(kind: str) -> Iterator[str]:
    """What ``xcom_objectstorage_path`` is set to for a store of that kind; nothing for a folder of each test."""
    if kind in REMOTE:
        logging.getLogger("azure").setLevel(logging.WARNING)  # Or each request is told in twenty lines.
        server = REMOTE[kind]
        with shared(kind, server.server) as endpoint:
            made = server.made(endpoint, BUCKET).by_another_connection("each")
            with made.reachable():
                yield made.path
    else:
        yield _in_memory() if kind == "memory" else ""


def _in_memory() -> str:
    """Airflow does not know fsspec's ``memory`` by itself."""
    from airflow.sdk.io import attach
    from fsspec.implementations.memory import MemoryFileSystem

    attach("memory", fs=MemoryFileSystem())
    return "memory://stores"


class OnEachStore(Contract):
    """A class of tests with the toolkit's backend; each runs once on each store."""

    backend = toolkit.ToolkitXComBackend
    promise = "The stores"

    @pytest.fixture(autouse=True)
    def _reach(self, store_path: str) -> None:
        self.store = store_path
