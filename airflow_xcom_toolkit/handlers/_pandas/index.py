"""Indexes as JSON and columns.

``range``: start, stop and step. ``levels``: how many columns of codes a MultiIndex has. Otherwise there is one column,
whose dtype says which class the Index has. ``names`` is there unless all are ``None``; names that are not strings are a
child. ``freq`` is a frequency string, or ``true`` for an offset that is a child.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ...abc import Dumped, HandlerContext, Refusal, Source, TypeHandler
from .._json import TEXT, fit
from . import kinds
from .codes import Level
from .columns import Target, plain_array
from .offsets import frequency_text
from .table import Parts, Values, dump_table, load_table, reading

_INLINE_ROWS = 256
_INLINE_BYTES = 4096
INDEX_NAME = "__index_level_{}__"

INDEX_TYPES: tuple[type, ...] = (
    pd.Index,
    pd.RangeIndex,
    pd.DatetimeIndex,
    pd.TimedeltaIndex,
    pd.PeriodIndex,
    pd.IntervalIndex,
    pd.CategoricalIndex,
    pd.MultiIndex,
)


def dump_index(index: pd.Index, parts: Parts, step: str = ".index") -> tuple[dict[str, Any], list[Values]]:
    """``index`` as JSON, and the columns that hold its values."""
    if type(index) not in INDEX_TYPES:
        raise Refusal(f"its index is a {type(index).__qualname__}; reset the index, or make it a pandas.Index")
    meta = _dump_names(list(index.names), parts, step)
    if type(index) is pd.RangeIndex:
        return {**meta, "range": [index.start, index.stop, index.step]}, []
    if isinstance(index, pd.MultiIndex):
        return {**meta, **_multi_meta(index)}, _multi_values(index, step)
    return {**meta, **_dump_freq(index, parts, step)}, [Values(INDEX_NAME.format(0), plain_array(index), step)]


def load_index(meta: Mapping[str, Any], arrays: list[Any], names: list[Any], freq: Any) -> pd.Index:
    """The index of `dump_index`; ``names`` and ``freq`` are what `load_index_parts` gave."""
    if "range" in meta:
        return pd.RangeIndex(*meta["range"], name=names[0])
    if "levels" in meta:
        return _multi(meta, arrays, names)
    values = arrays[0]
    index = pd.Index(values, dtype=values.dtype, name=names[0], copy=False, tupleize_cols=False)
    if freq is not None:
        index.freq = freq
    return index


def load_index_parts(meta: Mapping[str, Any], children: Iterator[Any]) -> tuple[list[Any], Any]:
    """The names and the freq of an index, taken from its children where they are there."""
    names = meta.get("names", [None] * meta.get("levels", 1))
    names = next(children) if names is True else names
    freq = meta.get("freq")
    return names, next(children) if freq is True else freq


def is_json_text(name: Any) -> bool:
    """Whether JSON text keeps ``name``: a string, in which no two characters are one to a reader of JSON."""
    return type(name) is str and bool(fit(name) & TEXT)


def _dump_names(names: list[Any], parts: Parts, step: str) -> dict[str, Any]:
    if all(name is None for name in names):
        return {}
    if all(name is None or is_json_text(name) for name in names):
        return {"names": names}
    parts.add(names, f"{step}.names")
    return {"names": True}


def _dump_freq(index: pd.Index, parts: Parts, step: str) -> dict[str, Any]:
    freq = getattr(index, "freq", None)
    if freq is None or isinstance(index, pd.PeriodIndex):
        return {}
    text = frequency_text(freq)
    if text is None:
        parts.add(freq, f"{step}.freq")
    return {"freq": text or True}


def _multi_meta(index: pd.MultiIndex) -> dict[str, Any]:
    order = {} if index.sortorder is None else {"sortorder": int(index.sortorder)}
    return {"levels": index.nlevels, **order}


def _multi_values(index: pd.MultiIndex, step: str) -> list[Values]:
    levels = [level.rename(None) for level in index.levels]
    return [
        Values(INDEX_NAME.format(i), Level(codes, level), f"{step}.levels[{i}]")
        for i, (codes, level) in enumerate(zip(index.codes, levels))
    ]


def _multi(meta: Mapping[str, Any], arrays: list[Level], names: list[Any]) -> pd.MultiIndex:
    return pd.MultiIndex(
        levels=[array.values for array in arrays],
        codes=[array.codes for array in arrays],
        names=names,
        sortorder=meta.get("sortorder"),
        verify_integrity=False,
    )


class IndexHandler(TypeHandler):
    """Every Index of pandas' own. Short ones are in the row, so that the labels of a frame need no file."""

    type_id = "pandas.index@1"
    types = INDEX_TYPES

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        parts = Parts()
        meta, columns = dump_index(value, parts, "")
        summary: dict[str, Any] = {"length": len(value), "dtype": str(value.dtype)[:80]}
        if not columns:
            return parts.dumped(meta, None, summary)
        inline = _inline(columns, len(value), parts)
        if inline is not None:
            return parts.dumped({"rows": len(value), **meta, "inline": inline}, None, summary)
        leaf, file_format = dump_table(columns, len(value), parts, context)
        return parts.dumped({"rows": len(value), **meta, "format": file_format}, leaf, summary)

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        with reading(meta):
            rest = iter(children)
            names, freq = load_index_parts(meta, rest)
            return load_index(meta, _load_arrays(meta, rest, leaf), names, freq)


def _load_arrays(meta: Mapping[str, Any], children: Iterator[Any], leaf: Source | None) -> list[Any]:
    if leaf is not None:
        return load_table(leaf, meta["format"], meta["rows"], children).arrays
    return [_load_inline(kind, alias, meta["rows"], children) for kind, alias in meta.get("inline", ())]


def _inline(columns: list[Values], rows: int, parts: Parts) -> list[Any] | None:
    """The kinds of ``columns``, and their values as children; ``None`` for what is too much for a row."""
    if rows > _INLINE_ROWS:
        return None
    plans = [kinds.plan_inline(column.array) for column in columns]
    if not all(plan and plan.nbytes <= _INLINE_BYTES and _storage(plan.type) for plan in plans):
        return None
    for column, plan in zip(columns, plans):
        assert plan is not None
        for child in plan.children:
            parts.add(child, f"{column.step}.categories")
        parts.add(plan.chunk(0, rows).view(_storage(plan.type)).to_pylist(), column.step)
    return [[plan.kind, str(_storage(plan.type))] for plan in plans if plan]


def _storage(kind: pa.DataType) -> pa.DataType | None:
    """The type whose Python values JSON keeps."""
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        return pa.int64()
    plain = pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_large_string(kind)
    return kind if plain or pa.types.is_float64(kind) else None


def _load_inline(kind: list[Any], alias: str, rows: int, children: Iterator[Any]) -> Any:
    arrow = pa.type_for_alias(alias)
    found = kinds.builder(kind, Target(rows, arrow, children, lambda dtype: np.empty(rows, dtype)))
    found.add(pa.array(next(children), type=arrow))
    return found.finish()
