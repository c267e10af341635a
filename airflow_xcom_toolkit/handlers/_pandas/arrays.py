"""Extension arrays on their own: a file of one column, or their parts as children where Arrow has no such type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ...abc import Dumped, HandlerContext, Refusal, Source, TypeHandler
from . import kinds
from .offsets import frequency_text
from .table import Parts, Values, dump_table, load_table, reading

_SPARSE_INDEX: dict[str, Callable[..., Any]] = {
    kind: type(pd.arrays.SparseArray([1], kind=kind).sp_index) for kind in ("integer", "block")
}


class ArrayHandler(TypeHandler):
    """Every extension array of pandas' own, with the `freq` that it has in pandas 2."""

    type_id = "pandas.array@1"
    types = (*kinds.ARRAY_TYPES, pd.arrays.NumpyExtensionArray, pd.arrays.IntervalArray, pd.arrays.SparseArray)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        if value.ndim != 1:
            raise Refusal("it has two dimensions; pass a DataFrame")
        summary: dict[str, Any] = {"length": len(value), "dtype": str(value.dtype)[:80]}
        meta, children = _DUMPS.get(type(value), _dump_values)(value)
        if children is not None:
            return Dumped(meta, children, summary=summary)
        parts = Parts()
        leaf, file_format = dump_table([Values("values", value, "")], len(value), parts, context)
        return parts.dumped({"rows": len(value), "format": file_format, **_freq(value)}, leaf, summary)

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        with reading(meta):
            return _LOADS[meta["parts"]](meta, children) if leaf is None else _load_column(meta, children, leaf)


def _load_column(meta: Mapping[str, Any], children: list[Any], leaf: Source) -> Any:
    (values,) = load_table(leaf, meta["format"], meta["rows"], iter(children)).arrays
    found = pd.array(values, copy=False) if type(values) is np.ndarray else values
    return _with_freq(found, meta["freq"]) if "freq" in meta else found


_Parted = tuple[dict[str, Any], "list[Any] | None"]


def _freq(array: Any) -> dict[str, Any]:
    freq = None if isinstance(array.dtype, pd.PeriodDtype) else getattr(array, "freq", None)
    if freq is None:
        return {}
    text = frequency_text(freq)
    if text is None:
        raise Refusal("its freq does not read back from its frequency string; pass pandas.Index(array) instead")
    return {"freq": text}


def _with_freq(array: Any, freq: str) -> Any:
    index: Any = pd.Index(array, copy=False)
    index.freq = freq
    return index.array


def _dump_values(array: Any) -> _Parted:
    """Strings that UTF-8 does not encode go one by one."""
    if kinds.plan(array) is not None:
        return {}, None
    return {"parts": "values"}, [array.dtype, np.asarray(array, dtype=object).tolist()]


def _load_values(meta: Mapping[str, Any], children: list[Any]) -> Any:
    dtype, values = children
    return pd.array(values, dtype=dtype)


def _dump_numpy(array: Any) -> _Parted:
    return {"parts": "numpy"}, [array.to_numpy()]


def _load_numpy(meta: Mapping[str, Any], children: list[Any]) -> Any:
    return pd.arrays.NumpyExtensionArray(children[0])


def _dump_interval(array: Any) -> _Parted:
    return {"parts": "interval", "closed": array.closed}, [array.left, array.right]


def _load_interval(meta: Mapping[str, Any], children: list[Any]) -> Any:
    return pd.arrays.IntervalArray.from_arrays(*children, closed=meta["closed"])


def _dump_sparse(array: Any) -> _Parted:
    index = array.sp_index
    places = [index.indices] if array.kind == "integer" else [index.blocs, index.blengths]
    return {"parts": "sparse", "kind": array.kind, "rows": len(array)}, [array.dtype, array.sp_values, *places]


def _load_sparse(meta: Mapping[str, Any], children: list[Any]) -> Any:
    dtype, values, *places = children
    index = _SPARSE_INDEX[meta["kind"]](meta["rows"], *places)
    return pd.arrays.SparseArray(values, sparse_index=index, dtype=dtype)


_DUMPS: dict[type, Callable[[Any], _Parted]] = {
    pd.arrays.NumpyExtensionArray: _dump_numpy,
    pd.arrays.IntervalArray: _dump_interval,
    pd.arrays.SparseArray: _dump_sparse,
}
_LOADS: dict[str, Callable[[Mapping[str, Any], list[Any]], Any]] = {
    "values": _load_values,
    "numpy": _load_numpy,
    "interval": _load_interval,
    "sparse": _load_sparse,
}
