"""Percentiles and powers of two."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_xcom_toolkit.cli.audit.sizes import RELATIVE_ERROR, Sizes, power

PERCENTS = (50, 90, 95, 99, 99.9)


def of(sizes: list[int]) -> Sizes:
    made = Sizes()
    for size in sizes:
        made.add(size)
    return made


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=200), st.sampled_from(PERCENTS))
def test_a_percentile_is_that_of_numpy_within_the_stated_error(sizes: list[int], percent: float) -> None:
    expected = float(np.percentile(sizes, percent, method="inverted_cdf"))
    stated = expected * RELATIVE_ERROR + 0.5  # It is rounded to whole bytes.
    assert of(sizes).percentile(percent) == pytest.approx(expected, rel=0, abs=stated)


def test_percentiles_of_many_sizes_take_little_memory() -> None:
    sizes = [int(size) for size in np.random.default_rng(7).lognormal(8, 3, 49_999)]
    made = of(sizes)
    for percent in PERCENTS:
        expected = float(np.percentile(sizes, percent, method="inverted_cdf"))
        assert made.percentile(percent) == pytest.approx(expected, rel=RELATIVE_ERROR, abs=0.5)
    assert len(made._buckets) < 3000
    assert (made.count, made.total, made.largest) == (len(sizes), sum(sizes), max(sizes))


@given(st.lists(st.integers(0, 100), min_size=1), st.sampled_from(PERCENTS))
def test_small_sizes_are_exact(sizes: list[int], percent: float) -> None:
    assert of(sizes).percentile(percent) == np.percentile(sizes, percent, method="inverted_cdf")


def test_there_is_a_percentile_of_nothing() -> None:
    assert Sizes().percentile(99) == 0


@given(st.integers(0, 2**50), st.integers(0, 50))
def test_a_power_tells_what_a_threshold_moves(size: int, exponent: int) -> None:
    """What is larger than the threshold, and nothing else."""
    assert (power(size) > exponent) == (size > 2**exponent)
