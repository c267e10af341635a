"""One column to Arrow and back, where Arrow keeps its values exactly.

A column's *kind* is the JSON that says how to read it back: ``[tag, ...]``. Each tag has a planner, which looks at an
array and makes a `Column` or says that Arrow does not keep it, and a `Builder`, which fills the array batch by batch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

Kind = list[Any]
NAT = np.iinfo(np.int64).min
UNITS = ("s", "ms", "us", "ns")


@dataclass(frozen=True)
class Column:
    """Values on their way to Arrow.

    ``chunk(start, stop)`` is these rows, always of ``type``. ``nbytes`` is a lower bound of all chunks' bytes.
    ``children`` go to their own handlers and come back to the builder.
    """

    kind: Kind
    type: pa.DataType
    nbytes: int
    chunk: Callable[[int, int], pa.Array]
    children: tuple[Any, ...] = ()


class Builder(ABC):
    """Values on their way from Arrow: ``add`` takes checked chunks in order, ``finish`` gives the array."""

    @abstractmethod
    def add(self, chunk: pa.Array) -> None: ...

    @abstractmethod
    def finish(self) -> Any: ...


@dataclass(frozen=True)
class Target:
    """What a builder may need: rows, the Arrow type, the children that are left, memory for plain columns."""

    rows: int
    type: pa.DataType
    children: Iterator[Any]
    empty: Callable[[np.dtype[Any]], np.ndarray[Any, Any]]


class Filler(Builder):
    """Copies chunks into memory that was allocated for all rows."""

    def __init__(self, target: np.ndarray[Any, Any], convert: Callable[[pa.Array], Any]) -> None:
        self._target = target
        self._convert = convert
        self._row = 0

    def add(self, chunk: pa.Array) -> None:
        end = self._row + len(chunk)
        self._target[self._row : end] = self._convert(chunk)
        self._row = end

    def finish(self) -> Any:
        return self._target


def plain_array(values: Any) -> Any:
    """The array behind a Series or Index: a numpy array where there is one, without a copy."""
    array = values.array
    return array.to_numpy() if type(array) is pd.arrays.NumpyExtensionArray else array


def numbers(chunk: pa.Array) -> np.ndarray[Any, Any]:
    """The values of a chunk without nulls."""
    if chunk.null_count:
        raise ValueError("A column of plain numbers has nulls")
    return chunk.to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def filled(chunk: pa.Array, missing: int) -> np.ndarray[Any, Any]:
    """The 64-bit integers of a chunk, ``missing`` in place of nulls."""
    chunk = chunk.view(pa.int64())
    return (chunk.fill_null(missing) if chunk.null_count else chunk).to_numpy()  # type: ignore[no-any-return]


def plan_numbers(values: np.ndarray[Any, Any]) -> Column | None:
    """Booleans, integers and floats of the machine's byte order, NaN as a value."""
    dtype = values.dtype
    if not dtype.isnative or dtype.kind not in "biuf" or dtype.itemsize > 8 or dtype.char != np.dtype(dtype.name).char:
        return None
    kind = pa.from_numpy_dtype(dtype)

    def chunk(start: int, stop: int) -> pa.Array:
        return pa.array(np.ascontiguousarray(values[start:stop]), type=kind, from_pandas=False)

    size = len(values) // 8 if dtype.kind == "b" else values.nbytes
    return Column(["numpy", dtype.name], kind, size, chunk)


def plan_instants(values: np.ndarray[Any, Any]) -> Column | None:
    """datetime64 and timedelta64 of the units that Arrow has, NaT as null."""
    dtype = values.dtype
    unit, step = np.datetime_data(dtype)
    if not dtype.isnative or unit not in UNITS or step != 1:
        return None
    kind = pa.timestamp(unit) if dtype.kind == "M" else pa.duration(unit)
    return int64_column(["numpy", dtype.name], kind, values.view("i8"))


def int64_column(kind: Kind, arrow: pa.DataType, values: np.ndarray[Any, Any], missing: int = NAT) -> Column:
    """A column over 64-bit integers, ``missing`` as null."""

    def chunk(start: int, stop: int) -> pa.Array:
        part = np.ascontiguousarray(values[start:stop])
        mask = part == missing
        return pa.array(part, mask=mask if mask.any() else None).view(arrow)

    return Column(kind, arrow, values.nbytes, chunk)


def build_numpy(target: Target, name: str) -> Builder:
    dtype = np.dtype(name)
    values = target.empty(dtype)
    if dtype.kind in "mM":
        return _Instants(values)
    return Filler(values, numbers)


class _Instants(Filler):
    def __init__(self, values: np.ndarray[Any, Any]) -> None:
        super().__init__(values.view("i8"), lambda chunk: filled(chunk, NAT))
        self._values = values

    def finish(self) -> Any:
        return self._values


def plain_dtype(kind: Kind) -> np.dtype[Any] | None:
    """The dtype of the memory that a builder of ``kind`` asks for, if it asks for any."""
    return {"numpy": lambda: np.dtype(kind[1]), "object": lambda: np.dtype(object)}.get(kind[0], lambda: None)()
