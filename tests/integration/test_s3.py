"""S3 through an Airflow connection, over HTTP: an S3 server in this process, and ``ObjectStoragePath``."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPT = """
import json, sys
from types import SimpleNamespace
import boto3, numpy as np, pandas as pd
from airflow_xcom_toolkit import ToolkitXComBackend as XCom
from airflow_xcom_toolkit.errors import IntegrityError, ObjectMissingError, StorageError

s3 = boto3.client(
    "s3", endpoint_url=sys.argv[1], aws_access_key_id="k", aws_secret_access_key="s", region_name="us-east-1"
)
s3.create_bucket(Bucket="bucket")
at = dict(key="k/ey", task_id="t", dag_id="d", run_id="manual__2026-01-01T00:00:00+00:00", map_index=-1)
keys = lambda: [o["Key"] for o in s3.list_objects_v2(Bucket="bucket").get("Contents", [])]
pull = lambda row: XCom.deserialize_value(SimpleNamespace(value=json.loads(json.dumps(row))))

small, large = pd.DataFrame({"a": [1, 2]}), np.random.default_rng(0).random(3_000_000)
for value in (small, large):
    row = XCom.serialize_value(value, **at)
    [key] = keys()
    assert key.startswith("prefix/d/manual__2026-01-01T00%3A00%3A00%2B00%3A00/t/write/k%2Fey."), key
    back = pull(row)
    assert type(back) is type(value) and (back == value).all(axis=None), "changed"
    XCom.purge(SimpleNamespace(value=row))
    XCom.purge(SimpleNamespace(value=row))
    assert keys() == [], keys()

row = XCom.serialize_value(large, **at)
[key] = keys()
data = s3.get_object(Bucket="bucket", Key=key)["Body"].read()
for changed in (data[:-1], data[: 8 * 2**20], data + b"x", b""):
    s3.put_object(Bucket="bucket", Key=key, Body=changed)
    try:
        pull(row)
    except IntegrityError as e:
        continue
    raise AssertionError(f"{len(changed)} of {len(data)} bytes were read")
s3.delete_object(Bucket="bucket", Key=key)
try:
    pull(row)
except ObjectMissingError as e:
    assert key[7:] in str(e)
else:
    raise AssertionError("a missing object was read")

class Poison:
    pass

try:
    XCom.serialize_value([large, {"x": Poison()}], **at)
except TypeError:
    pass
assert keys() == []
s3.delete_bucket(Bucket="bucket")
try:
    XCom.serialize_value(small, **at)
except (StorageError, ObjectMissingError) as e:
    assert "bucket" in str(e.__cause__).lower(), e.__cause__
else:
    raise AssertionError("a bucket was made")
assert s3.list_buckets()["Buckets"] == []
print("everything held")
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.mark.parametrize("keys", ["", "A" * 43 + "="], ids=["plain", "encrypted"])
def test_values_go_to_s3_and_back_with_put_get_and_delete_alone(server: str, keys: str, tmp_path: Path) -> None:
    """Small and multipart objects, damage, absence, refusal; no bucket is ever made."""
    connection = (
        '{"conn_type": "aws", "login": "k", "password": "s", '
        f'"extra": {{"endpoint_url": "{server}", "region_name": "us-east-1"}}}}'
    )
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW_CONN_AWS_T": connection,
        "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH": "s3://aws_t@bucket/prefix",
        "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD": "0",
        "AIRFLOW__XCOM_TOOLKIT__FERNET_KEYS": keys,
    }
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, server], env=environment, capture_output=True, text=True, timeout=120
    )
    assert "everything held" in run.stdout, run.stdout[-2000:] + run.stderr[-4000:]
