"""The store that fails as told: its faults, its semantics, and that Airflow's and the toolkit's backends run on it."""

from __future__ import annotations

import asyncio
import errno
import gc
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend
from airflow.sdk import ObjectStoragePath

import airflow_xcom_toolkit
from airflow_xcom_toolkit.abc import Sink
from airflow_xcom_toolkit.errors import IntegrityError, ObjectMissingError, StorageError, XComToolkitError
from airflow_xcom_toolkit.placement import ObjectPlacement
from airflow_xcom_toolkit.testing.faults import (
    Call,
    DownloadBroken,
    Fault,
    FaultyStore,
    Flipped,
    Interrupted,
    Missing,
    Refused,
    Slow,
    Truncated,
    Unavailable,
    UploadBroken,
    faulty_store,
)
from tests.pipelines import AT
from tests.unit.conftest import SetOptions

TI = {"key": "k", "dag_id": "d", "task_id": "t", "run_id": "r", "map_index": -1}
VALUE = ["x" * 100, 2] * 50
OFFLOADING = ("ThresholdXComBackend", "ToolkitXComBackend")


@pytest.fixture
def store() -> Iterator[FaultyStore]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        with faulty_store() as store:
            yield store


@pytest.fixture
def at(store: FaultyStore) -> Any:
    """The path of an object below the store's."""
    return ObjectStoragePath(store.url) / "folder" / "object"


def names(store: FaultyStore) -> list[str]:
    return [call.name for call in store.calls]


def write(path: Any, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)


def read(path: Any) -> bytes:
    with path.open("rb") as file:
        return bytes(file.read())


def placed(store: FaultyStore, attempts: int = 1) -> ObjectPlacement:
    return ObjectPlacement({"default": store.url}, ObjectStoragePath, threshold=0, attempts=attempts)


