"""The values, the same on every machine; and how the libraries alone keep them."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from typing import Any

from .options import MB

CHUNK = 4 * 1024 * 1024


def mixed_frame(megabytes: float) -> Any:
    """Numbers, times, texts, and categories; so many bytes in Arrow's form."""
    rows = max(1, int(megabytes * MB / (_frame_of(1000).memory_usage(deep=False).sum() / 1000)))
    return _frame_of(rows)


def _frame_of(rows: int) -> Any:
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(1)
    words = np.array(["alpha", "beta", "gamma", "a longer text here"])
    return pd.DataFrame(
        {
            "price": random.random(rows),
            "count": random.integers(0, 1000, rows),
            "time": pd.date_range("2020-01-01", periods=rows, freq="s"),
            "name": pd.array(words[random.integers(0, len(words), rows)]),
            "kind": pd.Categorical.from_codes(random.integers(0, 3, rows), ["x", "y", "z"]),
            "score": random.random(rows),
        }
    )


def float_array(megabytes: float) -> Any:
    import numpy as np

    return np.random.default_rng(1).random(max(1, int(megabytes * MB / 8)))


def write_frame(frame: Any, file: Any) -> None:
    """As a stream of Arrow IPC."""
    import pyarrow as pa

    table = pa.Table.from_pandas(frame)
    with pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)


def read_frame(source: str | bytes) -> Any:
    """From a path, or from bytes."""
    import pyarrow as pa

    file = pa.OSFile(source) if isinstance(source, str) else pa.BufferReader(source)
    return pa.ipc.open_stream(file).read_all().to_pandas()


def write_array(array: Any, file: Any) -> None:
    import numpy as np

    np.save(file, array, allow_pickle=False)


def read_array(source: str | bytes) -> Any:
    import numpy as np

    return np.load(source if isinstance(source, str) else io.BytesIO(source), allow_pickle=False)


def encoded(write: Callable[[Any, Any], None], value: Any) -> bytes:
    """The bytes that ``write`` writes."""
    file = io.BytesIO()
    write(value, file)
    return file.getvalue()


def hashing(data: bytes) -> Callable[[], Any]:
    """One SHA-256 of the bytes."""
    return lambda: hashlib.sha256(data).digest()


def sealing(data: bytes) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """AES-256-GCM over the bytes in chunks, and back: nothing else."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    aead, view = AESGCM(os.urandom(32)), memoryview(data)
    nonces = [number.to_bytes(12, "big") for number in range(len(data) // CHUNK + 1)]
    chunks = [view[number * CHUNK : (number + 1) * CHUNK] for number in range(len(nonces))]
    sealed = [aead.encrypt(nonce, chunk, None) for nonce, chunk in zip(nonces, chunks)]

    def seal() -> None:
        for nonce, chunk in zip(nonces, chunks):
            aead.encrypt(nonce, chunk, None)

    def open_() -> None:
        for nonce, chunk in zip(nonces, sealed):
            aead.decrypt(nonce, chunk, None)

    return seal, open_
