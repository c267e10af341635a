"""Objects in S3 are written and read several parts at a time: in order, whole or not at all, each part for itself."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from airflow_xcom_toolkit.abc import Coordinate, Sink
from airflow_xcom_toolkit.errors import StorageError
from airflow_xcom_toolkit.placement import ObjectPlacement
from airflow_xcom_toolkit.testing.xcoms import XComs
from tests.servers.ceph import REGION
from tests.servers.proxy import Refused, busy
from tests.stores.policies import s3_limited
from tests.stores.wired import OnTheWire

PARTS = 5
SIZE = PARTS * (5 << 20) - 100_000
AT = Coordinate("dag", "run", "task", -1, "return_value")


def value() -> bytes:
    """One that is stored in `PARTS` parts, each other than the others."""
    return b"".join(bytes([number % 251]) * 100_000 for number in range(SIZE // 100_000 + 1))[:SIZE]


@contextmanager
def no_thread_stays() -> Iterator[None]:
    """None of the toolkit's own. One that was told to end does so by itself: nobody waits for it but this."""
    yield
    for thread in threading.enumerate():
        if thread.name.startswith("xcom-"):
            thread.join(timeout=5)
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("xcom-")] == []


@pytest.mark.parametrize("wired", ["s3"], indirect=True)
class TestParallel(OnTheWire):
    """Parts of one upload, and ranges of one download."""

    def test_parts_are_sent_at_once_and_come_back_in_order(self, offloaded: XComs) -> None:
        """Each of them once."""
        self.proxy.seen.clear()
        with no_thread_stays():
            offloaded.push(value())
            assert offloaded.pull() == value()
        assert self._asked(r"^PUT .*partNumber=(\d+)") == sorted(map(str, range(1, PARTS + 1)))
        assert len(offloaded.objects.list_objects()) == 1

    @pytest.mark.usefixtures("hurried")
    def test_a_passing_fault_in_a_part_is_tried_again_for_that_part(self, offloaded: XComs) -> None:
        """The parts that have arrived are not sent again, and the upload goes on."""
        self.proxy.seen.clear()
        times = 2 * 5  # Those of botocore and s3fs: the next is the toolkit's second.
        failing = self.proxy.failing(Refused(busy("s3", 503)), only="^PUT .*partNumber=2", times=times)
        with no_thread_stays(), failing as had:
            offloaded.push(value())
        assert had
        assert offloaded.pull() == value()
        sent = self._asked(r"^PUT .*partNumber=(\d+)")
        assert [sent.count(str(number)) for number in range(1, PARTS + 1) if number != 2] == [1] * (PARTS - 1)
        assert len(self._asked(r"^(POST) .*\?uploads")) == 1

    @pytest.mark.usefixtures("hurried")
    def test_a_part_that_fails_for_good_leaves_nothing(self, offloaded: XComs) -> None:
        """Neither an object, nor a part that one pays for, nor a thread; and the tries of a part are not multiplied."""
        s3_limited(self.wired.direct, "s3:AbortMultipartUpload")  # type: ignore[arg-type]
        self.proxy.seen.clear()
        failing = self.proxy.failing(Refused(busy("s3", 503)), only="^PUT .*partNumber=3")
        with no_thread_stays(), failing, pytest.raises(StorageError, match=r"return_value\."):
            offloaded.push(value())
        assert offloaded.objects.list_objects() == []
        assert self._uploads() == []
        assert len(self._asked(r"^(POST) .*\?uploads")) == 1
        assert 3 <= len(self._asked(r"^PUT .*partNumber=(3)")) <= 3 * 2 * 5

    @pytest.mark.usefixtures("hurried")
    def test_a_range_that_fails_for_good_fails_the_pull(self, offloaded: XComs) -> None:
        """No thread stays; the value is there when the fault is over."""
        offloaded.push(value())
        with self.proxy.failing(Refused(busy("s3", 503)), only="^GET ", skip=3), pytest.raises(StorageError):
            offloaded.pull()
        with no_thread_stays():
            assert offloaded.pull() == value()

    def test_what_the_connection_adds_is_added(self) -> None:
        """To an object of one part, and to one of several."""
        place, fs = self._with_options(s3_additional_kwargs={"Metadata": {"team": "a"}, "ACL": "private"})
        for count in (100, SIZE):
            reference = place.store(AT, ".bin", writer(value()[:count]), hashed=True)
            assert fs.metadata(f"xcom/{reference.key}") == {"team": "a"}
            assert place.fetch(reference).read() == value()[:count]

    def _with_options(self, **options: Any) -> tuple[ObjectPlacement, Any]:
        import s3fs

        endpoint = {"endpoint_url": self.wired.direct.endpoint, "region_name": REGION}
        fs = s3fs.S3FileSystem(key="admin-key", secret="admin-secret", client_kwargs=endpoint, **options)
        return ObjectPlacement({"default": "s3://xcom"}, lambda url: SimpleNamespace(fs=fs, path="xcom")), fs

    def _asked(self, pattern: str) -> list[str]:
        lines = [f"{request.method} {request.target}" for request in list(self.proxy.seen)]
        return sorted(found[1] for line in lines if (found := re.search(pattern, line)))

    def _uploads(self) -> list[Any]:
        bucket: Any = self.wired.direct
        prefix = self.url.partition(f"@{bucket.bucket}/")[2]
        found: list[Any] = (
            bucket.client().list_multipart_uploads(Bucket=bucket.bucket, Prefix=prefix).get("Uploads", [])
        )
        return found


def writer(data: bytes) -> Any:
    def write(sink: Sink) -> None:
        sink.write(data)

    return write


MEASURED = """
import logging, sys
from types import SimpleNamespace
import numpy as np, s3fs
from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.placement import ObjectPlacement
logging.disable(logging.WARNING)
endpoint = {"endpoint_url": sys.argv[1], "region_name": sys.argv[2]}
fs = s3fs.S3FileSystem(key="admin-key", secret="admin-secret", client_kwargs=endpoint)
place = ObjectPlacement({"default": "s3://xcom"}, lambda url: SimpleNamespace(fs=fs, path="xcom"))
array = np.random.default_rng(0).bytes(150_000_000)

def stored(data):
    view = memoryview(bytearray(data))
    write = lambda sink: [sink.write(view[at : at + 4_000_000]) for at in range(0, len(view), 4_000_000)]
    return lambda: place.store(Coordinate("d", "r", "t", -1, "k"), ".bin", write, hashed=True)

def memory(name):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name)) / 1024

def peak(call):
    before = memory("VmRSS")
    open("/proc/self/clear_refs", "w").write("5")
    found = call()
    return memory("VmHWM") - before, found

stored(array[:20_000_000])()
pushed, reference = peak(stored(array))
def read():
    reader = place.fetch(reference)
    while reader.read(1_000_000):
        pass
    reader.verify()
pulled, _ = peak(read)
print(pushed, pulled)
"""


@pytest.mark.parametrize("wired", ["s3"], indirect=True)
class TestMemory(OnTheWire):
    """It does not grow with the object."""

    promise = "13. Bounded"

    def test_150_mb_are_pushed_and_read_in_64_mb_each(self) -> None:
        """Parts under way included: as the system counts it."""
        command = [sys.executable, "-c", MEASURED, self.wired.direct.endpoint, REGION]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        pushed, pulled = map(float, done.stdout.split())
        assert pushed <= 64
        assert pulled <= 100
