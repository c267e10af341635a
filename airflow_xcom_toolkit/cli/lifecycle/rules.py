"""The rule, in the words of each kind of store, and the commands that apply it.

A rule that is applied takes the place of all that the bucket (S3, GCS) or the account (Azure) has.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

FILE = "rule.json"
_NAME = "airflow-xcom-toolkit"


@dataclass(frozen=True)
class Rule:
    """For the objects below ``prefix`` in ``bucket``. ``after`` and ``expire`` are days."""

    bucket: str
    prefix: str
    after: int
    expire: int | None = None

    def s3(self) -> dict[str, Any]:
        """As ``PutBucketLifecycleConfiguration`` takes it."""
        gone = {"Days": self.expire} if self.expire else {"ExpiredObjectDeleteMarker": True}
        rule = {
            "ID": _NAME,
            "Status": "Enabled",
            "Filter": {"Prefix": self.prefix},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": self.after},
            "NoncurrentVersionExpiration": {"NoncurrentDays": self.after},
            "Expiration": gone,
        }
        return {"Rules": [rule]}

    def gcs(self) -> dict[str, Any]:
        """As ``gcloud storage buckets update --lifecycle-file`` takes it."""
        below = {"matchesPrefix": [self.prefix]} if self.prefix else {}
        rules = [
            {"action": {"type": "AbortIncompleteMultipartUpload"}, "condition": {"age": self.after, **below}},
            {"action": {"type": "Delete"}, "condition": {"daysSinceNoncurrentTime": self.after, **below}},
        ]
        if self.expire:
            rules.append({"action": {"type": "Delete"}, "condition": {"age": self.expire, **below}})
        return {"lifecycle": {"rule": rules}}

    def azure(self) -> dict[str, Any]:
        """As ``az storage account management-policy create`` takes it. Blocks of uploads cut off go by themselves."""
        actions: dict[str, Any] = {"version": {"delete": {"daysAfterCreationGreaterThan": self.after}}}
        if self.expire:
            actions["baseBlob"] = {"delete": {"daysAfterModificationGreaterThan": self.expire}}
        filters = {"blobTypes": ["blockBlob"], "prefixMatch": [f"{self.bucket}/{self.prefix}"]}
        definition = {"filters": filters, "actions": actions}
        rule = {"name": "airflowXcomToolkit", "enabled": True, "type": "Lifecycle", "definition": definition}
        return {"rules": [rule]}

    def json(self, kind: str) -> dict[str, Any]:
        found: dict[str, Any] = getattr(self, kind)()
        return found

    def commands(self, kind: str) -> tuple[str, str]:
        """What shows the rules that there are, and what puts those of `FILE` in their place."""
        bucket, url = shlex.quote(self.bucket), shlex.quote(f"gs://{self.bucket}")
        account = "--account-name ACCOUNT --resource-group GROUP"
        return {
            "s3": (
                f"aws s3api get-bucket-lifecycle-configuration --bucket {bucket}",
                f"aws s3api put-bucket-lifecycle-configuration --bucket {bucket} --lifecycle-configuration file://{FILE}",
            ),
            "gcs": (
                f"gcloud storage buckets describe {url} --format='default(lifecycle_config)'",
                f"gcloud storage buckets update {url} --lifecycle-file={FILE}",
            ),
            "azure": (
                f"az storage account management-policy show {account}",
                f"az storage account management-policy create {account} --policy @{FILE}",
            ),
        }[kind]
