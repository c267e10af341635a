"""numpy: every kind of dtype, memory order and shape."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ._example import Library, Make, family, since

np: Any = Library("numpy")

_UNITS = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as", "25s")


def _objects() -> Any:
    made = np.empty((2, 2), object)
    made[0] = [[1, 2], None]
    made[1] = [{"a": (1, float("nan"))}, np.float32(1)]
    return made


def _records() -> Any:
    return np.array([(1, ("x", 2.5)), (-1, ("y", np.nan))], [("a", "i4"), ("b", [("c", "U2"), ("d", ">f8")])])


def _fields_with_objects() -> Any:
    made = np.zeros(2, [("a", "O"), ("b", "f8")])
    made[0] = ([1, (2,)], 2.5)
    return made


def _nan_bits() -> Any:
    return np.array([0x7FF8000000000001, 0xFFF8000000000000, 0x7FF0000000000001, 1 << 63], "u8").view("f8")


def _times(kind: str) -> Any:
    """With NaT."""
    return [np.array([0, 1, -(2**63)], "i8").view(f"{kind}8[{unit}]") for unit in _UNITS]


def _masked(**options: Any) -> Any:
    return np.ma.array([[1, 2], [3, 4]], mask=[[0, 1], [1, 0]], **options)


_ARRAYS: dict[str, Make] = {
    "an array of floats": lambda: np.linspace(0, 1, 7),
    "arrays of every kind of number": lambda: {c: np.arange(3).astype(c) for c in "?bBhHiIlLqQefdgFDG"},
    "big-endian arrays": lambda: [np.arange(3, dtype=kind) for kind in (">i2", ">u8", ">f4", ">c16")],
    "an array of NaNs of many bits": _nan_bits,
    "an array with negative zeros": lambda: np.array([0.0, -0.0, np.inf], "f4"),
    "an array in Fortran order": lambda: np.asfortranarray(np.arange(12.0).reshape(3, 4)),
    "a transposed array": lambda: np.arange(12.0).reshape(3, 4).T,
    "a strided array": lambda: np.arange(12).reshape(3, 4)[::2, ::-1],
    "a broadcast array": lambda: np.broadcast_to(np.arange(3), (4, 3)),
    "a read-only array": lambda: np.frombuffer(b"\0" + bytes(range(16)), "f8", 2, 1),
    "an array without dimensions": lambda: np.array(1.5),
    "an empty array": lambda: np.empty(0, "i2"),
    "an array of length 0 inside": lambda: np.empty((3, 0, 2), order="F"),
    "an array of 32 dimensions": lambda: np.zeros((1,) * 32),
    "an array of texts": lambda: np.array(["aé\0x", "", "\U0001f600"]),
    "an array of big-endian texts": lambda: np.array(["x"], ">U3"),
    "an array of bytes": lambda: np.array([b"a\0b", b""]),
    "an array of voids": lambda: np.array([b"abc", b"\0\0\0"], "V3"),
    "arrays of elements without bytes": lambda: [np.ndarray(2, kind) for kind in ("S0", "U0", "V0")],
    "arrays of instants": lambda: _times("M"),
    "arrays of durations": lambda: _times("m"),
    "an array of big-endian instants": lambda: np.array(["2020-01-01", "NaT"], ">M8[s]"),
    "an array of objects": _objects,
    "an array of objects in Fortran order": lambda: np.asfortranarray(_objects()),
    "an array of one list": lambda: np.array([[1, 2], None], object)[:1],
    "a structured array": _records,
    "an aligned structured array": lambda: np.zeros(2, np.dtype([("a", "i1"), ("b", "f8", (2,))], align=True)),
    "a structured array with titles": lambda: np.zeros(2, [(("Title", "a"), "i4"), ("b", "f8")]),
    "a structured array with objects": _fields_with_objects,
    "a record array": lambda: _records().view(np.recarray),
    "a matrix": lambda: np.asarray([[1, 2], [3, 4]]).view(np.matrix),
    "an array whose dtype has metadata": lambda: np.zeros(2, np.dtype("f8", metadata={"unit": ("m", Decimal("2.0"))})),
    "an array of 4 MB": lambda: np.arange(500_000.0).reshape(1000, 500),
}

_MASKED: dict[str, Make] = {
    "a masked array": lambda: _masked(),
    "a masked array with a hard mask and a fill value": lambda: _masked(hard_mask=True, fill_value=7),
    "a masked array without a mask": lambda: np.ma.array([1, 2]),
    "a masked array in Fortran order": lambda: np.asfortranarray(_masked()),
    "the masked constant": lambda: [np.ma.masked],
}

_SCALARS: dict[str, Make] = {
    "numpy scalars of every kind": lambda: [np.ones(1, c)[0] for c in "?bBhHiIlLqQefdgFDG"],
    "numpy instants and durations": lambda: [np.datetime64("2024-02-29", "s"), np.timedelta64("NaT", "ns")],
    "numpy text and bytes": lambda: [np.str_("é\0"), np.bytes_(b"\xff\0")],
    "numpy voids and records": lambda: [np.void(b"abc"), _records()[0], _records().view(np.recarray)[1]],
    "numpy scalars as keys": lambda: {np.int64(1): "a", np.str_("b"): 2},
    "numpy dtypes": lambda: [np.dtype(">i4"), np.dtype("M8[25s]"), _records().dtype, np.dtype("f8", metadata={"a": 1})],
}

_STRINGS: dict[str, Make] = {
    "an array of strings of any length": lambda: np.array(["a", "", "x\0é", "long" * 20], np.dtypes.StringDType()),
    "an array of strings with a missing value": lambda: np.array(
        ["a", None], np.dtypes.StringDType(na_object=None, coerce=False)
    ),
}

NUMPY = family("numpy", {**_ARRAYS, **_MASKED, **_SCALARS, **since("numpy", 2, _STRINGS)}, "numpy")
