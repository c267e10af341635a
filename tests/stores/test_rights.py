"""Credentials that may only put, get and delete below the prefix are enough for everything, on each store.

A server's own policy refuses the rest where the server has policies; a rule of the proxy refuses it everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from airflow_xcom_toolkit.errors import AccessDeniedError, ObjectMissingError, StorageError
from airflow_xcom_toolkit.testing.base import Deploy
from airflow_xcom_toolkit.testing.xcoms import XComs
from tests.servers.proxy import CutHead, Denied, Refused, denied
from tests.stores.policies import LIMITED, allowed, s3_limited
from tests.stores.wired import OnTheWire, Wired

sizes = pytest.mark.parametrize("size", ["small", "in parts"])


class TestLeastRights(OnTheWire):
    """Put, get and delete below the prefix."""

    promise = "15. Least rights"

    @pytest.fixture(autouse=True)
    def _limited(self, wired: Wired, _reach: None) -> Iterator[None]:
        """The backend has the limited credentials; whoever looks past it has the owner's."""
        limited = LIMITED[wired.kind](wired.store)
        rule = Denied(lambda request: allowed(wired.kind, request), denied(wired.kind))
        owner = wired.direct.by_another_connection("owner")
        with (
            limited.by_another_connection("limited").through(wired.proxy.endpoint).reachable() as store,
            owner.reachable(),
            wired.proxy.failing(rule) as self.refused,
        ):
            self.rule, self.owner = rule, owner
            self.wired = replace(wired, store=store)
            self.store = store.path
            yield

    def _opened(self) -> tuple[Any, str]:
        from airflow.sdk import ObjectStoragePath

        path = ObjectStoragePath(self.url.replace(f"{self.wired.store.connection_id}@", f"{self.owner.connection_id}@"))
        return path.fs, str(path.path).rstrip("/")

    @sizes
    def test_put_get_and_delete_are_enough(self, offloaded: XComs, size: str) -> None:
        """For a push, a pull, an overwrite and a purge, also of what is gone; nothing more is asked for."""
        offloaded.assert_round_trip(b"old" * 500, b"old" * 500)
        offloaded.assert_round_trip(self.value(size), self.value(size))
        row = offloaded.row()
        assert len(offloaded.objects.list_objects()) == 1
        for _ in range(2):
            offloaded.purge(row)
        assert offloaded.objects.list_objects() == []
        assert self.rule.denied == []

    @pytest.mark.usefixtures("hurried")
    @sizes
    def test_what_a_failed_push_leaves_is_removed(self, offloaded: XComs, size: str) -> None:
        """S3 needs a right of its own for giving up an upload in parts, or parts stay that nobody sees and one pays."""
        if self.wired.kind == "s3":
            s3_limited(self.wired.direct, "s3:AbortMultipartUpload")
        last = "^PUT .*partNumber=2" if self.wired.kind == "s3" and size == "in parts" else "^(PUT|POST) "
        with self.proxy.failing(CutHead(), only=last), pytest.raises(StorageError):
            offloaded.push(self.value(size))
        assert offloaded.objects.list_objects() == []
        assert self._parts_left() == 0
        assert self.rule.denied == []

    def test_an_object_that_is_gone_is_named(self, offloaded: XComs) -> None:
        """S3 does not tell who may not list: the error then says that it may be missing, and is no denial alone."""
        offloaded.push(self.value("small"))
        [key] = offloaded.objects.list_objects()
        offloaded.objects.delete_object(key)
        expected, says = (AccessDeniedError, "missing") if self.wired.kind == "s3" else (ObjectMissingError, "no such")
        with pytest.raises(expected, match=says) as e:
            offloaded.pull()
        assert key in str(e.value)
        assert self.rule.denied == []

    def test_a_denied_pull_says_what_may_be_wrong(self, offloaded: XComs) -> None:
        """So it does for GCS, which does not tell either. It is not tried again, and no listing is asked for."""
        offloaded.push(self.value("small"))
        self.proxy.seen.clear()
        denying = self.proxy.failing(Refused(denied(self.wired.kind)), only="^GET ")
        with denying, pytest.raises(AccessDeniedError, match=r"missing.*credentials may not get it"):
            offloaded.pull()
        assert [request.method for request in self.proxy.seen] == ["GET"]

    def test_a_denied_push_is_not_tried_again(self, offloaded: XComs, deploy: Deploy) -> None:
        """Above the prefix, nothing may be put: the error names the right that is missing, and no row is written."""
        above = self.wired.store.path.removesuffix("xcom") + "elsewhere"
        elsewhere = deploy(store=above, threshold=0, keys=offloaded.setup.keys)
        with pytest.raises(AccessDeniedError, match="right to put"):
            elsewhere.push(self.value("small"))
        assert elsewhere.rows.rows() == {}
        assert self.rule.denied
        assert len([line for line in self.rule.denied if not line.startswith("DELETE")]) == 1

    def test_a_denied_purge_is_an_error(self, offloaded: XComs) -> None:
        """Nobody believes that the object is gone."""
        row = offloaded.push(self.value("small"))
        denying = self.proxy.failing(Refused(denied(self.wired.kind)), only="^DELETE ")
        with denying, pytest.raises(AccessDeniedError, match="right to delete"):
            offloaded.purge(row)
        assert len(offloaded.objects.list_objects()) == 1

    def _parts_left(self) -> int:
        if self.wired.kind != "s3":
            return 0
        bucket: Any = self.wired.direct
        prefix = self.url.partition(f"@{bucket.bucket}/")[2]
        return len(bucket.client().list_multipart_uploads(Bucket=bucket.bucket, Prefix=prefix).get("Uploads", []))


class TestThePolicies(OnTheWire):
    """They are real: the server itself refuses what they do not give."""

    def test_the_server_refuses_a_list(self, wired: Wired) -> None:
        """And a put above the prefix, on S3. GCS's emulator looks at no credentials."""
        if wired.kind == "s3":
            self._s3_refuses(LIMITED["s3"](wired.store))
        elif wired.kind == "azure":
            self._azure_refuses(LIMITED["azure"](wired.store), wired.direct.endpoint)

    def _s3_refuses(self, bucket: Any) -> None:
        from botocore.exceptions import ClientError

        client, name = bucket.client(), bucket.bucket
        client.put_object(Bucket=name, Key="xcom/allowed", Body=b"x")
        client.delete_object(Bucket=name, Key="xcom/allowed")
        for refused in (
            lambda: client.list_objects_v2(Bucket=name, Prefix="xcom/"),
            lambda: client.put_object(Bucket=name, Key="elsewhere/x", Body=b"x"),
            lambda: client.get_object(Bucket=name, Key="xcom/missing"),
        ):
            with pytest.raises(ClientError, match="AccessDenied"):
                refused()

    def _azure_refuses(self, store: Any, endpoint: str) -> None:
        import json

        from azure.core.exceptions import HttpResponseError
        from azure.storage.blob import BlobServiceClient

        text = json.loads(store.connect(endpoint))["extra"]["connection_string"]
        container = BlobServiceClient.from_connection_string(text).get_container_client("xcom")
        container.upload_blob("xcom/allowed", b"x")
        container.delete_blob("xcom/allowed")
        with pytest.raises(HttpResponseError) as e:
            list(container.list_blobs())
        assert e.value.status_code == 403
