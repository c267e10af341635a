"""Hypothesis strategies for the values that the toolkit keeps: fuzz your own tasks and backends with them.

`values` is anything of every library that is installed. Each other one is of one family, and needs its library only.
Every value that they make comes back as it was; none is of a kind that is refused.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._arrow import arrow_arrays as arrow_arrays
    from ._arrow import arrow_tables as arrow_tables
    from ._arrow import arrow_types as arrow_types
    from ._arrow import arrow_values as arrow_values
    from ._json import json_values as json_values
    from ._nested import values as values
    from ._numpy import arrays as arrays
    from ._numpy import dtypes as dtypes
    from ._numpy import numpy_values as numpy_values
    from ._pandas import extension_arrays as extension_arrays
    from ._pandas import frames as frames
    from ._pandas import indexes as indexes
    from ._pandas import pandas_values as pandas_values
    from ._pandas import series as series
    from ._polars import polars_frames as polars_frames
    from ._polars import polars_series as polars_series
    from ._polars import polars_values as polars_values
    from ._python import decimals as decimals
    from ._python import floats as floats
    from ._python import json_texts as json_texts
    from ._python import keys as keys
    from ._python import leaves as leaves
    from ._python import moments as moments
    from ._python import plain_values as plain_values

_NAMES = {
    **dict.fromkeys(("decimals", "floats", "json_texts", "keys", "leaves", "moments", "plain_values"), "_python"),
    "json_values": "_json",
    "values": "_nested",
    **dict.fromkeys(("arrays", "dtypes", "numpy_values"), "_numpy"),
    **dict.fromkeys(("extension_arrays", "frames", "indexes", "pandas_values", "series"), "_pandas"),
    **dict.fromkeys(("arrow_arrays", "arrow_tables", "arrow_types", "arrow_values"), "_arrow"),
    **dict.fromkeys(("polars_frames", "polars_series", "polars_values"), "_polars"),
}
__all__ = sorted(_NAMES)


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_NAMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
