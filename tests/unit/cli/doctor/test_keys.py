"""Keys are there, work, and none of them is shown."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.fernet import Fernet

from airflow_xcom_toolkit.cli.doctor.keys import key_ids
from airflow_xcom_toolkit.encryption import KeyRing
from tests.unit.cli.doctor.conftest import Report
from tests.unit.conftest import SetOptions

Call = Callable[..., Report]
FERNET = "airflow_xcom_toolkit.FernetXComBackend"


def test_the_key_that_encrypts_is_told_apart_from_those_that_decrypt(report: Call, options: SetOptions) -> None:
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    new, old = (KeyRing([key]).primary_id for key in keys)
    options(fernet_keys=",".join(keys))
    found = report("keys")
    assert found.code == 0
    texts = [finding["text"] for finding in found.findings("ok")]
    assert texts[:2] == [f"2 keys: {new} encrypts; these decrypt, too: {old}.", "What is sealed here opens here."]


def test_a_backend_that_needs_a_key_fails_without_one(report: Call, options: SetOptions) -> None:
    options()
    found = report("keys", backend=FERNET)
    assert found.code == 1
    assert "keygen makes one" in found.the("failed")


def test_what_is_no_key_fails_and_is_not_shown(report: Call, options: SetOptions) -> None:
    options(fernet_keys="planted-secret")
    found = report("options", "keys")
    assert found.code == 1
    assert "key 1 of 1 is not a Fernet key" in " ".join(finding["text"] for finding in found.findings("failed"))
    assert "planted-secret" not in found.text


def test_a_key_provider_that_cannot_be_imported_fails(report: Call, options: SetOptions) -> None:
    options(key_provider="acme.nowhere.Keys")
    found = report("keys")
    assert found.code == 1
    assert "key_provider" in found.the("failed")


def test_the_keys_that_a_row_needs_are_read_from_it() -> None:
    """Its header, a token in the row, and the data key of an object may have different ones during a rotation."""
    sealed = {"sealed": {"token": "", "key_id": "a"}, "codecs": [{"name": "x", "key_id": "b"}], "body": {"key_id": "c"}}
    envelope = {"__classname__": "airflow_xcom_toolkit.Envelope", "__version__": 1, "__data__": sealed}
    assert key_ids(envelope) == {"a", "b", "c"}
    assert key_ids({"sealed": {"key_id": "a"}}) == set()
    assert key_ids({**envelope, "__data__": None}) == set()


def test_a_key_in_the_wrong_option_is_shown_nowhere(report: Call, options: SetOptions) -> None:
    """Neither by the report, nor in the log that Airflow writes of what it cannot import."""
    key = Fernet.generate_key().decode()
    options(key_provider=key, xcom_objectstorage_threshold="0")
    found = report("options", "keys", "values")
    assert found.code == 1
    assert "it is not the dotted path of a class" in found.text
    assert key not in found.text + found.errors
