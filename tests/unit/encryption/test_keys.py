"""Keys and tokens."""

from __future__ import annotations

import base64
import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography.fernet import Fernet

from airflow_xcom_toolkit.encryption import FernetEncryption, KeyRing
from airflow_xcom_toolkit.errors import ConfigurationError, DecryptionError, EnvelopeError
from airflow_xcom_toolkit.streams import ByteSink, ByteSource

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_a_key_id_is_the_start_of_the_sha256_of_the_keys_bytes() -> None:
    expected = hashlib.sha256(base64.urlsafe_b64decode(OLD)).hexdigest()[:8]
    assert KeyRing([OLD]).primary_id == expected


def test_the_first_key_encrypts_and_all_decrypt() -> None:
    old, both = FernetEncryption(lambda: KeyRing([OLD])), FernetEncryption(lambda: KeyRing([NEW, OLD]))
    assert both.unseal(old.seal(b"x")) == b"x"
    assert both.seal(b"x")["key_id"] == KeyRing([NEW]).primary_id


@pytest.mark.parametrize("bad", ["", "x", OLD[:-1], OLD + "=", OLD[:-2] + "é=", "A" * 44], ids=range(6))
def test_a_malformed_key_is_named_by_its_place_and_not_shown(bad: str) -> None:
    with pytest.raises(ConfigurationError, match=r"fernet_keys: key 2 of 2") as caught:
        KeyRing([OLD, bad])
    assert OLD not in str(caught.value)
    assert not bad or len(bad) < 5 or bad not in str(caught.value)


def test_no_key_at_all_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="fernet_keys"):
        KeyRing([])


def test_a_key_ring_shows_ids_only() -> None:
    assert OLD not in repr(KeyRing([OLD]))
    assert KeyRing([OLD]).primary_id in repr(KeyRing([OLD]))


def test_a_changed_token_names_its_key_and_shows_nothing() -> None:
    encryption = FernetEncryption(lambda: KeyRing([OLD]))
    sealed = encryption.seal(b"secret")
    token = str(sealed["token"])
    with pytest.raises(DecryptionError) as caught:
        encryption.unseal({**sealed, "token": token[:-5] + "AAAA="})
    assert caught.value.key_id == sealed["key_id"]
    assert token[:20] not in str(caught.value)


class Asked:
    """Keys that change, and how often they were asked for."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys
        self.count = 0

    def __call__(self) -> KeyRing:
        self.count += 1
        return KeyRing(self.keys)


def test_keys_are_asked_for_once_and_again_when_a_row_needs_one_that_came_later() -> None:
    asked = Asked(OLD)
    encryption = FernetEncryption(asked)
    for _ in range(3):
        assert encryption.unseal(encryption.seal(b"x")) == b"x"
    assert asked.count == 1
    asked.keys = (NEW, OLD)
    token = FernetEncryption(asked).seal(b"y")
    asked.count = 0
    assert encryption.unseal(token) == b"y"
    assert asked.count == 1
    assert encryption.seal(b"z")["key_id"] == KeyRing([NEW]).primary_id


def test_rows_of_a_key_that_nobody_has_do_not_ask_more_than_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("airflow_xcom_toolkit.encryption.fernet.time.monotonic", lambda: now)
    asked = Asked(OLD)
    encryption = FernetEncryption(asked)
    unknown = FernetEncryption(lambda: KeyRing([NEW])).seal(b"x")
    for seconds, count in ((0, 2), (59, 2), (60, 3), (61, 3)):
        now = 1000.0 + seconds
        with pytest.raises(DecryptionError, match="none of the 1 keys"):
            encryption.unseal(unknown)
        assert asked.count == count


def test_keys_stay_when_asking_again_fails() -> None:
    asked = Asked(OLD)
    encryption = FernetEncryption(asked)
    token = encryption.seal(b"x")
    asked.keys = ()
    with pytest.raises(ConfigurationError):
        encryption.unseal(FernetEncryption(lambda: KeyRing([NEW])).seal(b"y"))
    assert encryption.unseal(token) == b"x"


def test_each_object_has_a_data_key_of_its_own() -> None:
    encryption = FernetEncryption(lambda: KeyRing([OLD]))
    keys = {encryption.unseal({"token": d["key"], "key_id": d["key_id"]}) for d in _descriptors(encryption)}
    assert len(keys) == 5


def _descriptors(encryption: FernetEncryption) -> list[dict[str, object]]:
    return [dict(encryption.encode(ByteSink(), b"")[1]) for _ in range(5)]


def test_a_descriptor_with_another_kind_of_key_is_refused() -> None:
    encryption = FernetEncryption(lambda: KeyRing([OLD]))
    short = encryption.seal(b"short")
    with pytest.raises(EnvelopeError, match="malformed"):
        encryption.decode(ByteSource(b""), {"key": short["token"], "key_id": short["key_id"], "chunk": 4}, b"")


def test_readers_wait_for_a_key_that_another_one_asks_for() -> None:
    """None of them is told that it is not there."""
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    asked = []

    def keys() -> KeyRing:
        asked.append(1)
        time.sleep(0.05 if len(asked) > 1 else 0)
        return KeyRing([new, old] if len(asked) > 1 else [old])

    reader = FernetEncryption(keys)
    reader.unseal(FernetEncryption(lambda: KeyRing([old])).seal(b"x"))
    token = FernetEncryption(lambda: KeyRing([new])).seal(b"y")
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(reader.unseal, [token] * 4)) == [b"y"] * 4
    assert len(asked) == 2


def test_a_provider_that_failed_is_what_readers_are_told_until_it_is_asked_again() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    answers: list[Any] = [KeyRing([old]), ConfigurationError("xcom_toolkit.key_provider", "the vault is sealed")]

    def keys() -> KeyRing:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    reader = FernetEncryption(keys)
    reader.unseal(FernetEncryption(lambda: KeyRing([old])).seal(b"x"))
    token = FernetEncryption(lambda: KeyRing([new])).seal(b"y")
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="the vault is sealed"):
            reader.unseal(token)
