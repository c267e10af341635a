"""Backends that give back other arrays, frames and tables than those that were pushed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from .parts import ChangesParts
from .registry import fault


@fault(
    "forgets the dtype of small integers",
    "test_a_value_comes_back_as_it_was_pushed",
    only="[arrays of every kind of number]",
)
class ForgetsDtype(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return value.astype("int64") if isinstance(value, np.ndarray) and value.dtype.kind in "iu" else value


@fault(
    "gives integers back in the machine's byte order",
    "test_a_value_comes_back_as_it_was_pushed",
    only="[big-endian arrays]",
)
class DropsByteOrder(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return value.astype(value.dtype.newbyteorder("=")) if isinstance(value, np.ndarray) else value


@fault(
    "lets Fortran order become C order",
    "test_a_value_comes_back_as_it_was_pushed",
    only="[an array in Fortran order]",
)
class ForgetsMemoryOrder(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return np.array(value, order="C") if type(value) is np.ndarray else value


@fault(
    "gives numpy's scalars back as Python's",
    "test_a_value_comes_back_as_it_was_pushed",
    only="[numpy scalars of every kind]",
)
class NumpyScalarsBecomePythons(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return value.item() if isinstance(value, np.generic) else value


@fault(
    "loses the freq of an index",
    "test_a_value_comes_back_as_it_was_pushed",
    only="[a DataFrame with an index of business days]",
)
class LosesFreq(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        if isinstance(value, (pd.DataFrame, pd.Series)) and isinstance(value.index, pd.DatetimeIndex):
            return value.set_axis(pd.DatetimeIndex(value.index, freq=None))
        return value


@fault("loses attrs", "test_a_value_comes_back_as_it_was_pushed", only="[a DataFrame with attrs]")
class LosesAttrs(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        if isinstance(value, (pd.DataFrame, pd.Series)):
            value = value.copy()
            value.attrs = {}
        return value


@fault("loses the name of an index", "test_a_value_comes_back_as_it_was_pushed", only="[a DataFrame]")
class LosesIndexName(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return value.rename_axis(index=None) if isinstance(value, (pd.DataFrame, pd.Series)) else value


@fault(
    "flattens a MultiIndex to tuples",
    "test_a_value_comes_back_as_it_was_pushed",
    only="[a DataFrame with an index of levels]",
)
class FlattensMultiIndex(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        if isinstance(value, (pd.DataFrame, pd.Series)) and isinstance(value.index, pd.MultiIndex):
            return value.set_axis(value.index.to_flat_index())
        return value


@fault(
    "numbers the rows of a frame anew",
    "test_a_value_comes_back_as_it_was_pushed",
    only="[a DataFrame with an index of ints]",
)
class ResetsIndex(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return value.reset_index(drop=True) if isinstance(value, pd.DataFrame) else value


@fault(
    "gives categoricals back as plain objects",
    "test_a_value_comes_back_as_it_was_pushed",
    only="[a DataFrame with a column of ordered categories]",
)
class CategoriesBecomeObjects(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        if isinstance(value, pd.DataFrame):
            return value.astype(dict.fromkeys(value.select_dtypes("category").columns, object))
        return value.astype(object) if getattr(value, "dtype", None) == "category" else value


@fault(
    "keeps all instants in nanoseconds",
    "test_a_value_comes_back_as_it_was_pushed",
    only="[arrays of instants]",
)
class ForgetsUnits(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return value.astype("M8[ns]") if isinstance(value, np.ndarray) and value.dtype.kind == "M" else value


@fault(
    "keeps an Arrow schema without its metadata",
    "test_a_value_comes_back_as_it_was_pushed",
    only="[an Arrow schema]",
)
class DropsArrowMetadata(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return value.remove_metadata() if isinstance(value, (pa.Schema, pa.Field)) else value


@fault(
    "makes text of the categories of polars",
    "test_a_value_comes_back_as_it_was_pushed",
    only="[polars series of categories]",
)
class ForgetsPolarsCategories(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        is_category = isinstance(value, pl.Series) and value.dtype in (pl.Categorical, pl.Enum)
        return value.cast(pl.String) if is_category else value
