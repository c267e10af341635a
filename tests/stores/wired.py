"""The stores behind a proxy, for tests of the wire: each in turn, plain and encrypted, small and in several parts."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

import airflow_xcom_toolkit as toolkit
from airflow_xcom_toolkit.placement import objects
from airflow_xcom_toolkit.testing.base import Contract
from tests.servers.azurite import azure
from tests.servers.ceph import s3
from tests.servers.gcs import gcs
from tests.servers.proxy import Proxy
from tests.servers.store import Store

STORES = {"s3": s3, "gcs": gcs, "azure": azure}

FEWER_TRIES = {"s3": {"config_kwargs": {"retries": {"max_attempts": 1}}}}
"""Those of botocore, s3fs and the toolkit multiply; here it is 2 × 5 × 3, and not 5 × 5 × 3."""

BLOCKS = {"s3": 5 << 20, "gcs": 4 << 20, "azure": 4 << 20}
"""The size of a part, a chunk or a block: S3's least, and that of encrypted pieces. The toolkit's own is 8 MiB."""

IN_PARTS = {"s3": (8 << 20) + 2500, "gcs": (4 << 20) + 2500, "azure": (4 << 20) + 2500}


@dataclass(frozen=True)
class Wired:
    """A store, as it is reached through the proxy, and as it is reached past it."""

    kind: str
    store: Store
    direct: Store
    proxy: Proxy


@contextmanager
def wiring(kind: str) -> Iterator[Wired]:
    """A server of that kind behind a proxy."""
    logging.getLogger("azure").setLevel(logging.WARNING)  # Or each request is told in twenty lines.
    with STORES[kind]() as store, Proxy(store.endpoint) as proxy:
        behind = store.by_another_connection("wire", **FEWER_TRIES.get(kind, {})).through(proxy.endpoint)
        with behind.reachable() as reached:
            yield Wired(kind, reached, store, proxy)


class OnTheWire(Contract):
    """A class of tests with the toolkit's backend on each store; no one waits before trying again."""

    backend = toolkit.ToolkitXComBackend
    promise = "The wire"

    wired: Wired

    @pytest.fixture(autouse=True)
    def _reach(self, wired: Wired) -> None:
        self.wired = wired
        self.store = wired.store.path

    @pytest.fixture(autouse=True)
    def _small_blocks(self, wired: Wired, monkeypatch: pytest.MonkeyPatch) -> None:
        """Objects in parts are made and read in little time."""
        monkeypatch.setattr(objects, "BLOCK_BYTES", BLOCKS[wired.kind])

    def value(self, size: str) -> bytes:
        """A value whose object is ``small``, or is written ``in parts``: two of them, and read by several gets."""
        count = 2500 if size == "small" else IN_PARTS[self.wired.kind]
        return (bytes(range(256)) * (count // 256 + 1))[:count]

    @property
    def proxy(self) -> Proxy:
        return self.wired.proxy

    @pytest.fixture
    def hurried(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Neither the toolkit waits before it tries again, nor do the stores' own libraries."""
        sleep, yielded = time.sleep, asyncio.sleep
        monkeypatch.setattr(time, "sleep", lambda seconds: sleep(0))
        monkeypatch.setattr(asyncio, "sleep", lambda delay, result=None: yielded(0, result))
