"""DataFrames and Series: one file each, `pyarrow.ipc.open_file`, `pandas.read_feather` and polars open it.

Column labels that are unique plain strings, or integers, are the names in the file. All others are a child Index, and
the names are positions. A RangeIndex is in the row; any other index is one more column, or one for each level.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ...abc import Dumped, HandlerContext, Part, Source, TypeHandler
from ...errors import PartialLoadError
from . import kinds
from .blocks import Blocks
from .columns import Column, Kind, plain_array
from .index import dump_index, is_json_text, load_index, load_index_parts
from .part import TablePart
from .table import Parts, Values, dump_table, load_table, reading

_INDEX_PREFIX = "__index_level_"


class DataFrameHandler(TypeHandler):
    """Frames, with labels, index, attrs and flags."""

    type_id = "pandas.dataframe@1"
    types = (pd.DataFrame,)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        parts = Parts()
        rows, count = value.shape
        labels = _plain_labels(value.columns)
        meta = {"rows": rows, **_dump_common(value, parts), **_dump_labels(value.columns, labels, parts)}
        meta["index"], index = dump_index(value.index, parts)
        leaf, meta["format"] = dump_table([*_columns(value, labels is not None), *index], rows, parts, context)
        return parts.dumped(meta, leaf, {"rows": rows, "columns": count})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        assert leaf is not None
        with reading(meta):
            return _load_frame(meta, iter(children), leaf)

    def load_part(
        self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext, part: Part
    ) -> Any:
        assert leaf is not None
        with reading(meta):
            return _load_frame_part(meta, iter(children), leaf, part)


def _load_frame(meta: Mapping[str, Any], rest: Iterator[Any], leaf: Source) -> pd.DataFrame:
    attrs = next(rest) if meta.get("attrs") else {}
    labels = None if "labels" in meta else next(rest)
    parts = load_index_parts(meta["index"], rest)
    blocks = _FrameMemory(meta["rows"], _index_columns(meta["index"]))
    table = load_table(leaf, meta["format"], meta["rows"], rest, blocks.allocate)
    count = blocks.count
    index = load_index(meta["index"], table.arrays[count:], *parts)
    if labels is None:
        labels = _load_labels(meta, table.names[:count])
    return _restore_common(blocks.blocks.frame(table.arrays[:count], index, labels), meta, attrs)


def _load_frame_part(meta: Mapping[str, Any], rest: Iterator[Any], leaf: Source, part: Part) -> pd.DataFrame:
    attrs = next(rest) if meta.get("attrs") else {}
    labels = None if "labels" in meta else next(rest)
    parts = load_index_parts(meta["index"], rest)
    table = TablePart(leaf, meta["format"], meta["rows"], part)
    count = len(table.kinds) - _index_columns(meta["index"])
    if labels is None:
        labels = _load_labels(meta, table.names[:count])
    columns, labels = _choose(_restore_common(_places(labels), meta, {}), part)
    blocks, memory = table.memory(columns)
    arrays = table.load([*columns, *range(count, len(table.kinds))], rest, memory)
    index = load_index(meta["index"], arrays[len(columns) :], *parts)
    if "range" in meta["index"]:
        index = index[part.slice]
    return _restore_common(blocks.frame(arrays[: len(columns)], index, labels), meta, attrs)


def _places(labels: pd.Index) -> pd.DataFrame:
    """One row with the place of each column."""
    return pd.DataFrame(np.arange(len(labels)).reshape(1, -1), columns=labels)


def _choose(places: pd.DataFrame, part: Part) -> tuple[list[int], pd.Index]:
    """The places of the wanted columns, and their labels: pandas itself chooses."""
    if part.columns is None:
        return list(range(places.shape[1])), places.columns
    columns = list(part.columns)
    if columns and all(isinstance(label, (bool, np.bool_)) for label in columns):
        raise PartialLoadError("Booleans choose rows, not columns; load the whole DataFrame")
    try:
        chosen = places[columns]
    except Exception as e:
        raise PartialLoadError(f"Not all of these columns are in the DataFrame: {columns!r:.300}") from e
    found = chosen.iloc[0].tolist()
    if len(set(found)) != len(found):
        raise PartialLoadError("A column is asked for twice")
    return found, chosen.columns


class SeriesHandler(TypeHandler):
    """Series, with name, index, attrs and flags."""

    type_id = "pandas.series@1"
    types = (pd.Series,)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        parts = Parts()
        meta = {"rows": len(value), **_dump_common(value, parts), **_dump_name(value.name, parts)}
        meta["index"], index = dump_index(value.index, parts)
        column = Values(_file_name(value.name), plain_array(value), "")
        leaf, meta["format"] = dump_table([column, *index], len(value), parts, context)
        return parts.dumped(meta, leaf, {"length": len(value), "dtype": str(value.dtype)[:80]})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        assert leaf is not None
        with reading(meta):
            return _load_series(meta, iter(children), leaf)


def _load_series(meta: Mapping[str, Any], rest: Iterator[Any], leaf: Source) -> pd.Series:
    attrs = next(rest) if meta.get("attrs") else {}
    name = next(rest) if meta.get("name_child") else meta.get("name")
    parts = load_index_parts(meta["index"], rest)
    values, *index = load_table(leaf, meta["format"], meta["rows"], rest).arrays
    found = load_index(meta["index"], index, *parts)
    series = pd.Series(values, index=found, dtype=values.dtype, name=name, copy=False)
    return _restore_common(series, meta, attrs)


class _FrameMemory:
    """Blocks for the frame's columns, and memory of its own for each column of the index."""

    def __init__(self, rows: int, index_columns: int) -> None:
        self._rows = rows
        self._index_columns = index_columns
        self.count = 0
        self.blocks = Blocks([], rows)

    def allocate(self, described: list[Kind]) -> Any:
        self.count = len(described) - self._index_columns
        self.blocks = Blocks(described[: self.count], self._rows)
        return self._row

    def _row(self, column: int, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
        return self.blocks.row(column, dtype) if column < self.count else np.empty(self._rows, dtype)


def _index_columns(meta: Mapping[str, Any]) -> int:
    return 0 if "range" in meta else int(meta.get("levels", 1))


def _columns(frame: pd.DataFrame, named: bool) -> Iterator[Values]:
    if named:
        for label, column in frame.items():
            yield Values(str(label), plain_array(column), f"[{label!r:.80}]")
        return
    for i, label in enumerate(frame.columns):  # By position: two labels may look the same to pandas.
        yield Values(str(i), plain_array(frame.iloc[:, i]), f"[{label!r:.80}]")


def _plain_labels(labels: pd.Index) -> Column | None:
    """How labels read back from the names in the file, if those can be the labels."""
    if type(labels) is not pd.Index or not labels.is_unique or not (labels.name is None or is_json_text(labels.name)):
        return None
    plan = kinds.plan(plain_array(labels))
    if plan is None or pa.types.is_integer(plan.type):
        return plan if plan and plan.kind[0] == "numpy" else None
    text = plan.kind[0] == "string" or plan.kind[:2] == ["object", "str"]
    return plan if text and all(map(_is_plain, labels.tolist())) else None


def _is_plain(label: Any) -> bool:
    return type(label) is str and "\x00" not in label and not label.startswith(_INDEX_PREFIX)


def _dump_labels(labels: pd.Index, plan: Column | None, parts: Parts) -> dict[str, Any]:
    if plan is None:
        parts.add(labels, ".columns")
        return {}
    return {"labels": plan.kind, **({} if labels.name is None else {"labels_name": labels.name})}


def _load_labels(meta: Mapping[str, Any], names: list[str]) -> pd.Index:
    kind = meta["labels"]
    array = pa.array(names, type=pa.large_string())
    values = np.array(array.to_pylist(), kind[1]) if kind[0] == "numpy" else kinds.build_one(kind, array)
    return pd.Index(values, dtype=values.dtype, name=meta.get("labels_name"), copy=False)


def _dump_common(value: Any, parts: Parts) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    if value.attrs:
        parts.add(value.attrs, ".attrs")
        meta["attrs"] = True
    if not value.flags.allows_duplicate_labels:
        meta["unique_labels"] = True
    return meta


def _restore_common(value: Any, meta: Mapping[str, Any], attrs: dict[Any, Any]) -> Any:
    if attrs:
        value.attrs = attrs
    if meta.get("unique_labels"):
        value.flags.allows_duplicate_labels = False
    return value


def _dump_name(name: Any, parts: Parts) -> dict[str, Any]:
    if name is None:
        return {}
    if is_json_text(name):
        return {"name": name}
    parts.add(name, ".name")
    return {"name_child": True}


def _file_name(name: Any) -> str:
    return name if _is_plain(name) and name.isprintable() else "values"


FRAME_HANDLERS: tuple[TypeHandler, ...] = (DataFrameHandler(), SeriesHandler())
