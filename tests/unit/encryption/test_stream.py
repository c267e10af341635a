"""AES-256-GCM in chunks."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from airflow_xcom_toolkit.encryption.stream import TAG_BYTES, DecryptingSource, EncryptingSink
from airflow_xcom_toolkit.errors import IntegrityError
from airflow_xcom_toolkit.streams import ByteSink, ByteSource

KEY, PREFIX, BIND = b"k" * 32, b"p" * 7, b"bind"
CHUNK = 16
STORED = CHUNK + TAG_BYTES


def encrypted(*writes: bytes, chunk: int = CHUNK) -> bytes:
    sink = ByteSink()
    stream = EncryptingSink(sink, KEY, PREFIX, BIND, chunk)
    for data in writes:
        stream.write(data)
    stream.close()
    return bytes(sink.data)


def decrypted(data: bytes, *, key: bytes = KEY, bind: bytes = BIND, chunk: int = CHUNK) -> bytes:
    return DecryptingSource(ByteSource(data), key, PREFIX, bind, chunk).read()


@given(st.lists(st.binary(max_size=70), max_size=6))
def test_what_was_written_comes_back_however_it_was_cut(writes: list[bytes]) -> None:
    assert decrypted(encrypted(*writes)) == b"".join(writes)


@given(st.binary(max_size=100), st.integers(1, 40))
def test_small_reads_give_the_same_bytes(data: bytes, size: int) -> None:
    source = DecryptingSource(ByteSource(encrypted(data)), KEY, PREFIX, BIND, CHUNK)
    assert b"".join(iter(lambda: source.read(size), b"")) == data


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_the_format_is_the_documented_one(size: int) -> None:
    """Nonce: prefix, counter, last flag. A full last chunk is the last: no empty one follows it."""
    data = os.urandom(size)
    chunks = [data[i : i + CHUNK] for i in range(0, size, CHUNK)] or [b""]
    expected = b"".join(
        AESGCM(KEY).encrypt(PREFIX + i.to_bytes(4, "big") + bytes([i == len(chunks) - 1]), part, BIND)
        for i, part in enumerate(chunks)
    )
    assert encrypted(data) == expected


DATA = bytes(range(5 * CHUNK))
CHUNKS = [encrypted(DATA)[i : i + STORED] for i in range(0, 5 * STORED, STORED)]


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param(b"".join(CHUNKS[:4]), id="last chunk dropped"),
        pytest.param(b"".join(CHUNKS[1:]), id="first chunk dropped"),
        pytest.param(b"".join([*CHUNKS[:2], *CHUNKS[3:]]), id="middle chunk dropped"),
        pytest.param(b"".join([CHUNKS[1], CHUNKS[0], *CHUNKS[2:]]), id="reordered"),
        pytest.param(b"".join([CHUNKS[0], *CHUNKS]), id="repeated"),
        pytest.param(b"".join([*CHUNKS, CHUNKS[-1]]), id="last repeated"),
        pytest.param(b"".join(CHUNKS)[:-1], id="truncated"),
        pytest.param(b"".join(CHUNKS) + b"x", id="appended"),
        pytest.param(b"", id="emptied"),
    ],
)
def test_a_changed_body_does_not_authenticate(stored: bytes) -> None:
    with pytest.raises(IntegrityError):
        decrypted(stored)


@given(st.integers(0, 5 * STORED - 1), st.integers(1, 255))
def test_any_changed_byte_is_found(at: int, change: int) -> None:
    stored = bytearray(b"".join(CHUNKS))
    stored[at] ^= change
    with pytest.raises(IntegrityError):
        decrypted(bytes(stored))


def test_another_key_or_binding_does_not_open_it() -> None:
    for other in ({"key": b"x" * 32}, {"bind": b"other"}):
        with pytest.raises(IntegrityError):
            decrypted(encrypted(DATA), **other)  # type: ignore[arg-type]
