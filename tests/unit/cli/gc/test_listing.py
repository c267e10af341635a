"""Every file of a store is given once, with its age, whatever kind of store it is."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from fsspec.implementations.dirfs import DirFileSystem
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem

from airflow_xcom_toolkit.cli.gc import listing
from airflow_xcom_toolkit.cli.gc.listing import pages
from airflow_xcom_toolkit.cli.gc.stores import Store
from airflow_xcom_toolkit.errors import AccessDeniedError, StorageError

s3fs = pytest.importorskip("s3fs")
moto_server = pytest.importorskip("moto.server")

KEYS = {
    *(f"{dag}/run {run}/load/write/{n}.json" for dag in ("sales", "sales_eu") for run in range(3) for n in range(4)),
    "readme.txt",
    "sales/notes.txt",
}


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    requests.post(f"http://{host}:{port}/moto-api/reset", timeout=60)
    s3fs.S3FileSystem.clear_instance_cache()
    options = {"endpoint_url": f"http://{host}:{port}", "key": "key", "secret": "secret"}
    fs = s3fs.S3FileSystem(**options, client_kwargs={"region_name": "eu-west-1"})
    fs.mkdir("bucket")
    yield fs
    server.stop()


@pytest.fixture(params=["local", "s3", "memory", "other"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """One with `KEYS`, and with a file beside its base."""
    found = {
        "local": lambda: (LocalFileSystem(auto_mkdir=True), str(tmp_path / "xcom")),
        "s3": lambda: (request.getfixturevalue("s3"), "bucket/xcom"),
        "memory": lambda: (MemoryFileSystem(), "/bucket/xcom"),
        "other": lambda: (DirFileSystem(str(tmp_path), LocalFileSystem(auto_mkdir=True)), "bucket/xcom"),
    }
    fs, base = found[request.param]()
    for key in KEYS:
        fs.pipe_file(f"{base}/{key}", b"bytes")
    fs.pipe_file(f"{base}2/beside.txt", b"bytes")
    return Store("default", "url", fs, base)


def listed(store: Store, folder: str = "") -> list[str]:
    return [file.key for page in pages(store, folder, 1) for file in page.files]


def test_each_file_is_given_once_and_nothing_beside(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pages they take."""
    monkeypatch.setattr(listing, "PAGE", 5)
    assert sorted(listed(store)) == sorted(KEYS)


def test_of_a_folder_its_own_files_are_given(store: Store) -> None:
    assert sorted(listed(store, "sales/")) == sorted(key for key in KEYS if key.startswith("sales/"))
    assert len(listed(store, "sales/run 1/")) == 4
    assert listed(store, "none/") == []


def test_each_file_has_its_size_and_its_time(store: Store) -> None:
    for page in pages(store, "", 1):
        for file in page.files:
            assert file.size == 5
            assert file.modified is not None
            assert abs(file.modified - time.time()) < 600


def test_a_listing_fills_no_cache(store: Store) -> None:
    """Or memory would grow with the store."""
    listed(store)
    assert not getattr(store.fs, "dircache", None)


def test_s3_says_what_time_it_is(s3: Any) -> None:
    s3.pipe_file("bucket/xcom/a", b"bytes")
    [page] = pages(Store("default", "url", s3, "bucket/xcom"), "", 1)
    assert page.now is not None
    assert abs(page.now - time.time()) < 600


def test_a_bucket_without_a_prefix_is_listed_from_its_root(s3: Any) -> None:
    s3.mkdir("bare")
    s3.pipe_file("bare/sales/x", b"bytes")
    assert listed(Store("default", "url", s3, "bare")) == ["sales/x"]


def test_a_bucket_that_is_not_there_is_an_error(s3: Any) -> None:
    """Nothing to delete is not what was asked for."""
    with pytest.raises(StorageError, match="list the objects of store 'default'"):
        listed(Store("default", "url", s3, "no-such-bucket/xcom"))


def test_who_may_not_list_is_told_which_right_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "sales").mkdir()

    def refused(path: str) -> Any:
        raise PermissionError("no")

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(AccessDeniedError, match="s3:ListBucket"):
        listed(Store("default", "url", LocalFileSystem(), str(tmp_path)))


def test_a_failure_on_the_way_ends_the_listing_with_an_error(tmp_path: Path) -> None:
    """It is not taken for the end of the list."""

    class Broken(DirFileSystem):  # type: ignore[misc]
        def find(self, path: str, **options: Any) -> Any:
            raise OSError("broken")

    fs = Broken(str(tmp_path), LocalFileSystem(auto_mkdir=True))
    fs.pipe_file("xcom/sales/run/load/x", b"bytes")
    with pytest.raises(StorageError, match="broken"):
        listed(Store("default", "url", fs, "xcom"))
