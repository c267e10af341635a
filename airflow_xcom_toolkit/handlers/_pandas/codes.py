"""Categoricals and the levels of a MultiIndex: codes into an Index, as Arrow dictionary arrays.

The dictionary is the Index where Arrow keeps its values; any other Index goes to its own handler, and Arrow has the
bare codes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .columns import Builder, Column, Kind, Target, plain_array

_PLAIN_INDEX = (pd.Index, pd.DatetimeIndex, pd.TimedeltaIndex)
_PLAIN_KINDS = ("numpy", "string", "zoned")


@dataclass(frozen=True)
class Level:
    """One level of a MultiIndex: ``values[codes]``, -1 for missing."""

    codes: np.ndarray[Any, Any]
    values: pd.Index


def plan_codes(array: pd.Categorical | Level) -> Column:
    """Codes, with the Index as their dictionary where that keeps it."""
    bare = plan_bare(array)
    (values,) = bare.children
    dictionary = _dictionary(values)
    if dictionary is None:
        return bare
    inner, found = dictionary
    return _dictionary_column([*bare.kind[:2], inner], bare, found)


def plan_bare(array: pd.Categorical | Level) -> Column:
    """Codes alone, and their Index as a child."""
    codes = array.codes
    arrow = pa.from_numpy_dtype(codes.dtype)
    if isinstance(array, Level):
        kind, values = ["level", None, None], array.values
    else:
        kind, values = ["categorical", array.ordered, None], array.categories
    return Column(kind, arrow, codes.nbytes, lambda start, stop: _code_chunk(codes[start:stop]), (values,))


def _dictionary_column(kind: Kind, bare: Column, dictionary: pa.Array) -> Column:
    def chunk(start: int, stop: int) -> pa.Array:
        return pa.DictionaryArray.from_arrays(bare.chunk(start, stop), dictionary)

    return Column(kind, pa.dictionary(bare.type, dictionary.type), bare.nbytes, chunk)


def _code_chunk(codes: np.ndarray[Any, Any]) -> pa.Array:
    missing = codes < 0
    if not missing.any():
        return pa.array(np.ascontiguousarray(codes))
    # Some readers look at codes below nulls, and refuse -1.
    return pa.array(np.maximum(codes, codes.dtype.type(0)), mask=missing)


def _dictionary(values: pd.Index) -> tuple[Kind, pa.Array] | None:
    """The kind of ``values``, and its Arrow array, if that is all there is to it."""
    if type(values) not in _PLAIN_INDEX or values.name is not None or getattr(values, "freq", None) is not None:
        return None
    from .kinds import plan  # the list of all planners, this one included

    column = plan(plain_array(values))
    if column is None or not (column.kind[0] in _PLAIN_KINDS or column.kind[:2] == ["object", "str"]):
        return None
    array = column.chunk(0, len(values))
    return None if array.null_count else (column.kind, array)


def build_categorical(target: Target, ordered: bool | None, inner: Kind | None) -> Builder:
    def finish(codes: np.ndarray[Any, Any], values: pd.Index) -> Any:
        return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(values, ordered))

    return _Codes(target, inner, finish)


def build_level(target: Target, _: None, inner: Kind | None) -> Builder:
    return _Codes(target, inner, Level)


class _Codes(Builder):
    def __init__(self, target: Target, inner: Kind | None, finish: Callable[[Any, pd.Index], Any]) -> None:
        kind = target.type.index_type if inner else target.type
        self._codes = np.empty(target.rows, kind.to_pandas_dtype())
        self._inner = inner
        self._values = None if inner else next(target.children)
        self._finish = finish
        self._row = 0

    def add(self, chunk: pa.Array) -> None:
        end = self._row + len(chunk)
        if self._inner and self._values is None:
            self._values = _load_values(self._inner, chunk.dictionary)
        codes = chunk.indices if self._inner else chunk
        codes = pc.fill_null(codes, -1) if codes.null_count else codes
        self._codes[self._row : end] = codes.to_numpy(zero_copy_only=False)
        self._row = end

    def finish(self) -> Any:
        return self._finish(self._codes, self._values)


def _load_values(kind: Kind, dictionary: pa.Array) -> pd.Index:
    from .kinds import build_one  # likewise

    values = build_one(kind, dictionary)
    return pd.Index(values, dtype=values.dtype, copy=False)
