"""A large DataFrame comes back from each store, whatever form it is stored in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from airflow_xcom_toolkit.testing.base import Deploy
from airflow_xcom_toolkit.testing.setup import KEY
from tests.stores.each import STORES, OnEachStore

ROWS = 4_600_000
LARGE = 200_000_000

FORMS: Mapping[str, Mapping[str, Any]] = {
    "plain": {},
    "compressed": {"compression": "zstd"},
    "encrypted": {"keys": (KEY,)},
}
QUICK = {("s3", "encrypted"), ("gcs", "plain"), ("azure", "compressed"), ("local files", "plain")}
"""For each run of the tests; the others are for `make matrix`."""


def case(kind: str, form: str) -> Any:
    marks = [] if (kind, form) in QUICK else [pytest.mark.matrix_only]
    return pytest.param(kind, form, id=f"{kind}-{form}", marks=marks)


@cache
def frame() -> pd.DataFrame:
    """Numbers, times, flags, texts, categories, and some that are missing."""
    random = np.random.default_rng(5)
    words = pd.array([f"word é {number}" for number in range(1000)], dtype="str")
    numbers = random.random(ROWS)
    numbers[::7] = np.nan
    return pd.DataFrame(
        {
            "count": random.integers(-(2**62), 2**62, ROWS),
            "number": numbers,
            "at": pd.Timestamp("2026-01-01", tz="Europe/Paris") + pd.to_timedelta(np.arange(ROWS), unit="s"),
            "flag": random.random(ROWS) < 0.5,
            "text": words.take(random.integers(0, len(words), ROWS)),
            "kind": pd.Categorical.from_codes(random.integers(0, 3, ROWS), ["a", "b", "c"]),
        }
    )


class TestLarge(OnEachStore):
    """200 MB and more, in several parts."""

    @pytest.mark.parametrize("store_path", ["memory"], indirect=True)
    def test_it_is_as_large_as_is_said(self) -> None:
        """In memory; without compression, the object is about as large."""
        assert frame().memory_usage(deep=True).sum() >= LARGE

    @pytest.mark.parametrize(
        ("store_path", "form"), [case(kind, form) for kind in STORES for form in FORMS], indirect=["store_path"]
    )
    def test_a_large_frame_comes_back_and_is_purged(self, deploy: Deploy, store_path: str, form: str) -> None:
        """Equal in every value, dtype and name; the purge leaves nothing."""
        xcoms = deploy(threshold=0, **FORMS[form])
        row = xcoms.push(frame())
        assert len(self.list_objects()) == 1
        pd.testing.assert_frame_equal(xcoms.pull(), frame(), check_exact=True)
        xcoms.purge(row)
        assert self.list_objects() == []
