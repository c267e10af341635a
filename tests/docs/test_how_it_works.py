"""The size that is compared with the threshold is the one that the page names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from airflow_xcom_toolkit.errors import ValueTooLargeError
from tests.pipelines import AT, KEY, objects, pipeline
from tests.roundtrip import dumped

TEXT = {"names": ["zażółć gęślą jaźń"] * 20, "ok": True}
ARRAY = {"array": np.zeros(500), "scale": 2.5, "blob": b"x" * 700}
SIZES: list[tuple[Any, int]] = [
    (TEXT, len(json.dumps(TEXT))),
    (ARRAY, sum(map(len, dumped(ARRAY)))),
]


@pytest.mark.parametrize(("value", "size"), SIZES, ids=["json", "body and tree"])
@pytest.mark.parametrize("compression", [None, "gzip"])
def test_a_value_greater_than_the_threshold_is_an_object(
    value: Any, size: int, compression: str | None, tmp_path: Path
) -> None:
    """Not one that is as large; and what compression makes of it does not count."""
    pipeline(tmp_path, threshold=size, compression=compression).push(value, AT)
    assert not objects(tmp_path)
    pipeline(tmp_path, threshold=size - 1, compression=compression).push(value, AT)
    assert bool(objects(tmp_path)) == (value is ARRAY or not fits_compactly(value, size - 1))


def fits_compactly(value: Any, threshold: int) -> bool:
    """JSON that is no longer inert becomes a tree, whose text has no blanks."""
    return len(json.dumps(value, separators=(",", ":"))) <= threshold


@pytest.mark.parametrize("keys", [(), (KEY,)], ids=["plain", "encrypted"])
def test_encryption_does_not_count(keys: tuple[str, ...], tmp_path: Path) -> None:
    """The body and the tree are measured before they are sealed."""
    size = SIZES[1][1]
    pipeline(tmp_path, threshold=size, keys=keys).push(ARRAY, AT)
    assert not objects(tmp_path)


def test_the_limit_is_compared_with_the_same_size(tmp_path: Path) -> None:
    """A value as large as ``max_value_bytes`` passes, one byte less does not."""
    size = SIZES[1][1]
    pipeline(tmp_path, threshold=None, max_value_bytes=size).push(ARRAY, AT)
    with pytest.raises(ValueTooLargeError):
        pipeline(tmp_path, threshold=None, max_value_bytes=size - 1).push(ARRAY, AT)


def test_what_a_row_takes(tmp_path: Path) -> None:
    """A few times the threshold; of an offloaded value, a few KiB."""
    size = SIZES[1][1]
    for keys in ((), (KEY,)):
        assert len(json.dumps(pipeline(tmp_path, threshold=size, keys=keys).push(ARRAY, AT))) < 3 * size
        many = pipeline(tmp_path, threshold=0, keys=keys).push([np.zeros(3)] * 5000, AT)
        assert len(json.dumps(many)) < 4096
