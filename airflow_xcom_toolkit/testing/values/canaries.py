"""Words that are easy to find again, in every place of a value; and the search for them in what is stored or shown."""

from __future__ import annotations

import base64
import binascii
import bz2
import hashlib
import json
import lzma
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from ...abc import Json

PLACES = (
    *("key", "inner_key", "text", "member", "bytes", "column", "cell", "label", "index", "attribute", "category"),
    *("field", "element", "repr", "error"),
)


def word(place: str) -> str:
    """The canary of a place in a value: 24 letters that are nowhere else."""
    return "".join(chr(ord("a") + byte % 26) for byte in hashlib.sha256(place.encode()).digest()[:24])


def nested() -> Any:
    """A canary as a key, a string, bytes, and in containers that JSON does not have."""
    return {
        word("key"): [word("text") * 20, {"of": {word("inner_key"): 1}}, (word("bytes").encode(), {word("member")})]
    }


def text() -> str:
    """A string that is nothing but a canary."""
    return word("text")


def data() -> bytes:
    """Bytes with a canary in them."""
    return bytes(range(256)) + word("bytes").encode()


def array() -> Any:
    """A numpy array with a canary as the name of a field, and as an element."""
    import numpy as np

    return np.array([(1, word("element"))] * 40, dtype=[(word("field"), "<i8"), ("s", "U24")])


def frame() -> Any:
    """A pandas frame with a canary wherever a frame has names and values."""
    import pandas as pd

    frame = pd.DataFrame(
        {word("column"): [word("cell")] * 40, "kind": pd.Categorical([word("category")] * 40)},
        index=pd.Index([f"{word('label')}{n}" for n in range(40)], name=word("index")),
    )
    frame.attrs[word("attribute")] = 1
    return frame


VALUES: Mapping[str, tuple[Callable[[], Any], str]] = {
    "nested": (nested, ""),
    "text": (text, ""),
    "bytes": (data, ""),
    "array": (array, "numpy"),
    "frame": (frame, "pandas"),
}
"""Name → what makes the value, and the library that it needs."""


# The search ---------------------------------------------------------------------------------------------------------


def found_in_text(shown: str, secrets: Mapping[str, str]) -> list[str]:
    """The names of the secrets that a text shows, in any of their forms."""
    return found_in(shown.encode("utf-8", "surrogatepass"), secrets)


def found_in_row(row: Json, secrets: Mapping[str, str]) -> list[str]:
    """The names of the secrets that a row shows, to whoever unpacks its strings."""
    parts = [json.dumps(row), *strings(row)]
    found = {name for part in parts for name in found_in(part.encode("utf-8", "surrogatepass"), secrets)}
    return sorted(found)


def found_in(stored: bytes, secrets: Mapping[str, str]) -> list[str]:
    """The names of the secrets that bytes show, as they are or unpacked."""
    unpacked = list(_unpacked(stored))
    return sorted(
        name for name, secret in secrets.items() if any(form in part for part in unpacked for form in _forms(secret))
    )


def canaries() -> dict[str, str]:
    """Every canary, by its place."""
    return {f"the canary in place of the {place}": word(place) for place in PLACES}


def strings(row: Json) -> Iterator[str]:
    """Every string and key of a row."""
    if isinstance(row, str):
        yield row
    elif isinstance(row, dict):
        yield from row
        yield from (text for item in row.values() for text in strings(item))
    elif isinstance(row, list):
        yield from (text for item in row for text in strings(item))


@lru_cache(maxsize=64)
def _forms(secret: str) -> tuple[bytes, ...]:
    """How a secret looks in the encodings that hide nothing."""
    plain = secret.encode()
    wide = [secret.encode(f"utf-{bits}-{end}") for bits in (16, 32) for end in ("le", "be")]
    escaped = [pattern % ord(letter) for pattern in ("\\u%04x", "\\x%02x", "%%%02X") for letter in secret]
    third = len(secret)
    joined = ["".join(escaped[start : start + third]).encode() for start in range(0, len(escaped), third)]
    hexed = [data.hex().encode() for data in (plain, *wide)]
    forms = [plain, *wide, *joined, *hexed, *(one.upper() for one in hexed), plain[::-1], plain.upper()]
    forms += [form for offset in range(3) for data in (plain, *wide) for form in _base64(data, offset)]
    return tuple(dict.fromkeys(forms))


def _base64(data: bytes, offset: int) -> tuple[bytes, bytes]:
    """The letters that do not depend on what stands before and behind, where ``offset`` bytes stand before."""
    whole = (offset + len(data)) // 3 * 3
    encoded = base64.b64encode(b"\0" * offset + data[: whole - offset])[-(-offset * 4 // 3) :]
    return encoded, encoded.translate(bytes.maketrans(b"+/", b"-_"))


_ENCODED = re.compile(rb"(?:[A-Za-z0-9+/_-]{4}){8,}[A-Za-z0-9+/_=-]{0,4}")
_MAGIC = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]|BZh[1-9]|\xfd7zXZ\x00|\x28\xb5\x2f\xfd|\x04\x22\x4d\x18")


def _unpacked(stored: bytes, depth: int = 3) -> Iterator[bytes]:
    """The bytes, and what is in them: compressed streams at any place, and texts in base64 or hex."""
    yield stored
    if depth:
        for part in (*_decompressed(stored), *_decoded(stored)):
            yield from _unpacked(part, depth - 1)


def _decoded(stored: bytes) -> Iterator[bytes]:
    for match in _ENCODED.finditer(stored):
        encoded = match[0].rstrip(b"=")
        for decode in (binascii.unhexlify, _from_base64):
            try:
                yield decode(encoded)
            except ValueError:
                continue


def _from_base64(encoded: bytes) -> bytes:
    whole = encoded[: len(encoded) // 4 * 4] + encoded[len(encoded) // 4 * 4 :].ljust(4, b"=") * bool(len(encoded) % 4)
    return base64.b64decode(whole.translate(bytes.maketrans(b"-_", b"+/")), validate=True)


def _decompressed(stored: bytes) -> Iterator[bytes]:
    yield from _inflated(stored, lambda: zlib.decompressobj(-15))
    for match in _MAGIC.finditer(stored):
        for decompressor in _decompressors():
            yield from _inflated(stored[match.start() :], decompressor)


def _inflated(packed: bytes, decompressor: Callable[[], Any]) -> Iterator[bytes]:
    try:
        unpacked = decompressor().decompress(packed)
    except Exception:
        return
    if unpacked:
        yield unpacked


@cache
def _decompressors() -> tuple[Callable[[], Any], ...]:
    found: list[Callable[[], Any]] = [lambda: zlib.decompressobj(47), bz2.BZ2Decompressor, lzma.LZMADecompressor]
    for module, name in (("zstandard", "ZstdDecompressor"), ("lz4.frame", "LZ4FrameDecompressor")):
        try:
            made = getattr(import_module(module), name)
        except ImportError:
            continue
        found.append(made if module != "zstandard" else lambda made=made: made().decompressobj())  # type: ignore[misc]
    return tuple(found)
