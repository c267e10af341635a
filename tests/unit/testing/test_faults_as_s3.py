"""The store in memory does what S3 does through s3fs: the same operations on both, with the same outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from airflow_xcom_toolkit.testing.faults import FaultyFileSystem, faulty_store

s3fs = pytest.importorskip("s3fs")
moto_server = pytest.importorskip("moto.server")

KEY, EMPTY, MISSING = "bucket/x/a/key", "bucket/x/empty", "bucket/x/missing"
BEFORE = {KEY: b"0123456789", EMPTY: b""}
"""What is in the store before each operation."""

OPERATIONS: dict[str, Callable[[Any, Path], Any]] = {
    **{
        f"cat {start}:{end}": lambda fs, _, start=start, end=end: fs.cat_file(KEY, start=start, end=end)  # type: ignore[misc]
        for start, end in [
            *[(None, None), (0, 4), (0, 10), (0, 11), (5, 100), (10, 11), (50, 60), (5, 5), (0, 0), (7, 3)],
            *[(-3, None), (-30, None), (0, -2), (-3, -1), (None, 4), (5, None)],
        ]
    },
    "cat empty": lambda fs, _: fs.cat_file(EMPTY),
    "cat empty 0:1": lambda fs, _: fs.cat_file(EMPTY, start=0, end=1),
    "cat missing": lambda fs, _: fs.cat_file(MISSING),
    "cat folder": lambda fs, _: fs.cat_file("bucket/x/a"),
    "cat in no bucket": lambda fs, _: fs.cat_file("nowhere/x"),
    "open": lambda fs, _: fs.open(KEY).read(),
    "open empty": lambda fs, _: fs.open(EMPTY).read(),
    "open missing": lambda fs, _: fs.open(MISSING),
    "seek behind the end": lambda fs, _: [(file := fs.open(KEY)).seek(50), file.read(3)],
    "write": lambda fs, _: _write(fs, "wb", b"new"),
    "write and fail": lambda fs, _: _write(fs, "wb", b"new", fail=True),
    "write and discard": lambda fs, _: _discard(fs),
    "append": lambda fs, _: _write(fs, "ab", b"new"),
    "exclusive": lambda fs, _: _write(fs, "xb", b"new"),
    "pipe": lambda fs, _: fs.pipe_file(KEY, b"piped") and None,
    "pipe exclusive": lambda fs, _: fs.pipe_file(KEY, b"piped", mode="create"),
    "pipe in no bucket": lambda fs, _: fs.pipe_file("nowhere/x", b"piped"),
    "touch": lambda fs, _: fs.touch(KEY) and None,
    "rm": lambda fs, _: fs.rm(KEY) and None,
    "rm missing": lambda fs, _: fs.rm(MISSING) and None,
    "rm missing, recursive": lambda fs, _: fs.rm(MISSING, recursive=True),
    "rm folder": lambda fs, _: fs.rm("bucket/x/a") and None,
    "rm folder, recursive": lambda fs, _: fs.rm("bucket/x/a", recursive=True) and None,
    "rm_file": lambda fs, _: fs.rm_file(KEY),
    "rm_file missing": lambda fs, _: fs.rm_file(MISSING),
    "rm_file in no bucket": lambda fs, _: fs.rm_file("nowhere/x"),
    "ls": lambda fs, _: _infos(fs.ls("bucket/x", detail=True)),
    "ls names": lambda fs, _: fs.ls("bucket/x", detail=False),
    "ls key": lambda fs, _: fs.ls(KEY, detail=False),
    "ls missing": lambda fs, _: fs.ls(MISSING),
    "ls no bucket": lambda fs, _: fs.ls("nowhere"),
    "ls buckets": lambda fs, _: fs.ls("", detail=False),
    "find": lambda fs, _: fs.find("bucket"),
    "find with folders": lambda fs, _: fs.find("bucket/x", withdirs=True),
    "find with folders in the bucket": lambda fs, _: fs.find("bucket", withdirs=True),
    "find key with folders": lambda fs, _: fs.find(KEY, withdirs=True),
    "find, one level": lambda fs, _: fs.find("bucket/x", maxdepth=1),
    "find key": lambda fs, _: fs.find(KEY),
    "find missing": lambda fs, _: fs.find(MISSING),
    "glob": lambda fs, _: fs.glob("bucket/x/*"),
    "glob deep": lambda fs, _: sorted(fs.glob("bucket/**/key")),
    "glob nothing": lambda fs, _: fs.glob("bucket/x/*.json"),
    "walk": lambda fs, _: list(fs.walk("bucket/x")),
    "du": lambda fs, _: fs.du("bucket"),
    "info": lambda fs, _: _infos([fs.info(KEY), fs.info("bucket/x"), fs.info("bucket")]),
    "info missing": lambda fs, _: fs.info(MISSING),
    "exists": lambda fs, _: [fs.exists(path) for path in (KEY, MISSING, "bucket/x", "bucket", "nowhere/x")],
    "isdir": lambda fs, _: [fs.isdir(path) for path in (KEY, MISSING, "bucket/x", "bucket")],
    "isfile": lambda fs, _: [fs.isfile(path) for path in (KEY, MISSING, "bucket/x", "bucket")],
    "mkdir": lambda fs, _: fs.mkdir("bucket/y"),
    "mkdir of the bucket": lambda fs, _: fs.mkdir("bucket"),
    "makedirs": lambda fs, _: fs.makedirs("bucket/y", exist_ok=True),
    "makedirs of the bucket": lambda fs, _: fs.makedirs("bucket", exist_ok=True),
    "new bucket": lambda fs, _: [
        fs.mkdir("another"),
        fs.pipe_file("another/x", b"x") and None,
        fs.cat_file("another/x"),
    ],
    "copy": lambda fs, _: fs.copy(KEY, "bucket/copy"),
    "copy missing": lambda fs, _: fs.copy(MISSING, "bucket/copy"),
    "move": lambda fs, _: fs.mv(KEY, "bucket/moved"),
    "put": lambda fs, folder: fs.put(str(_file(folder)), KEY) and None,
    "put_file": lambda fs, folder: fs.put_file(str(_file(folder)), KEY),
    "get": lambda fs, folder: [fs.get(KEY, str(folder / "out")) and None, (folder / "out").read_bytes()],
    "get_file": lambda fs, folder: [fs.get_file(KEY, str(folder / "out")), (folder / "out").read_bytes()],
    "get_file missing": lambda fs, folder: fs.get_file(MISSING, str(folder / "out")),
}


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    requests.post(f"http://{host}:{port}/moto-api/reset", timeout=60)  # What it keeps outlives a server.
    s3fs.S3FileSystem.clear_instance_cache()
    fs = s3fs.S3FileSystem(
        endpoint_url=f"http://{host}:{port}",
        key="key",
        secret="secret",
        client_kwargs={"region_name": "eu-west-1"},
        use_listings_cache=False,
    )
    fs.mkdir("bucket")
    _restore(fs, {})
    yield fs
    server.stop()


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_has_the_outcome_that_it_has_on_s3(name: str, s3: Any, tmp_path: Path) -> None:
    """Result or error, and what is in the store afterwards, are those of s3fs."""
    with faulty_store("faulty://bucket"):
        ours = FaultyFileSystem()
        _restore(ours, {})
        outcome = _outcome(ours, OPERATIONS[name], tmp_path), _stored(ours)
    expected = _outcome(s3, OPERATIONS[name], tmp_path)
    after = _stored(s3)
    _restore(s3, after)
    assert outcome == (expected, after)


def _outcome(fs: Any, operation: Callable[[Any, Path], Any], folder: Path) -> Any:
    try:
        return operation(fs, folder)
    except Exception as e:
        return next(kind for kind in (FileNotFoundError, FileExistsError, OSError, Exception) if isinstance(e, kind))


def _stored(fs: Any) -> dict[str, bytes]:
    return {path: fs.cat_file(path) for bucket in fs.ls("", detail=False) for path in fs.find(bucket)}


def _restore(fs: Any, stored: dict[str, bytes]) -> None:
    """Only what an operation changed: each call is one over HTTP."""
    for path in stored.keys() - BEFORE.keys():
        fs.rm_file(path)
    for path, data in BEFORE.items():
        if stored.get(path) != data:
            fs.pipe_file(path, data)
    if any(path.startswith("another/") for path in stored):
        fs.rmdir("another")


def _infos(infos: list[Any]) -> list[tuple[Any, ...]]:
    return [(info["name"], info["type"], info["size"]) for info in infos]


def _write(fs: Any, mode: str, data: bytes, fail: bool = False) -> None:
    with fs.open(KEY, mode) as file:
        file.write(data)
        if fail:
            raise ZeroDivisionError


def _discard(fs: Any) -> None:
    file = fs.open(KEY, "wb")
    file.write(b"new")
    file.discard()
    file.closed = True


def _file(folder: Path) -> Path:
    (folder / "in").write_bytes(b"local")
    return folder / "in"
