"""Large values stream: between a handler and the object, nothing holds the whole body."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.pipelines import AT, KEY, pipeline

MB = 1 << 20
VALUES = {
    "array": lambda: np.random.default_rng(0).random(8 * MB),
    "frame": lambda: pd.DataFrame(np.random.default_rng(0).random((MB, 8)), columns=list("abcdefgh")),
    "bytes": lambda: bytearray(64 * MB),
}


def peak(work: Callable[[], Any]) -> int:
    """Bytes that ``work`` held at most, beyond what was there."""
    tracemalloc.start()
    try:
        kept = work()
        return tracemalloc.get_traced_memory()[1] if kept is not None else -1
    finally:
        tracemalloc.stop()


CASES = [("array", None), ("frame", None), ("bytes", None), ("bytes", "gzip")]


@pytest.mark.parametrize("keys", [(), (KEY,)], ids=["plain", "encrypted"])
@pytest.mark.parametrize(("name", "compression"), CASES)
def test_64_mb_are_pushed_and_pulled_with_little_more(
    name: str, keys: tuple[str, ...], compression: str | None, tmp_path: Path
) -> None:
    pipe = pipeline(tmp_path, keys=keys, compression=compression)
    value = VALUES[name]()
    rows: list[Any] = []
    assert peak(lambda: rows.append(pipe.push(value, AT)) or rows) < 32 * MB
    assert 0 <= peak(lambda: pipe.pull(rows[0], AT).value) < (64 + 48) * MB
