"""Strict equality of Arrow's tables, arrays, scalars, schemas and types. How an array is cut in chunks is left out."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.types as kinds

from ._difference import Comparison, Pairs, differ, expect_equal


def _same_table(actual: Any, expected: Any, path: str) -> Pairs:
    yield actual.schema, expected.schema, f"{path}.schema"
    expect_equal(actual.num_rows, expected.num_rows, f"{path}.num_rows")
    for i, name in enumerate(expected.schema.names):
        yield actual.column(i), expected.column(i), f"{path}[{name!r}]"


def _same_array(actual: Any, expected: Any, path: str) -> Pairs:
    yield actual.type, expected.type, f"{path}.type"
    expect_equal(len(actual), len(expected), f"len({path})")
    if len(expected):
        yield from _same_data(_whole(actual), _whole(expected), path)


def _whole(array: Any) -> Any:
    return pa.concat_arrays(array.chunks) if isinstance(array, pa.ChunkedArray) else array


def _same_data(actual: Any, expected: Any, path: str) -> Pairs:
    """Bit for bit: to Arrow a NaN equals nothing, and ``-0.0`` equals ``0.0``."""
    inside = _inside(expected) if _has_floats(expected.type) else None
    if kinds.is_floating(expected.type):
        _same_floats(actual, expected, path)
    elif inside is None:
        _same_repr(actual, expected, path)
    else:
        _same_validity(actual, expected, path)
        for name, part in inside.items():
            yield (_inside(actual) or {})[name], part, f"{path}{name}"


def _has_floats(kind: Any) -> bool:
    return kinds.is_floating(kind) or any(_has_floats(kind.field(i).type) for i in range(kind.num_fields))


def _inside(array: Any) -> dict[str, Any] | None:
    """What an array of lists or structs is made of, without what is below its nulls."""
    if kinds.is_struct(array.type):
        names = [field.name for field in array.type]
        return {f".field({name!r})": part for name, part in zip(names, array.flatten())}
    if isinstance(array, (pa.ListArray, pa.LargeListArray, pa.FixedSizeListArray)) and not kinds.is_map(array.type):
        return {".value_lengths()": array.value_lengths(), ".flatten()": array.flatten()}
    return None


def _same_validity(actual: Any, expected: Any, path: str) -> None:
    if not actual.is_valid().equals(expected.is_valid()):
        differ(f"{path}.is_valid()", actual.is_valid().to_pylist(), expected.is_valid().to_pylist())


def _same_floats(actual: Any, expected: Any, path: str) -> None:
    from ._numpy import same_bits

    _same_validity(actual, expected, path)
    name = f"f{expected.type.bit_width // 8}"
    # Zeros where nothing is, so that places stay.
    kept = expected.is_valid().to_numpy(zero_copy_only=False)
    ours, theirs = (array.to_numpy(zero_copy_only=False).astype(name) for array in (actual, expected))
    ours[~kept] = theirs[~kept] = 0
    same_bits(ours, theirs, path)


def _same_repr(actual: Any, expected: Any, path: str) -> None:
    if actual.equals(expected) and not _has_floats(expected.type):
        return
    for i, (one, other) in enumerate(zip(actual.to_pylist(), expected.to_pylist())):
        if repr(one) != repr(other):
            differ(f"{path}[{i}]", one, other)


def _same_scalar(actual: Any, expected: Any, path: str) -> Pairs:
    yield actual.type, expected.type, f"{path}.type"
    yield pa.repeat(actual, 1), pa.repeat(expected, 1), path


def _same_schema(actual: Any, expected: Any, path: str) -> Pairs:
    yield actual.names, expected.names, f"{path}.names"
    for i, name in enumerate(expected.names):
        yield actual.field(i), expected.field(i), f"{path}.field({name!r})"
    yield dict(actual.metadata or {}), dict(expected.metadata or {}), f"{path}.metadata"


def _same_field(actual: Any, expected: Any, path: str) -> Pairs:
    for name in ("name", "type", "nullable"):
        yield getattr(actual, name), getattr(expected, name), f"{path}.{name}"
    yield dict(actual.metadata or {}), dict(expected.metadata or {}), f"{path}.metadata"


def _same_type(actual: Any, expected: Any, path: str) -> Pairs:
    if not actual.equals(expected, check_metadata=True):
        differ(path, actual, expected)
    return ()


COMPARISONS: dict[type, Comparison] = {
    **dict.fromkeys((pa.Table, pa.RecordBatch), _same_table),
    **dict.fromkeys((pa.Array, pa.ChunkedArray), _same_array),
    pa.Scalar: _same_scalar,
    pa.Schema: _same_schema,
    pa.Field: _same_field,
    pa.DataType: _same_type,
}
