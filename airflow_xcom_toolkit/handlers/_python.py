"""What JSON loses of Python's own types: numbers, bytes, and small values of the standard library.

==================  =============================================================================
``py.float@1``      ``bits``: the IEEE 754 double, big-endian, hex
``py.complex@1``    ``real``, ``imag``: two such doubles
``py.int@1``        ``hex``: as ``hex()`` gives it
``py.str@1``        ``utf8``: base64 of UTF-8 in which surrogates stand for themselves
``py.bytes@1``      ``base64``; or a leaf
``py.bytearray@1``  ``base64``; or ``size`` and a leaf
``py.ellipsis@1``   nothing
``py.decimal@1``    ``text``: as ``str()`` gives it
``py.fraction@1``   children: numerator, denominator
``py.uuid@1``       ``hex``; ``safe`` where it is known
``py.path@1``       ``class``: a name in `pathlib`; child: the path's text
``py.ip@1``         ``class``: a name in `ipaddress`; child: the text
==================  =============================================================================

The containers are in `_collections`.
"""

from __future__ import annotations

import ipaddress
import pathlib
import struct
from base64 import b64decode, b64encode
from collections import UserDict, UserList, UserString
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import partial
from types import MappingProxyType, ModuleType
from typing import Any
from uuid import UUID, SafeUUID

from ..abc import Dumped, HandlerContext, Leaf, Refusal, Sink, Source, TypeHandler
from ..streams import read_whole
from ._collections import CONTAINERS

_LARGEST_IN_TREE = 512
"""Bytes; longer ones get a leaf of their own."""
_CHUNK = 1 << 20


def _bits(value: float) -> str:
    return struct.pack(">d", value).hex()


def _from_bits(bits: str) -> float:
    (value,) = struct.unpack(">d", bytes.fromhex(bits))
    return float(value)


class FloatHandler(TypeHandler):
    """Keeps every bit: infinities, and the sign and payload of a NaN."""

    type_id = "py.float@1"
    types = (float,)

    def dump(self, value: float, context: HandlerContext) -> Dumped:
        return Dumped({"bits": _bits(value)})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> float:
        return _from_bits(meta["bits"])


class ComplexHandler(TypeHandler):
    """Keeps every bit of both parts."""

    type_id = "py.complex@1"
    types = (complex,)

    def dump(self, value: complex, context: HandlerContext) -> Dumped:
        return Dumped({"real": _bits(value.real), "imag": _bits(value.imag)})

    def load(
        self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext
    ) -> complex:
        return complex(_from_bits(meta["real"]), _from_bits(meta["imag"]))


class IntHandler(TypeHandler):
    """Keeps integers of any size: hex has no limit of digits, and takes linear time."""

    type_id = "py.int@1"
    types = (int,)

    def dump(self, value: int, context: HandlerContext) -> Dumped:
        return Dumped({"hex": hex(value)})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> int:
        return int(meta["hex"], 16)


class StrHandler(TypeHandler):
    """Keeps a high surrogate followed by a low one, which JSON readers take for one character."""

    type_id = "py.str@1"
    types = (str,)

    def dump(self, value: str, context: HandlerContext) -> Dumped:
        return Dumped({"utf8": b64encode(value.encode("utf-8", "surrogatepass")).decode()})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> str:
        return b64decode(meta["utf8"], validate=True).decode("utf-8", "surrogatepass")


def _dump_bytes(value: bytes | bytearray) -> Dumped:
    summary: dict[str, Any] = {"length": len(value)}
    if len(value) <= _LARGEST_IN_TREE:
        return Dumped({"base64": b64encode(value).decode()}, summary=summary)
    return Dumped({"size": len(value)}, leaf=Leaf(partial(_write_bytes, value), len(value)), summary=summary)


def _write_bytes(value: bytes | bytearray, sink: Sink) -> None:
    with memoryview(value) as view:
        for start in range(0, len(view), _CHUNK):
            sink.write(view[start : start + _CHUNK])


class BytesHandler(TypeHandler):
    """Keeps ``bytes``: short ones in the tree, longer ones as they are."""

    type_id = "py.bytes@1"
    types = (bytes,)

    def dump(self, value: bytes, context: HandlerContext) -> Dumped:
        return _dump_bytes(value)

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> bytes:
        if leaf is None:
            return b64decode(meta["base64"], validate=True)
        return read_whole(leaf, leaf.size)  # type: ignore[attr-defined]


