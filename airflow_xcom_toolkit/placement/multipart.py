"""Objects in S3, through s3fs: several parts of one upload at a time, or one plain put for what fits in a part.

What the connection adds to each request (an ACL, a key of KMS, a requester who pays) is added as s3fs adds it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import Any

from fsspec import AbstractFileSystem

PARTS_AT_ONCE = 3
_PART_BYTES = 5 * 1024 * 1024
"""The least that S3 takes: for each part under way, s3fs has another copy of its bytes."""
_OF_ONE_SIZE = 900
"""Parts; those after them are twice as large: so S3's 10,000 are enough for an object of any size."""

Try = Callable[[str, Callable[[], Any]], Any]


def takes_parts(fs: AbstractFileSystem) -> bool:
    """Whether ``fs`` is an `s3fs.S3FileSystem`, told without importing it."""
    return any(cls.__module__.partition(".")[0] == "s3fs" for cls in type(fs).__mro__)


class PartedUpload:
    """A file whose object appears when it is committed. ``tried`` makes one request, and tries it again by itself."""

    def __init__(self, fs: Any, path: str, first_bytes: int, tried: Try) -> None:
        bucket, key, _ = fs.split_path(path)
        self._fs = fs
        self._path = path
        self._tried = tried
        self._object: dict[str, Any] = {"Bucket": bucket, "Key": key}
        self._first_bytes = first_bytes
        self._part = bytearray()
        self._upload: dict[str, Any] = {}
        self._threads: ThreadPoolExecutor | None = None
        self._parts: list[Future[dict[str, Any]]] = []
        self._flying: set[Future[dict[str, Any]]] = set()
        self._is_given_up = False
        self._may_be_seen = False

    def write(self, data: memoryview) -> None:
        """``data`` is copied: who gave it may change it afterwards."""
        while data:
            if len(self._part) == self._part_bytes:
                self._send()
            room = self._part_bytes - len(self._part)
            self._part += data[:room]
            data = data[room:]

    def commit(self) -> None:
        if self._threads is None:
            self._may_be_seen = True
            self._call("put_object", self._new, Body=self._part)
        else:
            self._complete(self._threads)
        self._fs.invalidate_cache(self._path)

    def abort(self) -> None:
        """No part is sent any more, none stays where S3 allows to give up an upload, and no object appears."""
        self._is_given_up = True
        self._part = bytearray()
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
        if self._upload:
            with suppress(Exception):
                self._call("abort_multipart_upload", self._upload)
        if self._may_be_seen:
            with suppress(Exception):
                self._fs.rm_file(self._path)

    def _complete(self, threads: ThreadPoolExecutor) -> None:
        self._send()
        parts = {"Parts": [part.result() for part in self._parts]}
        threads.shutdown()
        self._may_be_seen = True
        self._tried("its end", lambda: self._call("complete_multipart_upload", self._upload, MultipartUpload=parts))

    def _send(self) -> None:
        threads = self._threads or self._begin()
        while len(self._flying) >= PARTS_AT_ONCE:
            done, self._flying = wait(self._flying, return_when=FIRST_COMPLETED)
            for part in done:
                part.result()
        body, self._part = self._part, bytearray()
        self._parts.append(threads.submit(self._send_one, len(self._parts) + 1, body))
        self._flying.add(self._parts[-1])

    def _begin(self) -> ThreadPoolExecutor:
        made = self._tried("its beginning", lambda: self._call("create_multipart_upload", self._new))
        self._upload = {**self._object, "UploadId": made["UploadId"]}
        self._threads = ThreadPoolExecutor(PARTS_AT_ONCE, "xcom-part")
        return self._threads

    def _send_one(self, number: int, body: bytearray) -> dict[str, Any]:
        """What completing the upload needs to know of the part."""

        def once() -> Any:
            if self._is_given_up:
                raise CancelledError("The upload was given up")
            return self._call("upload_part", self._upload, PartNumber=number, Body=body)

        answer = self._tried(f"part {number}", once)
        known = {name: answer[name] for name in ("ETag", self._checksum) if name in answer}
        return {"PartNumber": number, **known}

    def _call(self, method: str, common: dict[str, Any], **arguments: Any) -> Any:
        return self._fs.call_s3(method, **common, **arguments)

    @property
    def _part_bytes(self) -> int:
        """The first is what fits in a plain put. Always that, where the store needs equal parts (Cloudflare R2)."""
        if not self._parts or getattr(self._fs, "fixed_upload_size", False):
            return self._first_bytes
        return _PART_BYTES << len(self._parts) // _OF_ONE_SIZE

    @property
    def _new(self) -> dict[str, Any]:
        """What a new object is made with."""
        options = self._fs.s3_additional_kwargs
        acl = options.get("ACL") or options.get("acl")
        return {**self._object, "ACL": acl} if acl else self._object

    @property
    def _checksum(self) -> str:
        return f"Checksum{self._fs.s3_additional_kwargs.get('ChecksumAlgorithm', 'SHA256')}"
