"""polars frames and series of every dtype, as Arrow IPC files.

Arrow has no 128-bit integers and no decimals without a precision, and polars exports some slices of its fixed-size
arrays with a wrong offset; so those columns travel as text or lists, and the descriptor says what to cast them to.
Columns of Python objects are children.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from polars.exceptions import PanicException

from ..abc import Dumped, HandlerContext, Json, Part, Refusal, Source, TypeHandler
from ._arrow import ipc_leaf, places, read_part, read_table

_NEWEST = pl.CompatLevel.newest()
_WIDE = {name: getattr(pl, name) for name in ("Int128", "UInt128") if hasattr(pl, name)}


class FrameHandler(TypeHandler):
    """Frames, with their height when they have no columns."""

    type_id = "polars.dataframe@1"
    types = (pl.DataFrame,)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return _dump(value)

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        assert leaf is not None
        return _load(meta, children, leaf)

    def load_part(
        self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext, part: Part
    ) -> Any:
        assert leaf is not None
        frame = _load_part(meta, children, leaf, part)
        if part.columns is None:
            return frame
        return frame[list(part.columns)] if part.columns else frame.select([])  # frame[[]] would choose rows


class SeriesHandler(TypeHandler):
    """Series, with their name."""

    type_id = "polars.series@1"
    types = (pl.Series,)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        dumped = _dump(value.to_frame())
        dumped.summary = {"dtype": str(value.dtype)[:80], "rows": len(value)}
        return dumped

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        assert leaf is not None
        return _load(meta, children, leaf).to_series()


class LazyFrameHandler(TypeHandler):
    """Refuses lazy frames: a query is not its result."""

    type_id = "polars.lazyframe@1"
    types = (pl.LazyFrame,)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        raise Refusal("it is a query that has not run; pass value.collect()")

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        raise ValueError("No polars.LazyFrame was ever written")


def _dump(frame: pl.DataFrame) -> Dumped:
    columns = frame.get_columns()
    objects = [i for i, column in enumerate(columns) if column.dtype == pl.Object]
    stored = _numbered([column for column in columns if column.dtype != pl.Object]) if objects else frame.clone()
    names = [column.name for i, column in enumerate(columns) if i not in objects]
    stored.columns = [str(i) for i in range(len(names))]
    casts = _casts(stored.schema)
    table = _compact(_to_arrow(stored), stored.schema).rename_columns(names)
    _check(table.slice(0, 0), casts, stored.schema.dtypes())
    places = [[i, columns[i].name] for i in objects]
    meta = {name: entry for name, entry in (("casts", casts), ("objects", places)) if entry}
    children = [columns[i].to_list() for i in objects]
    summary: dict[str, Json] = {"rows": frame.height, "columns": frame.width}
    return Dumped(meta, children, ipc_leaf(table, table.schema), lambda i: f"[{places[i][1]!r}]", summary)


def _numbered(columns: list[pl.Series]) -> pl.DataFrame:
    """A frame with numbers for names: polars renames columns without a name, and takes some names for patterns."""
    return pl.DataFrame([column.alias(str(i)) for i, column in enumerate(columns)])


def _to_arrow(frame: pl.DataFrame) -> pa.Table:
    try:
        return _export(frame)
    except (pa.ArrowException, pl.exceptions.PolarsError):
        pass
    try:  # Older polars exports some slices of nested columns wrongly, but not copies of them.
        return _export(frame[pl.int_range(frame.height, eager=True)])
    except (pa.ArrowException, pl.exceptions.PolarsError, PanicException) as e:
        raise Refusal(f"polars does not give it to Arrow ({str(e)[:200]}); cast the column, or upgrade polars") from e


def _export(frame: pl.DataFrame) -> pa.Table:
    table = frame.cast(_carriers(frame.schema)).to_arrow(compat_level=_NEWEST)
    table.validate(full=True)
    return table


def _compact(table: pa.Table, schema: pl.Schema) -> pa.Table:
    """``table`` with the categories in use: older polars exports all that the process knows."""
    for i, dtype in enumerate(schema.dtypes()):
        if isinstance(dtype, pl.Categorical):
            table = table.set_column(i, table.schema.field(i), _compact_column(table.column(i)))
    return table


def _compact_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    chunks = column.chunks
    if not chunks or not all(chunk.dictionary.equals(chunks[0].dictionary) for chunk in chunks):
        return column
    everything = chunks[0].dictionary
    used = pc.unique(pa.chunked_array([chunk.indices for chunk in chunks])).drop_null()
    if len(used) == len(everything):
        return column
    kind = column.type
    words = everything.cast(pa.large_string()).take(used).cast(kind.value_type)
    indices = (pc.index_in(chunk.indices, used).cast(kind.index_type) for chunk in chunks)
    return pa.chunked_array([pa.DictionaryArray.from_arrays(index, words) for index in indices], type=kind)


def _check(empty: pa.Table, casts: dict[str, Any], dtypes: list[pl.DataType]) -> None:
    try:
        loaded = _from_arrow(empty, casts).dtypes
    except (ValueError, pl.exceptions.PolarsError) as e:
        raise Refusal(f"polars does not take its columns back from Arrow ({str(e)[:200]}); cast them") from e
    for name, before, after in zip(empty.column_names, dtypes, loaded):
        if before != after:
            raise Refusal(f"column {name[:80]!r} would change from {_short(before)} to {_short(after)}; cast it")


def _short(dtype: pl.DataType) -> str:
    return str(dtype)[:80]


def _load(meta: Mapping[str, Any], children: list[Any], leaf: Source) -> pl.DataFrame:
    frame = _from_arrow(read_table(leaf), meta.get("casts", {}))
    if "objects" not in meta:
        return frame
    columns = frame.get_columns()
    for (index, name), values in zip(meta["objects"], children):
        columns.insert(index, pl.Series(name, values, dtype=pl.Object))
    return _joined(columns)


def _joined(columns: list[pl.Series]) -> pl.DataFrame:
    frame = _numbered(columns)
    frame.columns = [column.name for column in columns]
    return frame


def _load_part(meta: Mapping[str, Any], children: list[Any], leaf: Source, part: Part) -> pl.DataFrame:
    """The columns that are wanted, and one at least, in the order of the value."""
    objects = {index: (name, values) for (index, name), values in zip(meta.get("objects", ()), children)}
    chosen = _Chosen(objects, part)
    table = read_part(leaf, chosen.choose, part)
    casts = meta.get("casts", {})
    frame = _from_arrow(table, {str(i): casts[str(n)] for i, n in enumerate(chosen.stored) if str(n) in casts})
    if not objects:
        return frame
    columns = frame.get_columns()
    for place, index in enumerate(chosen.wanted):
        if index in objects:
            name, values = objects[index]
            columns.insert(place, pl.Series(name, [values[row] for row in part.span(len(values))], dtype=pl.Object))
    return _joined(columns)


class _Chosen:
    """Which columns are wanted: by their place in the frame, and by their place in the file."""

    def __init__(self, objects: Mapping[int, tuple[str, list[Any]]], part: Part) -> None:
        self._objects = objects
        self._columns = part.columns
        self.wanted: list[int] = []
        self.stored: list[int] = []

    def choose(self, schema: pa.Schema) -> list[int]:
        names = list(schema.names)
        for index, (name, _) in self._objects.items():
            names.insert(index, name)
        every = list(range(len(names)))
        self.wanted = every if self._columns is None else sorted(places(names, self._columns)) or every[:1]
        in_file = (i for i in every if i not in self._objects)
        wanted = set(self.wanted)
        self.stored = [number for number, i in enumerate(in_file) if i in wanted]
        return self.stored


def _from_arrow(table: pa.Table, casts: Mapping[str, Any]) -> pl.DataFrame:
    numbered = table.rename_columns([str(i) for i in range(table.num_columns)])
    try:
        frame = pl.from_arrow(numbered, rechunk=False)
    except PanicException as e:
        raise ValueError(f"polars cannot read the Arrow data: {str(e)[:200]}") from e
    assert isinstance(frame, pl.DataFrame)
    targets = pl.Schema({name: _target(frame.schema[name], cast) for name, cast in casts.items()})
    frame = frame.cast(_carriers(targets, decimals=True)).cast(targets)
    frame.columns = table.column_names
    return frame


# What Arrow does not hold as it is. Casts are by the number of the column, in JSON.


def _casts(schema: pl.Schema) -> dict[str, Any]:
    casts = ((str(i), _cast(dtype)) for i, dtype in enumerate(schema.dtypes()))
    return {index: cast for index, cast in casts if cast is not None}


def _carriers(schema: pl.Schema, *, decimals: bool = False) -> Any:
    return {name: _carrier(dtype, decimals) for name, dtype in schema.items() if _cast(dtype) is not None}


def _carrier(dtype: Any, decimals: bool) -> Any:
    """The dtype that ``dtype`` is cast to before Arrow and after it; ``decimals`` become text as well."""
    if _is_wide(dtype) or (decimals and isinstance(dtype, pl.Decimal)):
        return pl.String()
    if isinstance(dtype, (pl.List, pl.Array)):
        return pl.List(_carrier(dtype.inner, decimals))
    if isinstance(dtype, pl.Struct):
        return pl.Struct({field.name: _carrier(field.dtype, decimals) for field in dtype.fields})
    return dtype


def _is_wide(dtype: Any) -> bool:
    return any(dtype == wide for wide in _WIDE.values())


def _cast(dtype: Any) -> Json:
    """JSON of what `_target` makes ``dtype`` of again; ``None`` where Arrow keeps it."""
    if _is_wide(dtype):
        return str(dtype)
    if isinstance(dtype, pl.Decimal):
        return {"scale": dtype.scale} if dtype.precision is None else None
    if isinstance(dtype, pl.Array):
        return {"inner": _cast(dtype.inner), "width": dtype.size}
    if isinstance(dtype, pl.List):
        inner = _cast(dtype.inner)
        return None if inner is None else {"inner": inner}
    if isinstance(dtype, pl.Struct):
        fields = [_cast(field.dtype) for field in dtype.fields]
        return None if fields.count(None) == len(fields) else {"fields": fields}
    return None


def _target(loaded: Any, cast: Any) -> Any:
    if cast is None:
        return loaded
    if isinstance(cast, str):
        return _WIDE[cast]()
    if "scale" in cast:
        return pl.Decimal(None, cast["scale"])
    if "fields" in cast:
        pairs = zip(loaded.fields, cast["fields"])
        return pl.Struct({field.name: _target(field.dtype, inner) for field, inner in pairs})
    inner = _target(loaded.inner, cast["inner"])
    return pl.Array(inner, cast["width"]) if "width" in cast else pl.List(inner)


HANDLERS: tuple[TypeHandler, ...] = (FrameHandler(), SeriesHandler(), LazyFrameHandler())
