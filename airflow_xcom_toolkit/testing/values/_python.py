"""Python's own types, without dates and times."""

from __future__ import annotations

import ipaddress
import random
import struct
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any
from uuid import UUID, SafeUUID

from ._example import Make, family


def _float(bits: str) -> float:
    (value,) = struct.unpack(">d", bytes.fromhex(bits))
    return float(value)


def _body(size: int) -> Make:
    """Bytes that no compression makes shorter."""
    return lambda: random.Random(size).randbytes(size)  # noqa: S311


def _tuples(levels: int) -> Any:
    made: Any = ()
    for level in range(levels):
        made = (made,) if level % 2 else {level: made}
    return made


_LEAVES: dict[str, Make] = {
    "complex numbers": lambda: [1.5 - 2j, complex(-0.0, float("nan"))],
    "a NaN with payload and sign": lambda: [_float("7ff8000000000abc"), _float("fff8000000000000")],
    "the ends of floats": lambda: (5e-324, 1.7976931348623157e308),
    "a Decimal": lambda: Decimal("1.10"),
    "odd Decimals": lambda: [Decimal(text) for text in ("-0E+5", "1E+999", "NaN123", "-sNaN9", "-Infinity", "0.00")],
    "a Fraction": lambda: Fraction(-(10**40), 7),
    "bytes": lambda: bytes(range(256)),
    "no bytes": lambda: b"",
    "a bytearray": lambda: bytearray(b"\x00\xff"),
    "a long bytearray": lambda: bytearray(range(256)) * 20,
    "an ellipsis": lambda: {"a": ...},
    "UUIDs": lambda: [UUID(int=5), UUID(int=7, is_safe=SafeUUID.safe)],
    "paths": lambda: [Path("a/b.txt"), PurePosixPath("/"), PureWindowsPath("C:/x"), PurePosixPath("a\udcff")],
    "IP addresses": lambda: [ipaddress.ip_address("10.0.0.1"), ipaddress.ip_address("fe80::1%eth0")],
    "IP networks": lambda: [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_interface("fe80::1/64")],
    "bytes of 4,095": _body(4095),
    "bytes of 4,096": _body(4096),
    "bytes of 4,097": _body(4097),
    "bytes of 5 MB": _body(5_000_000),
    "a text of 4,096 among others": lambda: {"a": "x" * 4096, "b": (1,)},
}

_CONTAINERS: dict[str, Make] = {
    "a tuple": lambda: (1, ("two", [None, ()])),
    "an empty tuple": lambda: (),
    "a tuple in a dict in a list": lambda: [{"a": (1, {"b": (2,)})}],
    "True beside 1 beside 1.0": lambda: (True, 1, 1.0, [False, 0, 0.0, -0.0]),
    "a set": lambda: {1, "a", None, (2, 3), float("nan")},
    "a frozenset": lambda: frozenset({1, frozenset({2})}),
    "a deque": lambda: deque([1, (2,)]),
    "a bounded deque": lambda: deque([1, 2], maxlen=3),
    "ranges": lambda: [range(1, 10, 3), range(0), range(1, 1), range(-(2**80), 2**80, 7)],
    "slices": lambda: [slice(1, None, -1), slice("a", (1, 2), 2.5)],
    "a dict with int keys": lambda: {1: "a", 2: "b"},
    "a dict with keys of many types": lambda: {
        **{1: "a", "1": "b", None: "c", 1.5: "d"},
        **{(1, (2,)): "e", frozenset({3}): "f", b"g": 7, Decimal("1.10"): 8},
    },
    "a dict with a bool as a key": lambda: {True: 1, "True": 2},
    "a dict with NaN as keys": lambda: {float("nan"): 1, float("-nan"): 2},
    "a dict whose int keys have an order": lambda: {3: None, 1: None, 2: None},
    "an empty OrderedDict": OrderedDict,
    "a defaultdict": lambda: defaultdict(list, {"a": [1]}),
    "a defaultdict without a factory": lambda: defaultdict(None, {1: 2}),
    "a Counter": lambda: Counter({"a": 0, "b": -3, None: 2}),
    "a ChainMap": lambda: ChainMap({"a": 1}, {"a": 2, "b": (4,)}),
    "a tree of tuples and dicts 100 deep": lambda: _tuples(100),
    "10,000 small tuples": lambda: [(n, str(n)) for n in range(10_000)],
}

PYTHON = family("py", {**_LEAVES, **_CONTAINERS})