class TestSemantics:
    def test_what_is_written_is_there_and_read_back(self, store: FaultyStore, at: Any) -> None:
        """An object is the bytes that were written, under its key below the store's URL."""
        write(at, b"data")
        assert read(at) == b"data"
        assert store.objects == {"folder/object": b"data"}
        assert store.everything == {"bucket/xcom/folder/object": b"data"}

    def test_raw_objects_are_read_and_written_without_a_call(self, store: FaultyStore, at: Any) -> None:
        """Tests look at objects, and change them, behind the store's back."""
        store.objects["folder/object"] = b"put there"
        assert store.calls == []
        assert read(at) == b"put there"

    @pytest.mark.parametrize("size", [0, 10, 5000])
    def test_an_upload_appears_when_it_is_completed(self, size: int, store: FaultyStore, at: Any) -> None:
        """Nobody sees half an upload, however much of it is sent."""
        file = at.open("wb")
        file.write(b"x" * size)
        assert not store.objects
        assert not at.exists()
        file.close()
        assert store.objects == {"folder/object": b"x" * size}

    def test_an_overwrite_replaces_at_once(self, store: FaultyStore, at: Any) -> None:
        """Until the new upload is complete, the old object is read; then the new one."""
        write(at, b"old")
        file = at.open("wb")
        file.write(b"new" * 1000)
        assert read(at) == b"old"
        file.close()
        assert read(at) == b"new" * 1000

    def test_a_discarded_upload_never_appears(self, store: FaultyStore, at: Any) -> None:
        """What is given up leaves nothing, not even when Python drops the file."""
        file = at.fs.open(at.path, "wb")
        file.write(b"x" * 5000)
        file.discard()
        file.close()
        del file
        gc.collect()
        assert not store.objects

    def test_a_with_block_that_fails_completes_the_half(self, store: FaultyStore, at: Any) -> None:
        """As with s3fs: it is for the writer to discard."""

        def fail_in_the_middle() -> None:
            with at.open("wb") as file:
                file.write(b"half")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail_in_the_middle()
        assert store.objects == {"folder/object": b"half"}

    def test_a_file_that_is_dropped_open_is_completed(self, store: FaultyStore, at: Any) -> None:
        """As with s3fs: fsspec closes what nobody closed."""
        at.fs.open(at.path, "wb").write(b"half")
        gc.collect()
        assert store.objects == {"folder/object": b"half"}

    def test_deleting_a_missing_key_is_no_error(self, store: FaultyStore, at: Any) -> None:
        """As with S3; but pathlib's ``unlink`` asks first, and tells."""
        at.fs.rm_file(at.path)
        at.fs.rm(at.path)
        at.unlink(missing_ok=True)
        with pytest.raises(FileNotFoundError):
            at.unlink()

    def test_a_missing_key_or_bucket_is_not_found(self, store: FaultyStore, at: Any) -> None:
        """Reading what is not there raises; and so does writing where no bucket is."""
        for path in (at.path, "bucket/xcom/folder", "elsewhere/object"):
            with pytest.raises(FileNotFoundError):
                at.fs.cat_file(path)
            with pytest.raises(FileNotFoundError):
                at.fs.open(path)
        with pytest.raises(FileNotFoundError):
            at.fs.pipe_file("elsewhere/object", b"x")
        assert not store.everything

    @pytest.mark.parametrize(
        ("start", "end", "expected"),
        [
            (None, None, b"0123456789"),
            (0, 4, b"0123"),
            (5, 100, b"56789"),
            (-3, None, b"789"),
            (0, -2, b"01234567"),
            (-3, -1, b"78"),
            (5, 5, b"0123456789"),
            (7, 3, b"0123456789"),
        ],
    )
    def test_ranges_are_read_as_s3fs_reads_them(
        self, start: int | None, end: int | None, expected: bytes, store: FaultyStore, at: Any
    ) -> None:
        """An end beyond the object's is cut; a range that is none gives everything."""
        write(at, b"0123456789")
        assert at.fs.cat_file(at.path, start=start, end=end) == expected

    @pytest.mark.parametrize(("data", "start"), [(b"0123456789", 10), (b"0123456789", 50), (b"", 0)])
    def test_a_range_behind_the_end_is_an_error(self, data: bytes, start: int, store: FaultyStore, at: Any) -> None:
        """S3 answers 416, and s3fs raises OSError."""
        write(at, data)
        with pytest.raises(OSError, match="not satisfiable") as caught:
            at.fs.cat_file(at.path, start=start, end=start + 1)
        assert caught.value.errno == errno.EINVAL

    def test_an_open_file_seeks_and_reads_to_its_end(self, store: FaultyStore, at: Any) -> None:
        """Files to read are seekable, and nothing is behind their end."""
        write(at, b"0123456789")
        with at.open("rb") as file:
            file.seek(-3, 2)
            assert (file.read(2), file.read(), file.read()) == (b"78", b"9", b"")

    def test_an_exclusive_write_does_not_replace(self, store: FaultyStore, at: Any) -> None:
        """Two that create the same key: one does, the other fails."""
        at.fs.pipe_file(at.path, b"first", mode="create")
        with pytest.raises(FileExistsError):
            at.fs.pipe_file(at.path, b"second", mode="create")
        assert read(at) == b"first"

    def test_folders_are_what_keys_imply(self, store: FaultyStore, at: Any) -> None:
        """Listing shows folders, and none is left when its last object is gone."""
        store.objects.update({"a/b": b"1", "a/c/d": b"22", "ab": b"3"})
        base = at.fs._strip_protocol(store.url)
        assert at.fs.ls(f"{base}/a", detail=False) == [f"{base}/a/b", f"{base}/a/c"]
        assert at.fs.find(base) == [f"{base}/a/b", f"{base}/a/c/d", f"{base}/ab"]
        assert at.fs.find(base, maxdepth=1) == [f"{base}/ab"]
        assert at.fs.glob(f"{base}/*") == [f"{base}/a", f"{base}/ab"]
        assert at.fs.glob(f"{base}/a/**/d") == [f"{base}/a/c/d"]
        assert list(at.fs.walk(f"{base}/a")) == [(f"{base}/a", ["c"], ["b"]), (f"{base}/a/c", [], ["d"])]
        assert at.fs.isdir(f"{base}/a")
        assert at.fs.isfile(f"{base}/ab")
        assert at.fs.du(base) == 4
        at.fs.rm(f"{base}/a", recursive=True)
        assert store.objects == {"ab": b"3"}
        assert not at.fs.exists(f"{base}/a")

    def test_a_home_made_backend_finds_its_calls(self, store: FaultyStore, at: Any, tmp_path: Path) -> None:
        """The calls of fsspec that backends use work: pipe, cat, touch, put, get, copy, move, exists, append."""
        fs, path = at.fs, at.path
        (tmp_path / "in").write_bytes(b"0123456789" * 500)
        fs.put_file(str(tmp_path / "in"), path)
        fs.get_file(path, str(tmp_path / "out"))
        assert (tmp_path / "out").read_bytes() == (tmp_path / "in").read_bytes() == fs.cat(path)
        fs.put(str(tmp_path / "in"), path)
        fs.get(path, str(tmp_path / "again"))
        assert (tmp_path / "again").read_bytes() == (tmp_path / "in").read_bytes()
        fs.pipe(path, b"piped")
        fs.copy(path, f"{path}2")
        fs.mv(f"{path}2", f"{path}3")
        fs.touch(f"{path}4")
        with fs.open(f"{path}3", "ab") as file:
            file.write(b" on")
        assert {key: bytes(data) for key, data in store.objects.items()} == {
            "folder/object": b"piped",
            "folder/object3": b"piped on",
            "folder/object4": b"",
        }
        assert fs.exists(path)
        assert fs.size(path) == 5
        assert at.read_text() == "piped"

    def test_each_store_is_new_and_the_one_before_comes_back(self) -> None:
        """Stores know nothing of each other, and none outlives its block."""
        with faulty_store() as outer:
            path = ObjectStoragePath(outer.url) / "x"
            write(path, b"outer")
            with faulty_store() as inner:
                write(path, b"inner")
                assert inner.objects == {"x": b"inner"}
            assert read(path) == b"outer"
        with pytest.raises(RuntimeError, match="faulty_store"):
            read(path)


