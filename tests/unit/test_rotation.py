"""Rows sealed anew under the newest key."""

from __future__ import annotations

import copy
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from airflow_xcom_toolkit.abc import Coordinate, Encryption, Json, Sink, Source
from airflow_xcom_toolkit.encryption import ChunkedEncryption, FernetEncryption, KeyRing
from airflow_xcom_toolkit.errors import ConfigurationError, DecryptionError, EnvelopeError, EnvelopeVersionError
from airflow_xcom_toolkit.rotation import Rotation, key_ids
from tests.pipelines import AT, pipeline

OLD, OLDER, NEW, LOST = (Fernet.generate_key().decode() for _ in range(4))
OLD_ID, OLDER_ID, NEW_ID, LOST_ID = (KeyRing([key]).primary_id for key in (OLD, OLDER, NEW, LOST))

SHAPES: dict[str, tuple[int | None, Any]] = {
    "no body": (None, {"a": [1, 2.5, None]}),
    "a body in the row": (None, {"a": b"\x00\x01" * 5000}),
    "an object": (0, {"a": b"\x00\x01" * 5000}),
    "an object with the tree behind it": (0, {str(n): (n, b"xy" * n) for n in range(300)}),
    "an object that is all tree": (0, {str(n): n for n in range(2000)}),
}


def rotation(*keys: str) -> Rotation:
    cipher = FernetEncryption(lambda: KeyRing(keys))
    return Rotation.of(cipher, cipher)


def pushed(store: Path, shape: str, *keys: str) -> Any:
    """The row of a value of that shape, as a database gives it back."""
    threshold, value = SHAPES[shape]
    return json.loads(json.dumps(pipeline(store, threshold=threshold, keys=keys).push(value, AT)))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_row_sealed_anew_reads_equal_with_the_new_key_alone(tmp_path: Path, shape: str) -> None:
    row = pushed(tmp_path, shape, OLD)
    new = rotation(NEW, OLD).resealed(row)
    assert key_ids(row) == (OLD_ID,)
    assert key_ids(new) == (NEW_ID,)
    assert pipeline(tmp_path, keys=(NEW,)).pull(new, AT).value == SHAPES[shape][1]


@pytest.mark.parametrize("shape", SHAPES)
def test_everything_but_the_tokens_stays(tmp_path: Path, shape: str) -> None:
    row = pushed(tmp_path, shape, OLD)
    row["beside"] = {"of": ["somebody", 1.5]}
    row["__data__"]["later"] = {"key": [1]}
    before = copy.deepcopy(row)
    new = rotation(NEW, OLD).resealed(row)
    assert row == before
    assert _without_tokens(new) == _without_tokens(row)


def _without_tokens(row: Any) -> Any:
    row = copy.deepcopy(row)
    data = row["__data__"]
    for holder in (data["sealed"], data["body"] or {}, *data["codecs"]):
        for name in ("token", "key_id") if "token" in holder else ("key", "key_id") if "key_id" in holder else ():
            holder.pop(name, None)
    return row


@pytest.mark.parametrize("shape", SHAPES)
def test_a_row_under_the_newest_key_is_left_as_it_is(tmp_path: Path, shape: str) -> None:
    """So it can be done again, and goes on where it stopped."""
    row = pushed(tmp_path, shape, NEW)
    assert rotation(NEW, OLD).resealed(row) is row


def test_a_row_of_which_a_part_was_sealed_by_each_of_several_keys_is_brought_under_one(tmp_path: Path) -> None:
    row = pushed(tmp_path, "an object", OLDER)
    row["__data__"]["sealed"] = rotation(OLD, OLDER).resealed(row)["__data__"]["sealed"]  # type: ignore[index, call-overload]
    assert set(key_ids(row)) == {OLD_ID, OLDER_ID}
    new = rotation(NEW, OLD, OLDER).resealed(row)
    assert pipeline(tmp_path, keys=(NEW,)).pull(new, AT).value == SHAPES["an object"][1]


def test_a_row_that_was_copied_onto_another_xcom_does_not_open_there_afterwards_either(tmp_path: Path) -> None:
    new = rotation(NEW, OLD).resealed(pushed(tmp_path, "no body", OLD))
    with pytest.raises(DecryptionError, match="copied here"):
        pipeline(tmp_path, keys=(NEW,)).pull(new, Coordinate("dag", "run", "another", -1, "return_value"))


