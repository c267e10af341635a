"""What the dags push: each host makes it for itself, so that what came over can be compared."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

CANARIES = ("cell", "name", "part", "first try", "second try", "again", "relayed", "wrong key")


def canary(name: str) -> str:
    """A secret text that is in no file of code."""
    return "canary" + hashlib.sha256(name.encode()).hexdigest()[:16]


def frame(rows: int = 1000) -> Any:
    """A DataFrame of mixed columns, with gaps, an index of its own, and a secret in each row."""
    import numpy as np
    import pandas as pd

    return pd.DataFrame(
        {
            "number": np.random.default_rng(7).normal(size=rows),
            "gap": pd.array([None if n % 3 == 0 else n for n in range(rows)], dtype="Int64"),
            "who": [f"{canary('cell')} {n}" for n in range(rows)],
            "when": pd.date_range("2026-01-01", periods=rows, freq="h", tz="Europe/Paris"),
        },
        index=pd.Index(range(5, 5 + rows), name="id"),
    )


def arrays() -> dict[str, Any]:
    """Arrays whose type, shape and memory order shall stay, and a secret between them."""
    import numpy as np

    grid = np.arange(24, dtype=">f4").reshape(2, 3, 4, order="F")
    return {"grid": grid, "mask": np.eye(3, dtype=bool), "name": canary("name")}


def parts() -> list[Any]:
    """What a task is mapped over."""
    return [(size, canary("part"), b"\x00\xff" * size) for size in (100, 2000)]


def secret(name: str) -> dict[Any, Any]:
    """A value that JSON does not keep, with a secret in it."""
    return {"text": canary(name), 7: (Decimal("1.10"), canary(name).encode())}
