"""The stores that the toolkit's own backends are held to the contract on."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from hypothesis import Phase, settings

from tests.servers import azurite, ceph, gcs
from tests.servers.shared import shared

BUCKET = "contract"

# `tests.contract.comparison` asks for it; pytest takes a profile before it imports any test.
settings.register_profile("unshrunk", phases=[Phase.explicit, Phase.generate])


@pytest.fixture(scope="session", name="s3")
def on_s3() -> Iterator[None]:
    """A real S3 server, and a connection of Airflow's to it."""
    with shared("s3", ceph.server) as endpoint, ceph.made(endpoint, BUCKET).reachable():
        yield


@pytest.fixture(scope="session", name="gcs")
def on_gcs() -> Iterator[None]:
    """An emulator of Google Cloud Storage, and a connection of Airflow's to it."""
    with shared("gcs", gcs.server) as endpoint, gcs.made(endpoint, BUCKET).reachable():
        yield


@pytest.fixture(scope="session", name="azure")
def on_azure() -> Iterator[None]:
    """An emulator of Azure's blob storage, and a connection of Airflow's to it."""
    logging.getLogger("azure").setLevel(logging.WARNING)  # Or each request is told in twenty lines.
    with shared("azure", azurite.server) as endpoint, azurite.made(endpoint, BUCKET).reachable():
        yield


@pytest.fixture(scope="session")
def memory() -> Iterator[None]:
    """Airflow does not know fsspec's ``memory`` by itself."""
    from airflow.sdk.io import attach
    from fsspec.implementations.memory import MemoryFileSystem

    attach("memory", fs=MemoryFileSystem())
    yield
    MemoryFileSystem.store.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What asks nothing new of a store runs on S3, and uncompressed in memory; elsewhere in `make matrix` alone.

    That is a value in its row, which neither a store nor a compression sees, and on a remote store a value in others.
    """
    for item in items:
        is_remote = item.path.stem in ("test_on_gcs", "test_on_azure")
        is_in_others = "test_a_value_comes_back_nested_in_others" in item.nodeid
        is_in_row = "in the row" in item.nodeid
        is_compressed = "TestCompressed" in item.nodeid
        if (is_in_row and (is_remote or is_compressed)) or (is_in_others and is_remote):
            item.add_marker(pytest.mark.matrix_only)
