"""Arrow: every family of types, alone, in tables and in scalars."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ._example import Library, Make, family, since

pa: Any = Library("pyarrow")


def _table() -> Any:
    field = pa.field("a", pa.int8(), nullable=False, metadata={b"\xffk": b"\xfe\0v"})
    schema = pa.schema([field, pa.field("b", pa.string())], metadata={"z": "1", "a": "2"})
    return pa.table([pa.array([1, 2], pa.int8()), pa.array(["x", None])], schema=schema)


def _unions() -> Any:
    kinds = pa.array([0, 1, 0], pa.int8())
    dense = [pa.array([1, 2]), pa.array(["x"])]
    return [
        pa.UnionArray.from_dense(kinds, pa.array([0, 0, 1], pa.int32()), dense),
        pa.UnionArray.from_sparse(kinds, [pa.array([1, 2, 3]), pa.array(["x", "y", "z"])]),
    ]


_ARRAYS: dict[str, Make] = {
    "Arrow arrays of numbers": lambda: [
        *(pa.array([1, None, 0], kind()) for kind in (pa.int8, pa.int64, pa.uint8, pa.uint64)),
        *(pa.array([1.5, float("nan"), -0.0, None], kind()) for kind in (pa.float32, pa.float64)),
    ],
    "Arrow arrays of text and bytes": lambda: [
        *(pa.array(["a\0é", None, ""], kind()) for kind in (pa.string, pa.large_string)),
        *(pa.array([b"\xff", None], kind()) for kind in (pa.binary, pa.large_binary)),
        pa.array([b"ab", None], pa.binary(2)),
    ],
    "Arrow views of text and bytes": lambda: [
        pa.array(["a" * 20, None], pa.string_view()),
        pa.array([b"b" * 20], pa.binary_view()),
    ],
    "Arrow arrays of truths and nulls": lambda: [pa.array([True, None, False]), pa.nulls(3)],
    "Arrow arrays of decimals": lambda: [pa.array([Decimal("1.50"), None], pa.decimal128(38, 2))],
    "Arrow arrays of dates and times": lambda: [
        pa.array([1, None], kind)
        for kind in (pa.date32(), pa.time64("ns"), pa.timestamp("ns", "Europe/Paris"), pa.duration("us"))
    ],
    "Arrow lists, structs and maps": lambda: [
        pa.array([[1.5, -0.0], None, []]),
        pa.array([[1, 2], None], pa.list_(pa.int8(), 2)),
        pa.array([{"a": 1, "b": ["x"]}, None]),
        pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int8())),
    ],
    "Arrow dictionaries": lambda: [
        pa.array(["a", "b", None, "a"]).dictionary_encode(),
        pa.DictionaryArray.from_arrays(pa.array([1, 0], pa.int8()), ["y", "x"], ordered=True),
    ],
    "Arrow run ends": lambda: pa.RunEndEncodedArray.from_arrays(pa.array([2, 5], pa.int32()), pa.array(["a", None])),
    "Arrow unions": _unions,
    "a slice of an Arrow array": lambda: pa.array(["a", "b", None, "d"]).slice(1, 2),
    "an empty Arrow array": lambda: pa.array([], pa.int64()),
    "a chunked Arrow array": lambda: pa.chunked_array([[1], [], [2, None]]),
}

_TABLES: dict[str, Make] = {
    "an Arrow table": _table,
    "an Arrow table in chunks": lambda: pa.concat_tables([_table(), _table()]),
    "an Arrow table without rows": lambda: _table().slice(0, 0),
    "an Arrow table without columns": lambda: pa.table({"a": [1, 2]}).select([]),
    "an Arrow table with a name twice": lambda: pa.table([[1], [2]], names=["a", "a"]),
    "an Arrow record batch": lambda: pa.record_batch({"x": [1, 2, 3]}).slice(1),
    "an Arrow schema": lambda: _table().schema,
    "an Arrow field": lambda: _table().schema.field(0),
    "Arrow types": lambda: [pa.int8(), pa.list_(pa.timestamp("s", "UTC")), pa.struct([("a", pa.decimal128(5, 2))])],
    "Arrow scalars": lambda: [pa.scalar(1), pa.scalar(None, pa.string()), pa.scalar([1.5, None])],
    "an Arrow table of 3 MB": lambda: pa.table({"a": range(200_000), "b": [f"row {n}" for n in range(200_000)]}),
}

_EXTENSIONS: dict[str, Make] = {
    "Arrow arrays of extension types": lambda: [
        pa.array([b"0" * 16, None], pa.uuid()),
        pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1, None], pa.int8())),
        pa.ExtensionArray.from_storage(pa.json_(), pa.array(["{}"])),
    ],
}

ARROW = family("pyarrow", {**_ARRAYS, **_TABLES, **since("pyarrow", 19, _EXTENSIONS)}, "pyarrow")
