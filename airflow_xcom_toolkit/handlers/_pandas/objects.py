"""Object columns of one Python type, with at most one kind of missing value, to Arrow and back.

Everything else that object columns hold goes value by value to its own handler.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from operator import countOf
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from .columns import Builder, Column, Filler, Target

_CHUNK = 1 << 16
_MISSING: dict[str, Any] = {"None": None, "nan": float("nan"), "NA": pd.NA, "NaT": pd.NaT}
_MISSING_NAME: dict[type, str] = {type(None): "None", type(pd.NA): "NA", type(pd.NaT): "NaT"}


def plan_object(values: np.ndarray[Any, Any]) -> Column | None:
    """A column for values of one type; ``None`` where Arrow would lose a type or a value."""
    found = _contents(values)
    if found is None:
        return None
    kind, missing = found
    name, arrow, measure = _TYPES[kind]
    nbytes = _measured(values, kind, missing is not None, measure)
    if nbytes is None:
        return None
    return Column(["object", name, missing], arrow, nbytes, _chunker(values, arrow, kind is not float))


def _measured(values: np.ndarray[Any, Any], kind: type, missing: bool, measure: _Measure) -> int | None:
    """A lower bound of the bytes of the values of ``kind``, unless Arrow does not take one of them."""
    total = 0
    for part in _parts(values):
        size = measure(_present(part, kind) if missing else part)
        if size is None:
            return None
        total += size
    return total


def _present(part: list[Any], kind: type) -> list[Any]:
    """Those of ``kind`` in ``part``, empty texts apart, which count for nothing."""
    return list(filter(None, part)) if kind is str and None in part else [v for v in part if type(v) is kind]


def _chunker(values: np.ndarray[Any, Any], arrow: pa.DataType, nan_is_null: bool) -> Callable[[int, int], pa.Array]:
    return lambda start, stop: pa.array(values[start:stop], type=arrow, from_pandas=nan_is_null)


def _parts(values: np.ndarray[Any, Any]) -> Iterable[list[Any]]:
    return (values[start : start + _CHUNK].tolist() for start in range(0, len(values), _CHUNK))


def _contents(values: np.ndarray[Any, Any]) -> tuple[type, str | None] | None:
    """The one type of the values, and the one kind of missing value."""
    kinds: set[type] = set()
    for part in _parts(values):
        kinds.update(map(type, part) if len(kinds) > 1 else _kinds(part))
        if len(kinds) > 2:
            return None
    missing = [_MISSING_NAME[kind] for kind in kinds if kind in _MISSING_NAME]
    present = [kind for kind in kinds if kind not in _MISSING_NAME]
    if len(present) == 2 and float in present and _only_nan(values):
        present.remove(float)
        missing.append("nan")
    if len(present) > 1 or len(missing) > 1 or not set(present) <= set(_TYPES):
        return None
    if present == [float] and missing not in ([], ["None"]):
        return None
    return present[0] if present else type(None), missing[0] if missing else None


def _kinds(part: list[Any]) -> set[type]:
    """The types in ``part``; counting one is faster than collecting many."""
    first = type(part[0])
    return {first} if countOf(map(type, part), first) == len(part) else set(map(type, part))


def _only_nan(values: np.ndarray[Any, Any]) -> bool:
    """Whether every float is the one NaN that is put back."""
    found = np.array([value for part in _parts(values) for value in part if type(value) is float])
    return bool((found.view("i8") == np.array(np.nan).view("i8")).all())


def _text_size(values: list[str]) -> int | None:
    text = "".join(values)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return None
    return len(text) + 8 * len(values)


def _int_size(values: list[int]) -> int | None:
    fits = not values or (min(values) >= -(2**63) and max(values) < 2**63)
    return 8 * len(values) if fits else None


_Measure = Callable[["list[Any]"], int | None]
_TYPES: dict[type, tuple[str, pa.DataType, _Measure]] = {
    str: ("str", pa.large_string(), _text_size),
    bytes: ("bytes", pa.large_binary(), lambda values: sum(map(len, values)) + 8 * len(values)),
    bool: ("bool", pa.bool_(), lambda values: len(values) // 8),
    int: ("int", pa.int64(), _int_size),
    float: ("float", pa.float64(), lambda values: 8 * len(values)),
    datetime.date: ("date", pa.date32(), lambda values: 4 * len(values)),
    type(None): ("null", pa.null(), lambda values: 0),
}
"""What Arrow keeps of objects: a lower bound of the bytes, or ``None`` for values that it does not take."""


def build_object(target: Target, name: str, missing: str | None) -> Builder:
    values = target.empty(np.dtype(object))
    return Filler(values, lambda chunk: python_objects(chunk, _MISSING[missing or "None"]))


def python_objects(chunk: pa.Array, missing: Any) -> np.ndarray[Any, Any]:
    """The values of a chunk as Python objects, ``missing`` in place of nulls."""
    objects = np.empty(len(chunk), object)
    if pa.types.is_large_string(chunk.type) or pa.types.is_large_binary(chunk.type):
        objects[:] = chunk.to_numpy(zero_copy_only=False)
    else:
        objects[:] = chunk.to_pylist()
    if missing is not None and chunk.null_count:
        objects[chunk.is_null().to_numpy(zero_copy_only=False)] = missing
    return objects


def plan_text(values: np.ndarray[Any, Any]) -> tuple[int, Callable[[int, int], pa.Array]] | None:
    """A lower bound of the bytes, and the chunks, of strings and one kind of missing value."""
    nbytes = _measured(values, str, True, _text_size)
    return None if nbytes is None else (nbytes, _chunker(values, pa.large_string(), True))
