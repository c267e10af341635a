"""Compression with one method, whatever the value is; and decompression with the method that a row names."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from fsspec.compression import compr
from fsspec.utils import compressions

from ..abc import Codec, Json, Sink, Source
from ..errors import ConfigurationError, MissingExtraError
from ..streams import ExactSource, FileLike

OPTION = "common.io.xcom_objectstorage_compression"
_EXTRAS = {"zstd": "zstandard", "lz4": "lz4", "snappy": "python-snappy"}
_NEEDS_SEEK = frozenset({"zip"})


class Method(Codec):
    """Compresses with the method ``name`` (``None``: not at all), and decompresses with the one that a row names."""

    threads = 1
    """So many compress at once."""

    def __init__(self, name: str | None) -> None:
        self.name = name and _checked(name)

    @property
    def suffix(self) -> str:
        """What is added to the file name: ``.zst``, ``.gz``, nothing."""
        return next((f".{suffix}" for suffix, name in compressions.items() if name == self.name), "")

    def handles(self, name: str) -> bool:
        return _known(name)

    def encode(self, sink: Sink, bind: bytes) -> tuple[Sink, dict[str, Json]]:
        assert self.name is not None
        return compr[self.name](FileLike(sink), mode="wb"), {"name": self.name}

    def decode(self, source: Source, descriptor: Mapping[str, Any], bind: bytes) -> Source:
        name = _installed(descriptor["name"])
        file = io.BytesIO(source.read()) if name in _NEEDS_SEEK else FileLike(source)
        return ExactSource(compr[name](file, mode="rb"))


class FastZstd(Method):
    """zstd at a low level, for a body of about so many bytes; a large one is compressed by threads of its own.

    The bytes are one ordinary frame. The level that fsspec takes where it uses zstandard, 10, is several times slower.
    """

    WORTH_THREADS = 4 << 20
    JOB_BYTES = 1 << 20
    """What a thread is given at a time. zstd's own choice for level 3 is four times that, and holds 67 MB."""

    def __init__(self, size: int, level: int = 1) -> None:
        super().__init__("zstd")
        self._level = level
        self.threads = 2 if size >= self.WORTH_THREADS else 1

    def encode(self, sink: Sink, bind: bytes) -> tuple[Sink, dict[str, Json]]:
        try:
            from zstandard import ZstdCompressionParameters, ZstdCompressor
        except ImportError:  # fsspec has found zstd elsewhere: in Python itself.
            return super().encode(sink, bind)
        several = {"threads": self.threads, "job_size": self.JOB_BYTES} if self.threads > 1 else {}
        parameters = ZstdCompressionParameters.from_level(self._level, **several)
        compressor = ZstdCompressor(compression_params=parameters)
        return compressor.stream_writer(FileLike(sink), write_size=1 << 20), {"name": "zstd"}  # type: ignore[arg-type]


def is_installed(name: str) -> bool:
    """Whether the method can be used here."""
    return name in compr


def _known(name: str) -> bool:
    """Whether ``name`` is a method that some installation could have."""
    return name in compr or name in _EXTRAS


def _checked(name: str) -> str:
    name = compressions.get(name, name)
    if name is None or not _known(name):
        names = ", ".join(sorted({"auto", *filter(None, compr), *_EXTRAS}))
        raise ConfigurationError(OPTION, f"{name!r} is not a compression; allowed: {names}")
    return _installed(name)


def _installed(name: str) -> str:
    if name not in compr:
        raise MissingExtraError(f"The compression {name!r}", _EXTRAS.get(name, name), name)
    return name
