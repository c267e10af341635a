"""Some of what the page of the types claims."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import dateutil.tz
import numpy as np
import pandas as pd
import polars as pl
import pytest

from airflow_xcom_toolkit.errors import UnsupportedTypeError
from tests.pipelines import AT, KEY, pipeline


class Name(str):
    pass


class Frame(pd.DataFrame):
    pass


def itself() -> Any:
    value: list[Any] = []
    value.append(value)
    return value


REFUSED: dict[str, Callable[[pathlib.Path], Any]] = {
    "generators": lambda _: (i for i in "ab"),
    "views": lambda _: {}.keys(),
    "memoryview": lambda _: memoryview(b"x"),
    "proxies": lambda _: MappingProxyType({}),
    "functions": lambda _: len,
    "modules": lambda _: np,
    "files": lambda folder: open(folder / "file", "w"),  # noqa: SIM115
    "subclasses": lambda _: Name("x"),
    "frames": lambda _: Frame(),
    "itself": lambda _: itself(),
    "memmap": lambda folder: np.memmap(folder / "map", "i8", "w+", shape=2),
    "lazyframe": lambda _: pl.LazyFrame(),
    "zone": lambda _: pd.Timestamp("2026-01-01", tz=dateutil.tz.gettz("Europe/Berlin")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, tmp_path: pathlib.Path) -> None:
    """Each value in the table is refused, and nothing is written."""
    store = tmp_path / "store"
    with pytest.raises(UnsupportedTypeError, match="cannot be kept exactly"):
        pipeline(store).push({"deep": [REFUSED[name](tmp_path)]}, AT)
    assert not store.exists()


def test_no_key_of_the_value_in_the_error_of_an_encrypted_push(tmp_path: pathlib.Path) -> None:
    """The place is given by number."""
    with pytest.raises(UnsupportedTypeError, match=r"^value\[part 0\]\[part 3\] of XCom"):
        pipeline(tmp_path, keys=(KEY,)).push({"train": [1, 2, 3, len]}, AT)


def test_two_of_the_same_object_come_back_as_two(tmp_path: pathlib.Path) -> None:
    """Equal, and apart."""
    array = np.arange(3)
    one, other = pipeline(tmp_path).pull(pipeline(tmp_path).push([array, array], AT)).value
    assert one is not other
    np.testing.assert_array_equal(one, other)