class ByteArrayHandler(TypeHandler):
    """Keeps ``bytearray``, which is filled in place."""

    type_id = "py.bytearray@1"
    types = (bytearray,)

    def dump(self, value: bytearray, context: HandlerContext) -> Dumped:
        return _dump_bytes(value)

    def load(
        self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext
    ) -> bytearray:
        if leaf is None:
            return bytearray(b64decode(meta["base64"], validate=True))
        value = bytearray(meta["size"])
        if leaf.readinto(value) != len(value):
            raise ValueError(f"fewer than {len(value)} bytes are left of a bytearray")
        return value


class EllipsisHandler(TypeHandler):
    """Keeps the one ``...``."""

    type_id = "py.ellipsis@1"
    types = (type(...),)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return Dumped()

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        return ...


class DecimalHandler(TypeHandler):
    """Keeps digits, exponent and sign, of zeros and NaNs too, whatever the current decimal context is."""

    type_id = "py.decimal@1"
    types = (Decimal,)

    def dump(self, value: Decimal, context: HandlerContext) -> Dumped:
        return Dumped({"text": str(value)})

    def load(
        self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext
    ) -> Decimal:
        return Decimal(meta["text"])


class FractionHandler(TypeHandler):
    """Keeps numerator and denominator of any size."""

    type_id = "py.fraction@1"
    types = (Fraction,)

    def dump(self, value: Fraction, context: HandlerContext) -> Dumped:
        return Dumped(children=(value.numerator, value.denominator))

    def load(
        self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext
    ) -> Fraction:
        numerator, denominator = children
        return Fraction(numerator, denominator)


class UuidHandler(TypeHandler):
    """Keeps a UUID, and whether it was made in a way that is safe between processes."""

    type_id = "py.uuid@1"
    types = (UUID,)

    def dump(self, value: UUID, context: HandlerContext) -> Dumped:
        known = value.is_safe is not SafeUUID.unknown
        return Dumped({"hex": value.hex, "safe": value.is_safe.name} if known else {"hex": value.hex})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> UUID:
        return UUID(hex=meta["hex"], is_safe=SafeUUID[meta.get("safe", "unknown")])


class _TextHandler(TypeHandler):
    """Keeps values of a module's classes that their own text gives back."""

    module: ModuleType
    names: tuple[str, ...]

    def accepts(self, value: Any) -> bool:
        cls = type(value)
        return cls.__name__ in self.names and getattr(self.module, cls.__name__) is cls

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        cls, text = type(value), str(value)
        if cls(text) != value:
            raise Refusal(f"its text does not give it back; pass str(value), or a {cls.__name__} made of its text")
        return Dumped({"class": cls.__name__}, children=(text,))

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        if meta["class"] not in self.names:
            raise ValueError(f"{self.type_id} has no such class")
        (text,) = children
        return getattr(self.module, meta["class"])(text)


class PathHandler(_TextHandler):
    """Keeps paths, concrete and pure, as the very class; a ``WindowsPath`` is pulled on Windows only."""

    type_id = "py.path@1"
    module = pathlib
    names = ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath")


class IpHandler(_TextHandler):
    """Keeps addresses, networks and interfaces, with an IPv6 zone."""

    type_id = "py.ip@1"
    module = ipaddress
    names = ("IPv4Address", "IPv4Network", "IPv4Interface", "IPv6Address", "IPv6Network", "IPv6Interface")


class RefusedHandler(TypeHandler):
    """Says of values that are no data, or only a view of some, what to pass instead."""

    type_id = "py.refused@1"
    hints: Mapping[type, str] = {
        memoryview: "it is a view of memory; pass bytes(value)",
        MappingProxyType: "it is a view of a dict; pass dict(value)",
        UserDict: "it wraps a dict; pass dict(value)",
        UserList: "it wraps a list; pass list(value)",
        UserString: "it wraps a string; pass str(value)",
        **dict.fromkeys(
            (type({}.keys()), type({}.values()), type({}.items())), "it is a view of a dict; pass list(value)"
        ),
        **dict.fromkeys(
            (type(_ for _ in ()), map, filter, zip, enumerate, reversed, type(iter([])), type(iter(()))),
            "it can be read only once; pass list(value)",
        ),
    }
    types = tuple(hints)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        raise Refusal(self.hints[type(value)])

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        raise ValueError(f"{self.type_id} is never written")


HANDLERS: tuple[TypeHandler, ...] = (
    *CONTAINERS,
    FloatHandler(),
    ComplexHandler(),
    IntHandler(),
    StrHandler(),
    BytesHandler(),
    ByteArrayHandler(),
    EllipsisHandler(),
    DecimalHandler(),
    FractionHandler(),
    UuidHandler(),
    PathHandler(),
    IpHandler(),
    RefusedHandler(),
)
