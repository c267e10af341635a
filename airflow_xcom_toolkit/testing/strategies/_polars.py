"""Values of polars: frames and series of every dtype."""

from __future__ import annotations

import polars as pl
from hypothesis import strategies as st
from polars.testing.parametric import dataframes
from polars.testing.parametric import series as any_series

from ._python import Values, leaves

Draw = st.DrawFn


def polars_series() -> st.SearchStrategy[pl.Series]:
    """Series of every dtype that polars' own strategies make, nested ones included, and of objects."""
    plain = any_series(max_size=5, allow_null=True, excluded_dtypes=[pl.Object])
    objects = st.lists(leaves(), max_size=4).map(lambda items: pl.Series("objects", items, dtype=pl.Object))
    return st.one_of(plain, plain, objects)


def polars_frames() -> st.SearchStrategy[pl.DataFrame]:
    """Frames of none to four columns of every dtype, some of them lazy once, in one chunk or several."""
    return dataframes(max_cols=4, max_size=5, allow_null=True, excluded_dtypes=[pl.Object])


def polars_values() -> Values:
    """`polars_frames` and `polars_series`."""
    return polars_frames() | polars_series()
