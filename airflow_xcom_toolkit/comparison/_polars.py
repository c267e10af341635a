"""Strict equality of polars' frames, series and dtypes. How a series is cut in chunks is left out."""

from __future__ import annotations

from typing import Any

import polars as pl

from ._difference import Comparison, Different, Pairs, differ, expect_equal, same_equal


def _same_frame(actual: Any, expected: Any, path: str) -> Pairs:
    expect_equal(actual.columns, expected.columns, f"{path}.columns")
    expect_equal(actual.shape, expected.shape, f"{path}.shape")
    return [(actual[name], expected[name], f"{path}[{name!r}]") for name in expected.columns]


def _same_series(actual: Any, expected: Any, path: str) -> Pairs:
    expect_equal(actual.name, expected.name, f"{path}.name")
    if actual.dtype != expected.dtype:
        differ(f"{path}.dtype", actual.dtype, expected.dtype)
    if len(actual) != len(expected):
        problem = f"{len(actual)} values instead of {len(expected)}"
        raise Different(path, problem, problem)
    if expected.dtype == pl.Object:
        return [(actual.to_list(), expected.to_list(), path)]
    (_same_floats if expected.dtype.is_float() else _same_values)(actual, expected, path)
    return ()


def _same_floats(actual: Any, expected: Any, path: str) -> None:
    from ._numpy import same_bits

    if not actual.is_null().equals(expected.is_null()):
        differ(f"{path}.is_null()", actual.is_null().to_list(), expected.is_null().to_list())
    same_bits(actual.fill_null(0).to_numpy(), expected.fill_null(0).to_numpy(), path)


def _same_values(actual: Any, expected: Any, path: str) -> None:
    """By polars' own equality, and as printed: to polars ``-0.0`` in a list equals ``0.0``."""
    for i, (one, other) in enumerate(zip(actual.to_list(), expected.to_list())):
        if repr(one) != repr(other):
            differ(f"{path}[{i}]", one, other)
    if not actual.equals(expected, check_dtypes=True, check_names=True, null_equal=True):
        differ(path, actual, expected)


COMPARISONS: dict[type, Comparison] = {pl.DataFrame: _same_frame, pl.Series: _same_series, pl.DataType: same_equal}
