"""Keys of objects."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.placement.paths import MAX_KEY_BYTES, checked_key, object_key

names = st.text(max_size=250) | st.sampled_from(["", ".", "..", "a/b", "../x", "%2E", "a\\b", "\x00", "ü" * 200])


@given(names, names, names, st.text(max_size=512))
def test_any_coordinate_gives_a_key_inside_the_store(dag: str, run: str, task: str, key: str) -> None:
    found = object_key(Coordinate(dag, run, task, -1, key), ".arrow.zst", prefix_bytes=100)
    assert checked_key(found) == found
    assert found.isascii()
    assert len(found) <= MAX_KEY_BYTES - 100
    assert len(found.split("/")) == 5
    assert all(len(part) <= 255 for part in found.split("/"))


def test_the_key_is_readable() -> None:
    at = Coordinate("etl", "manual__2026", "extract", -1, "return_value", instance="0193")
    found = object_key(at, ".arrow")
    assert found.startswith("etl/manual__2026/extract/ti-0193/return_value.")
    assert found.endswith(".arrow")


def test_no_two_writes_share_a_key() -> None:
    at = Coordinate("d", "r", "t", -1, "k")
    assert len({object_key(at, ".npy") for _ in range(100)}) == 100


@pytest.mark.parametrize(("one", "other"), [("a/b", "a%2Fb"), ("x" * 400 + "1", "x" * 400 + "2")])
def test_different_names_never_share_a_folder(one: str, other: str) -> None:
    folders = {object_key(Coordinate(name, "r", "t", -1, "k"), "").split("/")[0] for name in (one, other)}
    assert len(folders) == 2
