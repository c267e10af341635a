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


MANY = {
    "frames": lambda: {str(i): pd.DataFrame(np.random.default_rng(i).random((MB // 80, 10))) for i in range(64)},
    "arrays": lambda: [np.random.default_rng(i).random(MB // 64) for i in range(512)],
}


@pytest.mark.parametrize("keys", [(), (KEY,)], ids=["plain", "encrypted"])
@pytest.mark.parametrize("name", MANY)
def test_a_value_of_many_parts_is_never_held_twice(name: str, keys: tuple[str, ...], tmp_path: Path) -> None:
    """Its tree is behind its leaves, which are read first, and given up as the value grows."""
    pipe = pipeline(tmp_path, keys=keys)
    row = pipe.push(MANY[name](), AT)
    assert keys or isinstance(row["__data__"]["tree"], list)
    before = resident()
    Path("/proc/self/clear_refs").write_text("5")
    pulled = pipe.pull(row).value
    assert resident("VmHWM") - before < (64 + 48) * MB
    assert len(pulled) == len(MANY[name]())


def resident(field: str = "VmRSS") -> int:
    """Bytes of memory that this process has of the system."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(field))


def test_bytes_are_pulled_without_a_second_copy(tmp_path: Path) -> None:
    """They cannot be filled in place."""
    pipe = pipeline(tmp_path)
    row = pipe.push(bytes(64 * MB), AT)
    assert 0 <= peak(lambda: pipe.pull(row).value) < (64 + 48) * MB


def test_a_large_text_is_not_made_twice_to_be_pushed(tmp_path: Path) -> None:
    """Neither to see how long its JSON is, nor to write it."""
    pipe, value = pipeline(tmp_path, threshold=1000), "x" * (32 * MB)
    assert peak(lambda: pipe.push(value, AT)) < (32 + 24) * MB


def test_a_parquet_file_of_texts_has_them_once(tmp_path: Path) -> None:
    """Beside the columns it has what their types are, and no text for that."""
    pipe = pipeline(tmp_path, dataframe_format="parquet")
    texts = np.random.default_rng(0).bytes(MB).hex()
    frame = pd.DataFrame({"text": [texts[at : at + 64] for at in range(0, len(texts), 64)]})
    row: Any = pipe.push(frame, AT)
    assert row["__data__"]["body"]["size"] < 1.2 * len(texts)
