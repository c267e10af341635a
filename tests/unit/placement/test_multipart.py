"""Which requests make an object in S3, without a server: their order, sizes and number."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from airflow_xcom_toolkit.placement.multipart import PARTS_AT_ONCE, PartedUpload

MB = 1 << 20
FIRST = 8 * MB


class S3:
    """Notes what it is asked for; ``part`` is called with the number of each part."""

    def __init__(
        self, part: Callable[[int], object] = lambda number: None, fixed: bool = False, **options: Any
    ) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.sizes: dict[int, int] = {}
        self.part = part
        self.fixed_upload_size = fixed
        self.s3_additional_kwargs = options
        self.removed: list[str] = []

    def split_path(self, path: str) -> tuple[str, str, None]:
        bucket, _, key = path.partition("/")
        return bucket, key, None

    def call_s3(self, method: str, **arguments: Any) -> dict[str, Any]:
        self.asked.append((method, arguments))
        if method == "upload_part":
            self.sizes[arguments["PartNumber"]] = len(arguments["Body"])
            self.part(arguments["PartNumber"])
        return {"UploadId": "an upload", "ETag": f"of {arguments.get('PartNumber')}", "ChecksumSHA256": "a sum"}

    def invalidate_cache(self, path: str) -> None: ...

    def rm_file(self, path: str) -> None:
        self.removed.append(path)

    @property
    def methods(self) -> list[str]:
        return [method for method, _ in self.asked]


def upload(fs: S3) -> PartedUpload:
    return PartedUpload(fs, "bucket/a/key", FIRST, lambda what, call: call())


def filled(fs: S3, size: int) -> PartedUpload:
    file = upload(fs)
    piece = memoryview(bytes(3 * MB))
    for start in range(0, size, len(piece)):
        file.write(piece[: size - start])
    return file


@pytest.mark.parametrize("size", [0, 1, FIRST])
def test_what_fits_in_a_part_is_one_put(size: int) -> None:
    """As an empty object is."""
    fs = S3()
    filled(fs, size).commit()
    assert fs.methods == ["put_object"]
    assert len(fs.asked[0][1]["Body"]) == size


def test_what_is_larger_is_completed_from_its_parts() -> None:
    """In their order, with what the store said of each."""
    fs = S3()
    filled(fs, 20 * MB).commit()
    assert fs.sizes == {1: 8 * MB, 2: 5 * MB, 3: 5 * MB, 4: 2 * MB}
    method, arguments = fs.asked[-1]
    assert method == "complete_multipart_upload"
    expected = [{"PartNumber": n, "ETag": f"of {n}", "ChecksumSHA256": "a sum"} for n in range(1, 5)]
    assert arguments["MultipartUpload"] == {"Parts": expected}


def test_all_parts_but_the_last_are_equal_where_the_store_needs_it() -> None:
    """Cloudflare's does, and s3fs has an option for it."""
    fs = S3(fixed=True)
    filled(fs, 20 * MB).commit()
    assert fs.sizes == {1: 8 * MB, 2: 8 * MB, 3: 4 * MB}


def test_the_largest_object_fits_in_ten_thousand_parts() -> None:
    """S3's own bounds: 5 TiB, and parts of 5 GiB."""
    file, total, number = upload(S3()), 0, 0
    while total < 5 << 40:
        file._parts = range(number)  # type: ignore[assignment]  # No machine has the time to send them.
        assert file._part_bytes <= 5 << 30
        total, number = total + file._part_bytes, number + 1
    assert number <= 10_000


def test_parts_under_way_are_bounded() -> None:
    """A writer that is quicker than the store waits for it."""
    under_way, most, lock = 0, 0, threading.Lock()
    full = threading.Event()

    def part(number: int) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        if under_way == PARTS_AT_ONCE:
            full.set()
        assert full.wait(60)
        with lock:
            under_way -= 1

    filled(S3(part), 60 * MB).commit()
    assert most == PARTS_AT_ONCE


def test_an_access_control_list_of_the_connection_is_sent() -> None:
    """With what makes the object, as s3fs does; in either spelling."""
    for name, size, method in (("ACL", 1, "put_object"), ("acl", 20 * MB, "create_multipart_upload")):
        fs = S3(**{name: "bucket-owner-full-control"})
        filled(fs, size).commit()
        assert dict(fs.asked)[method]["ACL"] == "bucket-owner-full-control"


@pytest.mark.parametrize("size", [0, 1, FIRST])
def test_an_upload_that_never_began_is_given_up_without_a_request(size: int) -> None:
    """As when the value is refused."""
    fs = S3()
    filled(fs, size).abort()
    assert (fs.methods, fs.removed) == ([], [])


def test_a_part_that_fails_ends_the_upload() -> None:
    """Its error comes out; what waits is not sent, the upload is given up, and no thread stays."""

    def part(number: int) -> None:
        if number == 2:
            raise ConnectionResetError

    fs = S3(part)
    file = upload(fs)
    with pytest.raises(ConnectionResetError):
        file.write(memoryview(bytes(200 * MB)))
    file.abort()
    assert fs.methods[-1] == "abort_multipart_upload"
    assert len(fs.sizes) <= 2 + 2 * PARTS_AT_ONCE
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("xcom-")] == []


@pytest.mark.parametrize("size", [1, 20 * MB])
def test_an_object_that_may_have_appeared_is_removed(size: int) -> None:
    """The answer that it is complete was lost."""

    class Lost(S3):
        def call_s3(self, method: str, **arguments: Any) -> dict[str, Any]:
            found = super().call_s3(method, **arguments)
            if method in ("put_object", "complete_multipart_upload"):
                raise ConnectionResetError
            return found

    fs = Lost()
    file = filled(fs, size)
    with suppress(ConnectionResetError):
        file.commit()
    file.abort()
    assert fs.removed == ["bucket/a/key"]
