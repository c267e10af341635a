"""Which planner an array has, and which builder a kind has: the one list of both."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from . import extension
from .codes import Level, build_categorical, build_level, plan_bare, plan_codes
from .columns import Builder, Column, Kind, Target, build_numpy, plan_instants, plan_numbers
from .objects import build_object, plan_object


def plan(array: Any) -> Column | None:
    """How ``array`` goes to Arrow; ``None`` where Arrow does not keep it."""
    planner = _PLANNERS.get(type(array))
    return planner(array) if planner else None


def plan_inline(array: Any) -> Column | None:
    """The same without Arrow dictionaries, for values that go into the row."""
    return plan_bare(array) if isinstance(array, (pd.Categorical, Level)) else plan(array)


def builder(kind: Kind, target: Target) -> Builder:
    """What reads a column of ``kind`` back."""
    return _BUILDERS[kind[0]](target, *kind[1:])


def build_one(kind: Kind, values: pa.Array) -> Any:
    """The array of ``kind`` that is all in ``values``."""
    rows = len(values)
    found = builder(kind, Target(rows, values.type, iter(()), lambda dtype: np.empty(rows, dtype)))
    found.add(values)
    return found.finish()


def _plan_ndarray(values: np.ndarray[Any, Any]) -> Column | None:
    if values.dtype.kind == "O":
        return plan_object(values)
    return plan_instants(values) if values.dtype.kind in "mM" else plan_numbers(values)


def _plan_datetime(array: Any) -> Column | None:
    zoned = isinstance(array.dtype, pd.DatetimeTZDtype)
    return extension.plan_zoned(array) if zoned else extension.plan_naive(array)


def _class_of(dtype: Any) -> type:
    return type(pd.array([], dtype=dtype))


_HAS_NAN_STRINGS = hasattr(pd.StringDtype("python"), "na_value") and "na_value" in signature(pd.StringDtype).parameters


def _string_planners() -> dict[type, Callable[[Any], Column | None]]:
    found: dict[type, Callable[[Any], Column | None]] = {}
    for missing in ("NA", "nan") if _HAS_NAN_STRINGS else ("NA",):
        found[_class_of(extension.string_dtype("python", missing))] = extension.plan_python_strings
        found[_class_of(extension.string_dtype("pyarrow", missing))] = extension.plan_arrow_strings
    return found


_PLANNERS: dict[type, Callable[[Any], Column | None]] = {
    np.ndarray: _plan_ndarray,
    Level: plan_codes,
    pd.Categorical: plan_codes,
    pd.arrays.DatetimeArray: _plan_datetime,
    pd.arrays.TimedeltaArray: extension.plan_naive,
    pd.arrays.PeriodArray: extension.plan_period,
    pd.arrays.ArrowExtensionArray: extension.plan_arrow,
    **{_class_of(dtype): extension.plan_masked for dtype in extension.MASKED_DTYPES.values()},
    **_string_planners(),
}

_BUILDERS: dict[str, Callable[..., Builder]] = {
    "numpy": build_numpy,
    "object": build_object,
    "categorical": build_categorical,
    "level": build_level,
    "zoned": extension.build_zoned,
    "period": extension.build_period,
    "masked": extension.build_masked,
    "string": extension.build_string,
    "arrow": extension.build_arrow,
}

ARRAY_TYPES = tuple(kind for kind in _PLANNERS if kind not in (np.ndarray, Level))
"""The extension arrays that Arrow may keep."""
