"""Compression of objects, with whatever fsspec's registry has: the same names as the stock backend's option."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from fsspec.compression import compr
from fsspec.utils import compressions

from .abc import Codec, Json, Sink, Source
from .errors import ConfigurationError, MissingExtraError
from .streams import ExactSource, FileLike

OPTION = "common.io.xcom_objectstorage_compression"
_EXTRAS = {"zstd": "zstandard", "lz4": "lz4", "snappy": "python-snappy"}
_NEEDS_SEEK = frozenset({"zip"})


class Compression(Codec):
    """Compresses with the method ``name`` (``None``: not at all), and decompresses whatever a row names."""

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


def _known(name: str) -> bool:
    """Whether ``name`` is a method that some installation could have."""
    return name in compr or name in _EXTRAS


def _checked(name: str) -> str:
    name = compressions.get(name, name)
    if name is None or not _known(name):
        names = ", ".join(sorted({*filter(None, compr), *_EXTRAS}))
        raise ConfigurationError(OPTION, f"{name!r} is not a compression; allowed: {names}")
    return _installed(name)


def _installed(name: str) -> str:
    if name not in compr:
        raise MissingExtraError(f"The compression {name!r}", _EXTRAS.get(name, name), name)
    return name
