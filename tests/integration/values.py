"""The values that the dags push, so that tasks, tests and scripts agree on what was pushed."""

from __future__ import annotations

import base64
import datetime
import os
from collections import OrderedDict, deque
from decimal import Decimal
from typing import Any
from uuid import UUID


def frame(rows: int = 1000, seed: int = 7) -> Any:
    """A DataFrame of mixed columns, with names, gaps and an index of its own."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(seed)
    made = pd.DataFrame(
        {
            "number": random.normal(size=rows),
            "count": random.integers(-(2**62), 2**62, size=rows),
            "gap": pd.array([None if n % 3 == 0 else n for n in range(rows)], dtype="Int64"),
            "name": [f"row {n} é \N{SNOWMAN}" for n in range(rows)],
            "when": pd.date_range("2013-01-01", periods=rows, freq="h", tz="America/New_York"),
            "kind": pd.Categorical(["a", "b", None, "d"] * (rows // 4) + ["a"] * (rows % 4), ordered=True),
        },
        index=pd.Index(range(5, 5 + rows), name="id"),
    )
    made.attrs["source"] = {"file": "flights.csv", "lines": rows}
    return made


def nested() -> dict[Any, Any]:
    """A dict of nearly everything that JSON loses."""
    import numpy as np
    import pandas as pd

    return {
        "frame": frame(60),
        "array": np.arange(24, dtype=">f4").reshape(2, 3, 4, order="F"),
        "series": pd.Series([1.5, None], name="s", index=["x", "y"]),
        "tuple": (1, (2.0, "three"), [None, True]),
        "floats": [float("nan"), float("inf"), -0.0, 1.0, 1e300],
        "bytes": b"\x00\xff" * 9,
        "text": "NUL \x00, surrogate \ud800, \N{SNOWMAN}",
        "big": 2**80,
        "set": {1, 2, 3},
        "money": Decimal("1.10"),
        "when": datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=5, minutes=45))),
        "span": datetime.timedelta(microseconds=1),
        "id": UUID(int=5),
        "ordered": OrderedDict(z=1, a=2),
        "queue": deque([1, 2], maxlen=3),
        7: {None: "not a string", (1, 2): np.int16(-3)},
        "__classname__": "a reserved key",
        "deep": deep(300),
    }


def odd() -> dict[str, Any]:
    """Short values that are refused on the way to where Airflow stores the arguments of a task."""
    return {
        "floats": [float("nan"), float("inf"), -float("inf")],
        "big": [2**64, -(2**63) - 1, 10**5000],
        "texts": ["\ud800", "\0", {"\ude00\0": "key"}],
        "deep": deep(300),
    }


def deep(levels: int) -> list[Any]:
    """Lists in lists."""
    made: list[Any] = []
    for _ in range(levels):
        made = [made]
    return made


KEYS: dict[str, Any] = {
    "plain": 1,
    "a/b": (1, 2),
    "with space": {"k": b"v"},
    "ключ-鍵": ["ж", 2.0],
    "a.b&c+d=e": "x" * 5000,
}
"""XComs by their keys: such as need quoting in paths and URLs."""

SMALL: dict[str, Any] = {
    "zero": 0,
    "empty": "",
    "false": False,
    "float": 1.0,
    "minus": -0.0,
    "list": [],
    "tuple": (),
    "nan": float("nan"),
    "null_inside": [None],
}
"""XComs by their keys: values that are false, or that SQLite or Airflow would change."""


def canary(name: str) -> str:
    """A secret text that is nowhere else: neither in a file of code, nor in another run."""
    return f"canary-{name}-{os.environ['XCOM_TEST_TOKEN']}"


def number_canary(name: str) -> str:
    """The same of digits, such as the number of a card."""
    return str(int.from_bytes(canary(name).encode(), "big") % 10**16 + 10**16)


SECRET_TASKS = ("text", "nested", "lines", "bytes", "frame", "number", "env", "command", "printed")
SECRET_NAMES = (
    *("text", "nested", "key", "deep", "integer", "line-1", "line-2", "bytes"),
    *("cell", "number", "env", "command", "printed", "refused", "float"),
)


def secrets_to_push() -> dict[str, Any]:
    """What the secret-keeping dag pushes, by task."""
    import pandas as pd

    return {
        "text": canary("text"),
        "nested": {
            "user": {"pass": [canary("nested")], canary("key"): int(number_canary("integer"))},
            "a": {"b": {"c": {"d": {"e": [{"f": canary("deep")}]}}}},
            "float": int(number_canary("float")) / 1e9,
        },
        "lines": f"-----BEGIN-----\n{canary('line-1')}\n{canary('line-2')}\n-----END-----",
        "bytes": canary("bytes").encode(),
        "frame": pd.DataFrame({"who": [canary("cell")] * 3, "n": [1, 2, 3]}),
        "number": number_canary("number"),
        "env": canary("env"),
        "command": canary("command"),
        "printed": canary("printed"),
    }


def canaries() -> dict[str, str]:
    """Every secret, by name."""
    found = {name: number_canary(name) if name in ("number", "integer") else canary(name) for name in SECRET_NAMES}
    return {**found, "float": str(int(number_canary("float")) / 1e9)}


def disguises(secret: str) -> list[bytes]:
    """The forms in which bytes may still give ``secret`` away: as text, as UTF-16, in hex, and inside base64."""
    raw = secret.encode()
    inner = [base64.b64encode(b"\x00" * pad + raw)[4 if pad else 0 : -4] for pad in range(3)]
    return [raw, secret.encode("utf-16-le"), raw.hex().encode(), *inner]
