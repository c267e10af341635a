"""Extension dtypes, by the arguments that make them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import ipc

from ...abc import Dumped, HandlerContext, Refusal, Source, TypeHandler
from .._zones import dump_zone, load_zone
from .extension import MASKED_DTYPES, ipc_keeps, period_text, string_dtype, string_kind

_Found = tuple[list[Any], list[Any]]
_NumpyDtype: type = type(pd.arrays.NumpyExtensionArray(pd.Series([0]).to_numpy()).dtype)


class DtypeHandler(TypeHandler):
    """Every dtype of pandas' own. ``kind`` is a tag and arguments; what is not JSON of them is a child."""

    type_id = "pandas.dtype@1"

    def accepts(self, value: Any) -> bool:
        return type(value) in _DUMPS

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        kind, children = _DUMPS[type(value)](value)
        return Dumped({"kind": kind}, children, summary={"dtype": str(value)[:80]})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        tag, *args = meta["kind"]
        return _LOADS[tag](*args, *children)


def _dump_masked(dtype: Any) -> _Found:
    return ["masked", dtype.name], []


def _dump_categorical(dtype: Any) -> _Found:
    return ["categorical", dtype.ordered], [dtype.categories]


def _dump_zoned(dtype: Any) -> _Found:
    return ["zoned", dtype.unit, dump_zone(dtype.tz)], []


def _dump_period(dtype: Any) -> _Found:
    return ["period", period_text(dtype)], []


def _dump_interval(dtype: Any) -> _Found:
    return ["interval", dtype.closed], [dtype.subtype]


def _dump_sparse(dtype: Any) -> _Found:
    return ["sparse"], [dtype.subtype, dtype.fill_value]


def _dump_arrow(dtype: Any) -> _Found:
    if not ipc_keeps(dtype.pyarrow_dtype):
        raise Refusal(f"an Arrow file does not keep the type {str(dtype)[:80]}; pass another one")
    schema = pa.schema([("x", dtype.pyarrow_dtype)]).serialize()
    return ["arrow", base64.b64encode(schema.to_pybytes()).decode()], []


def _load_arrow(packed: str) -> Any:
    return pd.ArrowDtype(ipc.read_schema(pa.py_buffer(base64.b64decode(packed))).field(0).type)


_DUMPS: dict[type, Callable[[Any], _Found]] = {
    **{type(dtype): _dump_masked for dtype in MASKED_DTYPES.values()},
    pd.StringDtype: lambda dtype: (string_kind(dtype), []),
    pd.CategoricalDtype: _dump_categorical,
    pd.DatetimeTZDtype: _dump_zoned,
    pd.PeriodDtype: _dump_period,
    pd.IntervalDtype: _dump_interval,
    pd.SparseDtype: _dump_sparse,
    pd.ArrowDtype: _dump_arrow,
    _NumpyDtype: lambda dtype: (["numpy"], [dtype.numpy_dtype]),
}
_LOADS: dict[str, Callable[..., Any]] = {
    "masked": MASKED_DTYPES.__getitem__,
    "string": string_dtype,
    "categorical": lambda ordered, categories: pd.CategoricalDtype(categories, ordered),
    "zoned": lambda unit, zone: pd.DatetimeTZDtype(unit, load_zone(zone)),
    "period": lambda text: pd.PeriodDtype(text),
    "interval": lambda closed, subtype: pd.IntervalDtype(subtype, closed),
    "sparse": lambda subtype, fill_value: pd.SparseDtype(subtype, fill_value),
    "arrow": _load_arrow,
    "numpy": _NumpyDtype,
}
