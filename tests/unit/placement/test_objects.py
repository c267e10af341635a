"""Objects in stores, with a file system that fails on purpose."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem

from airflow_xcom_toolkit.abc import Reference, Sink
from airflow_xcom_toolkit.errors import ConfigurationError, IntegrityError, ObjectMissingError, StorageError
from airflow_xcom_toolkit.placement import ObjectPlacement
from airflow_xcom_toolkit.placement.objects import BLOCK_BYTES
from tests.pipelines import AT, objects, open_path


class Faulty(LocalFileSystem):  # type: ignore[misc]
    """Raises the faults it was given, one a call, then works."""

    cachable = False

    def __init__(self, *faults: Exception) -> None:
        super().__init__()
        self.faults = list(faults)

    def cat_file(self, *args: Any, **kwargs: Any) -> bytes:
        self._fail()
        return super().cat_file(*args, **kwargs)  # type: ignore[no-any-return]

    def rm_file(self, path: str) -> None:
        self._fail()
        super().rm_file(path)

    def _fail(self) -> None:
        if self.faults:
            raise self.faults.pop(0)


def placement(store: Path, fs: Any = None, attempts: int = 1) -> ObjectPlacement:
    opener: Callable[[str], Any] = (lambda url: SimpleNamespace(fs=fs, path=str(store))) if fs else open_path
    return ObjectPlacement({"default": f"file://{store}"}, opener, threshold=0, attempts=attempts)


def stored(place: ObjectPlacement, data: bytes = b"data") -> Reference:
    return place.store(AT, ".bin", lambda sink: _write(sink, data), hashed=True)


def _write(sink: Sink, data: bytes) -> None:
    sink.write(data)


@pytest.mark.parametrize("size", [1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 2 * BLOCK_BYTES + 7])
@pytest.mark.parametrize("url", ["local", "memory"])
def test_what_was_stored_is_fetched(url: str, size: int, tmp_path: Path) -> None:
    base = f"file://{tmp_path}" if url == "local" else f"memory://{tmp_path.name}"
    place = ObjectPlacement({"default": base}, open_path)
    data = bytes(i % 251 for i in range(1000)) * (size // 1000 + 1)
    reader = place.fetch(stored(place, data[:size]))
    assert reader.read() == data[:size]
    reader.verify()


def test_nothing_is_visible_before_all_is_written(tmp_path: Path) -> None:
    def write(sink: Sink) -> None:
        sink.write(b"half")
        assert [path.suffix for path in objects(tmp_path)] == [".tmp"]
        sink.write(b"whole")

    placement(tmp_path).store(AT, ".bin", write, hashed=True)
    assert [path.suffix for path in objects(tmp_path)] == [".bin"]


@pytest.mark.parametrize("url", ["local", "memory"])
def test_a_write_that_fails_leaves_nothing(url: str, tmp_path: Path) -> None:
    base = f"file://{tmp_path}" if url == "local" else f"memory://{tmp_path.name}"
    place = ObjectPlacement({"default": base}, open_path, attempts=3)
    calls = []

    def write(sink: Sink) -> None:
        calls.append(1)
        sink.write(b"half")
        raise OSError("the value's own")

    with pytest.raises(OSError, match="the value's own"):
        place.store(AT, ".bin", write, hashed=True)
    fs, path = fsspec.core.url_to_fs(base)
    assert not fs.exists(path) or fs.find(path) == []
    assert calls == [1], "the value's own errors are not the store's, and not tried again"


def test_a_passing_fault_is_tried_again(tmp_path: Path) -> None:
    reference = stored(placement(tmp_path))
    fs = Faulty(ConnectionResetError(), TimeoutError())
    assert placement(tmp_path, fs, attempts=3).fetch(reference).read() == b"data"


def test_a_fault_that_stays_is_a_storage_error_that_names_the_object(tmp_path: Path) -> None:
    reference = stored(placement(tmp_path))
    fs = Faulty(*[ConnectionResetError()] * 9)
    with pytest.raises(StorageError, match=reference.key) as caught:
        placement(tmp_path, fs, attempts=2).fetch(reference).read()
    assert isinstance(caught.value.__cause__, ConnectionResetError)
    assert len(fs.faults) == 7


def test_a_reader_that_failed_does_not_ask_again(tmp_path: Path) -> None:
    """Who verifies what is left, after a read that failed, would wait through all tries once more."""
    reference = stored(placement(tmp_path))
    fs = Faulty(*[ConnectionResetError()] * 9)
    reader = placement(tmp_path, fs, attempts=2).fetch(reference)
    for call in (reader.read, reader.read, reader.verify):
        with pytest.raises(StorageError):
            call()
    assert len(fs.faults) == 7


def test_a_refusal_is_not_tried_again(tmp_path: Path) -> None:
    reference = stored(placement(tmp_path))
    fs = Faulty(PermissionError(), PermissionError())
    with pytest.raises(StorageError):
        placement(tmp_path, fs, attempts=5).discard(reference)
    assert len(fs.faults) == 1


def test_a_fault_amid_a_write_keeps_its_cause(tmp_path: Path) -> None:
    """It tells whether the fault may pass: adlfs wraps what fails an upload."""

    class Wrapping(MemoryFileSystem):  # type: ignore[misc]
        cachable = False

        def _open(self, *args: Any, **kwargs: Any) -> Any:
            return SimpleNamespace(write=self._write, discard=lambda: None)

        def _write(self, data: Any) -> None:
            raise RuntimeError("Failed to upload block") from ConnectionResetError()

    with pytest.raises(StorageError) as caught:
        stored(placement(tmp_path, Wrapping()))
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert isinstance(caught.value.__cause__.__cause__, ConnectionResetError)


def test_a_missing_object_is_named(tmp_path: Path) -> None:
    place = placement(tmp_path)
    reference = stored(place)
    place.discard(reference)
    place.discard(reference)
    with pytest.raises(ObjectMissingError):
        place.fetch(reference).read()


def test_a_store_that_cuts_a_range_short_is_an_integrity_error(tmp_path: Path) -> None:
    reference = stored(placement(tmp_path))
    objects(tmp_path)[0].write_bytes(b"da")
    fs = Faulty(OSError("InvalidRange"))
    with pytest.raises(IntegrityError, match="2 bytes and not 4"):
        placement(tmp_path, fs).fetch(reference).read()


def test_without_a_path_the_default_store_says_which_option_is_missing() -> None:
    with pytest.raises(ConfigurationError, match="xcom_objectstorage_path"):
        stored(ObjectPlacement({}, open_path))


def test_threads_may_store_and_fetch_side_by_side(tmp_path: Path) -> None:
    place, failures = placement(tmp_path), []

    def work(number: int) -> None:
        data = bytes([number]) * 100_000
        if place.fetch(stored(place, data)).read() != data:
            failures.append(number)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(objects(tmp_path)) == 16
