"""Compression."""

from __future__ import annotations

import gzip

import pytest
from fsspec.compression import compr

from airflow_xcom_toolkit.compression import Compression
from airflow_xcom_toolkit.streams import ByteSink, ByteSource

METHODS = sorted(name for name in compr if name)
DATA = b"some data, again and again; " * 50_000


@pytest.mark.parametrize("name", METHODS)
def test_what_was_compressed_comes_back(name: str) -> None:
    sink = ByteSink()
    encoder, descriptor = Compression(name).encode(sink, b"")
    for at in range(0, len(DATA), 100_000):
        encoder.write(DATA[at : at + 100_000])
    encoder.close()
    source = Compression(None).decode(ByteSource(sink.data), descriptor, b"")
    assert source.read(10) == DATA[:10]
    rest = bytearray(len(DATA) - 10)
    assert source.readinto(rest) == len(rest)
    assert bytes(rest) == DATA[10:]
    assert source.read(1) == b""


def test_other_tools_read_what_was_compressed() -> None:
    sink = ByteSink()
    encoder, _ = Compression("gz").encode(sink, b"")
    encoder.write(DATA)
    encoder.close()
    assert gzip.decompress(sink.data) == DATA


def test_the_methods_include_those_of_the_extras() -> None:
    assert {"gzip", "bz2", "xz", "zip", "zstd", "lz4", "snappy"} <= set(METHODS)