class TestCalls:
    def test_each_call_is_noted_with_its_path(self, store: FaultyStore, at: Any) -> None:
        """Calls are S3's requests: an upload is one put, and opening to read asks first."""
        write(at, b"x" * 5000)
        assert names(store) == ["put"]
        read(at)
        at.fs.cat_file(at.path, start=1, end=2)
        at.fs.rm_file(at.path)
        assert names(store) == ["put", "head", "get", "get", "delete"]
        assert {call.path for call in store.calls} == {"bucket/xcom/folder/object"}

    def test_a_call_that_is_refused_is_noted(self, store: FaultyStore, at: Any) -> None:
        """What was tried counts, not what came of it."""
        with store.failing(Refused()), pytest.raises(PermissionError):
            at.fs.cat_file(at.path)
        assert names(store) == ["get"]

    def test_to_make_a_folder_asks_for_a_bucket(self, store: FaultyStore, at: Any) -> None:
        """Making a folder is noted as the wish for a bucket that it can turn into."""
        at.parent.mkdir(parents=True, exist_ok=True)
        assert names(store) == ["make_bucket"]
        assert not store.objects

    def test_calls_are_noted_with_their_thread(self, store: FaultyStore, at: Any) -> None:
        """A call tells the thread that made it."""
        write(at, b"x")
        thread = threading.Thread(target=at.fs.cat_file, args=(at.path,))
        thread.start()
        thread.join()
        assert [call.thread_id for call in store.calls] == [threading.get_ident(), thread.ident]

    def test_calls_on_an_event_loop_are_told_from_those_off_it(self, store: FaultyStore, at: Any) -> None:
        """A call says whether an event loop ran in its thread, and had to wait for it."""

        async def both() -> None:
            at.fs.exists(at.path)
            await asyncio.to_thread(at.fs.cat_file, at.path)

        store.objects["folder/object"] = b"x"
        asyncio.run(both())
        assert [(call.name, call.on_event_loop) for call in store.calls] == [("head", True), ("get", False)]

    def test_threads_lose_no_call_and_no_object(self, store: FaultyStore, at: Any) -> None:
        """Threads write at the same time, and every call and object is there."""

        def many(number: int) -> None:
            for i in range(50):
                at.fs.pipe_file(f"{at.path}/{number}/{i}", b"x")

        threads = [threading.Thread(target=many, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(store.objects) == len(store.calls) == 200


class TestFaults:
    def test_missing_objects_are_not_found_while_it_lasts(self, store: FaultyStore, at: Any) -> None:
        """Every way to an object finds none; then it is there again."""
        write(at, b"data")
        with store.failing(Missing()):
            for look in (read, lambda path: path.fs.cat_file(path.path), lambda path: path.fs.size(path.path)):
                with pytest.raises(FileNotFoundError):
                    look(at)
            assert not at.exists()
            assert at.fs.find(at.parent.path) == []
        assert read(at) == b"data"

    def test_truncated_objects_are_shorter_to_read_and_by_size(self, store: FaultyStore, at: Any) -> None:
        """The last bytes are missing, and the store does not know that they ever were."""
        write(at, b"0123456789")
        with store.failing(Truncated(3)):
            assert read(at) == at.fs.cat_file(at.path, start=0, end=10) == b"0123456"
            assert at.fs.size(at.path) == 7
        assert store.objects["folder/object"] == b"0123456789"

    @pytest.mark.parametrize(("fault", "expected"), [(Flipped(), b"aaa`aa"), (Flipped(at=-1), b"aaaaa`")], ids=repr)
    def test_a_flipped_bit_changes_one_byte_at_the_same_size(
        self, fault: Fault, expected: bytes, store: FaultyStore, at: Any
    ) -> None:
        """What is read differs by one bit, and nothing else tells."""
        write(at, b"aaaaaa")
        with store.failing(fault):
            assert read(at) == at.fs.cat_file(at.path) == expected
            assert at.fs.size(at.path) == 6
        assert read(at) == b"aaaaaa"

    def test_slow_calls_are_made_all_the_same(self, store: FaultyStore, at: Any) -> None:
        """Slowness changes nothing but the time."""
        with store.failing(Slow(0.001)):
            write(at, b"data")
            assert read(at) == b"data"

    @pytest.mark.parametrize("name", ["put", "get", "delete", "head", "list", "make_bucket", "copy"])
    def test_only_the_calls_that_are_named_are_refused(self, name: Any, store: FaultyStore, at: Any) -> None:
        """A refusal is a PermissionError of the calls it names, and has no effect; the others work."""
        store.objects["folder/object"] = b"data"
        attempts = {
            "put": lambda: at.fs.pipe_file(f"{at.path}2", b"x"),
            "get": lambda: at.fs.cat_file(at.path),
            "head": lambda: at.fs.info(at.path),
            "list": lambda: at.fs.ls(at.parent.path),
            "make_bucket": lambda: at.parent.mkdir(parents=True, exist_ok=True),
            "copy": lambda: at.fs.cp_file(at.path, f"{at.path}3"),
            "delete": lambda: at.fs.rm_file(at.path),
        }
        with store.failing(Refused(name)):
            with pytest.raises(PermissionError, match="403"):
                attempts.pop(name)()
            assert store.objects == {"folder/object": b"data"}
            for attempt in attempts.values():
                attempt()

    def test_with_the_least_rights_put_get_and_delete_work(self, store: FaultyStore, at: Any) -> None:
        """An object is written, opened, copied and deleted; nothing is listed and no bucket is made."""
        with store.only("put", "get", "delete"):
            write(at, b"data")
            assert read(at) == at.fs.cat_file(at.path) == b"data"
            at.fs.cp_file(at.path, f"{at.path}2")
            for refused in (at.fs.find, at.fs.ls, at.fs.isdir, at.fs.mkdir):
                with pytest.raises(PermissionError):
                    refused(at.parent.path)
            at.fs.rm_file(at.path)

    def test_with_the_least_rights_a_missing_key_is_refused(self, store: FaultyStore, at: Any) -> None:
        """S3 tells only those who may list that a key is missing; to delete it is fine."""
        with store.only("put", "get", "delete"):
            for look in (at.fs.cat_file, at.fs.exists, at.fs.open):
                with pytest.raises(PermissionError):
                    look(at.path)
            at.fs.rm_file(at.path)
        with store.only("put", "get", "delete", "list"):
            assert not at.exists()

    def test_a_passing_failure_passes(self, store: FaultyStore, at: Any) -> None:
        """Each of the first calls fails, as often as told; then all is well."""
        store.objects["folder/object"] = b"data"
        with store.failing(Unavailable("get"), times=2):
            for _ in range(2):
                with pytest.raises(OSError, match="503"):
                    at.fs.cat_file(at.path)
            assert at.fs.cat_file(at.path) == b"data"

    def test_a_failure_raises_the_error_it_is_given(self, store: FaultyStore, at: Any) -> None:
        """Any error can be had."""
        with store.failing(Unavailable(error=TimeoutError)), pytest.raises(TimeoutError):
            write(at, b"x")

    def test_damage_can_pass_too(self, store: FaultyStore, at: Any) -> None:
        """``times`` counts what was harmed: one read of changed bytes, and the next is right."""
        store.objects["folder/object"] = b"data"
        with store.failing(Flipped(), times=1):
            assert (read(at) == b"data", read(at) == b"data") == (False, True)

    @pytest.mark.parametrize("size", [10, 5000])
    @pytest.mark.parametrize("fault", [UploadBroken(after=5), UploadBroken(after=None), Interrupted(after=5)], ids=repr)
    def test_an_upload_that_breaks_never_appears(self, fault: Any, size: int, store: FaultyStore, at: Any) -> None:
        """In the middle or at its completion: the old object stays, and is whole."""
        write(at, b"old")
        with store.failing(fault), pytest.raises(fault.error if fault.error is KeyboardInterrupt else OSError):
            write(at, b"x" * size)
        assert store.objects == {"folder/object": b"old"}

    def test_a_large_upload_breaks_while_it_is_written(self, store: FaultyStore, at: Any) -> None:
        """The write that passes the mark raises, and not only the close."""
        file = at.fs.open(at.path, "wb")
        with store.failing(UploadBroken(after=4000)):
            file.write(b"x" * 4000)
            with pytest.raises(OSError, match="503"):
                file.write(b"x")
        file.discard()

    def test_what_cleans_up_after_an_interruption_completes_the_half(self, store: FaultyStore, at: Any) -> None:
        """A signal in the middle of a ``with`` block leaves half an object, as it does with s3fs."""

        def write_on() -> None:
            with at.open("wb") as file:
                for _ in range(5):
                    file.write(b"x" * 1000)

        with store.failing(Interrupted(after=2000), times=1), pytest.raises(KeyboardInterrupt):
            write_on()
        assert len(store.objects["folder/object"]) == 3000

    def test_a_download_breaks_in_its_middle(self, store: FaultyStore, at: Any) -> None:
        """Ranges before the mark arrive, those beyond it do not."""
        store.objects["folder/object"] = b"0123456789"
        with store.failing(DownloadBroken(after=5)):
            assert at.fs.cat_file(at.path, start=0, end=5) == b"01234"
            for start in (0, 5):
                with pytest.raises(ConnectionResetError):
                    at.fs.cat_file(at.path, start=start, end=10)

    def test_faults_add_up_and_end_with_their_block(self, store: FaultyStore, at: Any) -> None:
        """Blocks in blocks have all faults; each ends with its own."""
        store.objects["folder/object"] = b"data"
        with store.failing(Truncated(2)):
            with store.failing(Refused("list"), Truncated(1)):
                assert read(at) == b"d"
                with pytest.raises(PermissionError):
                    at.fs.find(at.parent.path)
            assert read(at) == b"da"
        assert read(at) == b"data"

    def test_a_fault_of_ones_own_overrides_a_moment(self, store: FaultyStore, at: Any) -> None:
        """What is not built in is a small class."""

        class Swapped(Fault):
            def seen(self, call: Call, data: bytes | None) -> bytes | None:
                return data and data[::-1]

        write(at, b"data")
        with store.failing(Swapped()):
            assert read(at) == b"atad"


class TestPlacement:
    def test_the_toolkit_needs_the_least_rights_only(self, store: FaultyStore) -> None:
        """It stores, fetches and discards with puts, gets and deletes, and tries nothing else."""
        with store.only("put", "get", "delete"):
            place = placed(store)
            reference = place.store(AT, ".bin", lambda sink: _write(sink, b"x" * 5000), hashed=True)
            place.fetch(reference).verify()
            place.discard(reference)
            place.discard(reference)
        assert names(store) == ["put", "get", "delete", "delete"]

    def test_the_toolkit_tries_again_what_passes(self, store: FaultyStore) -> None:
        """A failure that passes is not seen by the task."""
        place = placed(store, attempts=2)
        with store.failing(UploadBroken(after=10), Unavailable("get"), times=1):
            reference = place.store(AT, ".bin", lambda sink: _write(sink, b"data" * 500), hashed=True)
            assert place.fetch(reference).read() == b"data" * 500

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            (Missing(), ObjectMissingError),
            (Truncated(), IntegrityError),
            (Flipped(), IntegrityError),
            (Refused("get"), StorageError),
            (Unavailable("get"), StorageError),
            (DownloadBroken(after=5), StorageError),
        ],
        ids=repr,
    )
    def test_the_toolkit_names_each_fault(self, fault: Fault, error: type[Exception], store: FaultyStore) -> None:
        """No fault of the store gives wrong bytes in silence."""
        place = placed(store)
        reference = place.store(AT, ".bin", lambda sink: _write(sink, b"data" * 500), hashed=True)
        with store.failing(fault), pytest.raises(error):
            place.fetch(reference).verify()

    @pytest.mark.parametrize("size", [10, 5000])
    def test_the_toolkit_leaves_nothing_of_an_upload_that_was_interrupted(self, size: int, store: FaultyStore) -> None:
        """When the task is told to stop in the middle, what cleans up completes nothing."""
        with store.failing(Interrupted(after=5), times=1), pytest.raises(KeyboardInterrupt):
            placed(store).store(AT, ".bin", lambda sink: _write(sink, b"x" * size), hashed=True)
        gc.collect()
        assert not store.objects


