"""Credentials that may put, get and delete below a prefix, and no more: for each kind of store, and as a rule."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote

from tests.servers.azurite import ACCOUNT, KEY
from tests.servers.ceph import Bucket
from tests.servers.proxy import Request
from tests.servers.store import Store

S3_ACTIONS = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
"""Those of docs/how-to/remote-agents/s3-policy.json; a test of the documentation holds the two together."""

PREFIX = "xcom"


def s3_limited(bucket: Bucket, *more: str) -> Bucket:
    """Another user, to whom a policy of the bucket gives these actions below the prefix, and ``more``."""
    limited = bucket.as_user("limited")
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": [limited.arn]},
        "Action": [*S3_ACTIONS, *more],
        "Resource": f"arn:aws:s3:::{bucket.bucket}/{PREFIX}/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    bucket.client().put_bucket_policy(Bucket=bucket.bucket, Policy=json.dumps(policy))
    return limited


def azure_limited(store: Store, container: str = "xcom") -> Store:
    """A shared access signature of the container, to read, create, write and delete: not to list."""
    from azure.storage.blob import generate_container_sas

    expiry = datetime.now(timezone.utc) + timedelta(hours=1)
    token = generate_container_sas(ACCOUNT, container, account_key=KEY, permission="rcwd", expiry=expiry)

    def connect(endpoint: str) -> str:
        text = f"BlobEndpoint={endpoint}/{ACCOUNT};SharedAccessSignature={token}"
        return json.dumps({"conn_type": "wasb", "extra": {"connection_string": text}})

    return replace(store, connect=connect)


LIMITED: dict[str, Any] = {"s3": s3_limited, "gcs": lambda store: store, "azure": azure_limited}
"""GCS's emulator looks at no credentials: there, the proxy's rule stands alone."""

ALLOWED = {
    "s3": rf"^(PUT|GET|DELETE) /xcom/{PREFIX}/[^?]+(\?(partNumber|uploadId|x-id)=.*)?$"
    rf"|^POST /xcom/{PREFIX}/[^?]+\?upload",
    "gcs": rf"^POST /upload/storage/v1/b/xcom/o\?name={PREFIX}/|^DELETE /upload/storage/v1/b/xcom/o\?name={PREFIX}/"
    rf"|^(GET|DELETE) (/download)?/storage/v1/b/xcom/o/{PREFIX}/",
    "azure": rf"^(PUT|GET|DELETE) /{ACCOUNT}/xcom/{PREFIX}/[^?]+(\?(?!.*(comp=list\b|restype)).*)?$",
}
"""The requests that create, get or delete an object below the prefix, upload in parts included."""


def allowed(kind: str, request: Request) -> bool:
    return re.search(ALLOWED[kind], unquote(request.line)) is not None
