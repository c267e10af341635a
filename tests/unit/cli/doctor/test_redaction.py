"""What the preflight prints has gone through a net for secrets."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet

from airflow_xcom_toolkit.cli.doctor.redaction import Redaction


@pytest.mark.parametrize("text", ["{} is no module", "[{},{}]", "a:{}", "'{}'"])
def test_what_looks_like_a_key_is_hidden(text: str) -> None:
    """Also one that nobody told of, because it stands in the wrong option."""
    key = Fernet.generate_key().decode()
    assert key not in Redaction()(text.format(key, key))


def test_a_password_in_a_url_is_hidden() -> None:
    assert Redaction()("s3://me:secret@bucket/xcom") == "s3://me:***@bucket/xcom"
    assert Redaction()("s3://aws_conn@bucket/xcom") == "s3://aws_conn@bucket/xcom"


def test_the_secrets_of_a_connection_are_hidden_and_its_addresses_are_not() -> None:
    extra = {
        "connection_string": "AccountName=acme;AccountKey=c2VjcmV0a2V5;BlobEndpoint=http://x",
        "endpoint_url": "http://127.0.0.1:9000",
        "nested": {"client_secret": "a secret thing"},
    }
    hide = Redaction()
    hide.hide_connection(SimpleNamespace(password="s3cr3t", extra_dejson=extra))
    shown = hide("s3cr3t c2VjcmV0a2V5 a secret thing http://127.0.0.1:9000")
    assert shown == "*** *** *** http://127.0.0.1:9000"


def test_json_is_hidden_all_the_way_down() -> None:
    hide = Redaction()
    hide.hide("planted")
    assert hide.of({"a": ["planted", {"b": "x planted"}], "n": 1}) == {"a": ["***", {"b": "x ***"}], "n": 1}