@pytest.mark.parametrize(
    "row", [None, 1, "text", [1], {"a": {"key_id": "3fa1c2d4"}}, {"__classname__": "airflow_xcom_toolkit.Envelope"}]
)
def test_rows_that_are_not_encrypted_need_no_key_and_stay(row: Any) -> None:
    assert key_ids(row) == ()
    assert rotation(NEW).resealed(row) is row


def test_what_describes_a_value_may_have_a_key_id_of_its_own(tmp_path: Path) -> None:
    row: Any = pipeline(tmp_path).push({"a": (1,)}, AT)
    row["__data__"]["schema"] = {"name": "keys", "version": 1, "columns": {"key_id": "int64"}}
    assert key_ids(row) == ()


def test_a_row_under_a_key_that_is_not_here_is_refused_by_its_key_id(tmp_path: Path) -> None:
    row = pushed(tmp_path, "no body", LOST)
    with pytest.raises(DecryptionError) as caught:
        rotation(NEW, OLD).resealed(row)
    assert caught.value.key_id == LOST_ID


def test_a_row_of_a_newer_format_is_refused_by_its_version(tmp_path: Path) -> None:
    row = {**pushed(tmp_path, "no body", OLD), "__version__": 2}
    with pytest.raises(EnvelopeVersionError):
        rotation(NEW, OLD).resealed(row)
    assert key_ids(row) == (OLD_ID,)


def test_a_key_where_none_is_known_to_be_is_refused(tmp_path: Path) -> None:
    row = pushed(tmp_path, "an object", OLD)
    row["__data__"]["codecs"].append({"name": "acme", "wrapped": {"key_id": OLD_ID, "blob": "x"}})
    with pytest.raises(EnvelopeError, match="key_id"):
        rotation(NEW, OLD).resealed(row)


def test_without_a_key_there_is_nothing_to_seal_with() -> None:
    with pytest.raises(ConfigurationError, match="fernet_keys"):
        rotation()


class Reversing(ChunkedEncryption):
    """A cipher of somebody's own, with keys of other names."""

    def __init__(self, newest: str) -> None:
        self.newest = newest

    def seal(self, plaintext: bytes) -> dict[str, Json]:
        return {"token": b64encode(plaintext[::-1]).decode(), "key_id": self.newest}

    def unseal(self, sealed: Mapping[str, Any]) -> bytes:
        return b64decode(sealed["token"])[::-1]


@pytest.mark.parametrize("shape", SHAPES)
def test_ciphers_of_ones_own_are_rotated_as_well(tmp_path: Path, shape: str) -> None:
    first, second = Reversing("acme-1"), Reversing("acme-2")
    threshold, value = SHAPES[shape]
    backend = replace(pipeline(tmp_path, threshold=threshold), encryption=first, decryption=lambda: first)
    new = Rotation.of(second, second).resealed(backend.push(value, AT))
    assert key_ids(new) == ("acme-2",)
    assert backend.pull(new, AT).value == value


class Forgetful(Encryption):
    """A cipher that does not open what it seals."""

    def handles(self, name: str) -> bool:
        return False

    def encode(self, sink: Sink, bind: bytes) -> Any:
        raise NotImplementedError

    def decode(self, source: Source, descriptor: Mapping[str, Any], bind: bytes) -> Source:
        raise NotImplementedError

    def seal(self, plaintext: bytes) -> dict[str, Json]:
        return {"token": "x", "key_id": "acme-2"}

    def unseal(self, sealed: Mapping[str, Any]) -> bytes:
        return sealed["key_id"].encode()  # type: ignore[no-any-return]


def test_a_row_stays_where_the_cipher_does_not_open_what_it_sealed() -> None:
    row = {
        "__classname__": "airflow_xcom_toolkit.Envelope",
        "__version__": 1,
        "__data__": {"sealed": {"token": "y", "key_id": "acme-1"}, "codecs": [], "body": None},
    }
    with pytest.raises(DecryptionError, match="does not open again"):
        Rotation.of(Forgetful(), Forgetful()).resealed(row)


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["key_id", "token", "key", "name", "a"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.fixed_dictionaries({}, optional={"sealed": junk, "body": junk, "codecs": junk, "tree": junk}))
def test_malformed_envelopes_raise_nothing_but_the_toolkits_errors(data: Any) -> None:
    row = {"__classname__": "airflow_xcom_toolkit.Envelope", "__version__": 1, "__data__": data}
    if key_ids(row):
        with pytest.raises((EnvelopeError, DecryptionError)):
            rotation(NEW).resealed(row)
    else:
        assert rotation(NEW).resealed(row) is row
