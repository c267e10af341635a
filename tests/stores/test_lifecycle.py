"""A real S3 server takes the rule that ``lifecycle`` prints, and has it afterwards."""

from __future__ import annotations

import pytest

from airflow_xcom_toolkit.cli.lifecycle.rules import Rule
from tests.servers import ceph
from tests.servers.shared import shared


@pytest.mark.parametrize("expire", [None, 90])
def test_the_rule_is_taken(expire: int | None) -> None:
    with shared("s3", ceph.server) as endpoint:
        client = ceph.made(endpoint, "ruled").client()
        rules = Rule("ruled", "xcom/", after=7, expire=expire).s3()
        client.put_bucket_lifecycle_configuration(Bucket="ruled", LifecycleConfiguration=rules)
        [found] = client.get_bucket_lifecycle_configuration(Bucket="ruled")["Rules"]
    assert found["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert found["NoncurrentVersionExpiration"]["NoncurrentDays"] == 7
    assert found["Expiration"].get("Days") == expire
