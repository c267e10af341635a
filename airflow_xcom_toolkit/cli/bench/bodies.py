"""Bytes of many kinds, as the type handlers write them: the same ones of each size in every run."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from ...abc import HandlerContext
from ...allow_list import AirflowClassGate
from ...handlers.tree import TreeDumper
from ...registry import HandlerRegistry
from ...streams import ByteSink

_WORDS = 5000


def body(name: str, size: int) -> bytes:
    """About so many bytes of data of this kind."""
    import numpy as np

    value = BODIES[name](np.random.default_rng(0), size)
    tree = TreeDumper(HandlerRegistry(), HandlerContext(AirflowClassGate())).dump(value)
    sink = ByteSink()
    tree.write(sink)
    return bytes(sink.data) or tree.text().encode()


def _zeros(rng: Any, size: int) -> Any:
    import numpy as np

    return np.zeros(size // 8)


def _prices(rng: Any, size: int) -> Any:
    import numpy as np

    return np.round(rng.gamma(2, 50, size // 8), 2)


def _times(rng: Any, size: int) -> Any:
    import numpy as np

    return np.datetime64("2020-01-01", "ms") + rng.integers(0, 60_000, size // 8).cumsum()


def _wave(rng: Any, size: int) -> Any:
    import numpy as np

    count = size // 4
    return (np.sin(np.arange(count) / 1000) + rng.normal(0, 1e-3, count)).astype("f4")


def _words(rng: Any, count: int) -> Any:
    """Words of a made-up language; as in others, a few are used often."""
    import numpy as np

    letters = rng.choice(list("etaoinshrdlucmwfgypbvk"), (_WORDS, 8), p=np.arange(22, 0, -1) / 253)
    words = np.array(["".join(row[: 2 + i % 7]) for i, row in enumerate(letters)], object)
    weights = 1 / np.arange(1, _WORDS + 1)
    return words[rng.choice(_WORDS, count, p=weights / weights.sum())]


def _categories(rng: Any, size: int) -> Any:
    import pandas as pd

    return pd.Series(pd.Categorical.from_codes(rng.integers(0, 9, size), list("abcdefghi")))


def _mixed(rng: Any, size: int) -> Any:
    import pandas as pd

    rows = size // 48
    return pd.DataFrame(
        {
            "price": _prices(rng, rows * 8),
            "count": rng.integers(0, 1000, rows),
            "at": pd.date_range("2020", periods=rows, freq="s"),
            "word": _words(rng, rows),
            "kind": pd.Categorical.from_codes(rng.integers(0, 3, rows), ["x", "y", "z"]),
            "score": rng.random(rows),
        }
    )


def _strings(rng: Any, size: int) -> Any:
    import numpy as np
    import pandas as pd

    rows = size // 28
    users = np.char.add("user-", rng.integers(10**7, 10**8, rows).astype(str)).astype(object)
    return pd.DataFrame({"word": _words(rng, rows), "user": users})


def _records(rng: Any, size: int) -> Any:
    words, amounts = _words(rng, size // 66), _prices(rng, size // 66 * 8)
    pairs = enumerate(zip(words.tolist(), amounts.tolist()))
    return [{"id": i, "user": word, "amount": amount, "ok": i % 3 == 0, "note": None} for i, (word, amount) in pairs]


def _parquet(rng: Any, size: int) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    file = io.BytesIO()
    parquet.write_table(pa.Table.from_pandas(_mixed(rng, 2 * size)), file)
    return file.getvalue()


Make = Callable[[Any, int], Any]
BODIES: dict[str, Make] = {
    "zeros": _zeros,
    "whole numbers below 1,000": lambda rng, size: rng.integers(0, 1000, size // 8),
    "prices with two decimals": _prices,
    "times in order": _times,
    "categories": _categories,
    "a mixed DataFrame": _mixed,
    "strings in a DataFrame": _strings,
    "text": lambda rng, size: " ".join(_words(rng, size // 5)).encode(),
    "JSON": _records,
    "a wave with noise, float32": _wave,
    "random floats": lambda rng, size: rng.random(size // 8),
    "a Parquet file, as bytes": _parquet,
    "random bytes": lambda rng, size: rng.bytes(size),
}