class TestBackends:
    @pytest.mark.parametrize("name", OFFLOADING)
    def test_the_toolkits_backends_run_on_it(self, name: str, store: FaultyStore, options: SetOptions) -> None:
        """Push, pull and purge go to the store, below its URL."""
        options(xcom_objectstorage_path=store.url, xcom_objectstorage_threshold="100")
        backend = getattr(airflow_xcom_toolkit, name)
        row = backend.serialize_value(VALUE, **TI)
        assert len(store.objects) == 1
        assert backend.deserialize_value(SimpleNamespace(value=row)) == VALUE
        with store.failing(Missing()), pytest.raises(XComToolkitError):
            backend.deserialize_value(SimpleNamespace(value=row))
        backend.purge(_purged(name, row))
        assert not store.objects

    @pytest.mark.parametrize("compression", ["", "gzip"])
    def test_the_stock_backend_runs_on_it(self, compression: str, store: FaultyStore, options: SetOptions) -> None:
        """Push, pull and purge of Airflow's own backend go to the store; its needs are noted."""
        options(
            xcom_objectstorage_path=store.url,
            xcom_objectstorage_threshold="100",
            xcom_objectstorage_compression=compression,
        )
        row = XComObjectStorageBackend.serialize_value(VALUE, **TI)
        assert len(store.objects) == 1
        assert "make_bucket" in names(store)
        assert XComObjectStorageBackend.deserialize_value(SimpleNamespace(value=row)) == VALUE
        XComObjectStorageBackend.purge(_purged("stock", row))
        assert not store.objects

    def test_the_stock_backend_needs_more_than_the_least_rights(self, store: FaultyStore, options: SetOptions) -> None:
        """It looks before it writes, which takes the right to list."""
        options(xcom_objectstorage_path=store.url, xcom_objectstorage_threshold="0")
        with store.only("put", "get", "delete"), pytest.raises(PermissionError):
            XComObjectStorageBackend.serialize_value(VALUE, **TI)


def _write(sink: Sink, data: bytes) -> None:
    sink.write(data)


def _purged(name: str, row: Any) -> Any:
    return SimpleNamespace(value=row, key="k", dag_id="d", task_id="t", run_id="r", map_index=-1)
