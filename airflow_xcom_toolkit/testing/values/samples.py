"""A few values that stand for many, for promises that each hold of every value; each is made anew at every call."""

from __future__ import annotations

import base64
import datetime
import hashlib
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from importlib.util import find_spec
from typing import Any
from uuid import UUID

from . import EXAMPLES, JSON_EXAMPLES

Make = Callable[[], Any]


def nested() -> dict[Any, Any]:
    """What Python has, some levels deep: containers that change, and leaves that JSON loses."""
    return {
        "list": [1, [2.0, ("three", [None, True])], {"four": [b"5"]}],
        "bytes": bytearray(range(256)) * 3,
        "sets": [{1, 2, 3}, frozenset({("a", 1)})],
        "queue": deque([[1], [2]], maxlen=5),
        "ordered": OrderedDict(z=[1], a={"b": []}),
        (1, "key"): [Decimal("1.10"), UUID(int=5), datetime.date(2024, 2, 29)],
    }


def text() -> str:
    """Larger than what most would keep in a row, and of more than one byte a character."""
    return "é \N{SNOWMAN} \N{GRINNING FACE} " * 500


def noise(seed: str) -> str:
    """4000 letters that no compression makes much shorter, always the same of a seed."""
    return base64.b64encode(hashlib.shake_256(seed.encode()).digest(3000)).decode()


def raw() -> bytes:
    """Every byte there is."""
    return bytes(range(256)) * 8


def array() -> Any:
    """Floats whose memory is in Fortran's order."""
    import numpy as np

    return np.asfortranarray(np.arange(600.0).reshape(20, 30))


def read_only_array() -> Any:
    """An array that cannot be written to where it is pushed."""
    import numpy as np

    made = np.arange(300, dtype=">i4")
    made.flags.writeable = False
    return made


def arrays() -> dict[str, Any]:
    """Arrays of other kinds, among other values."""
    import numpy as np

    return {
        "times": (np.array(["2024-02-29", "NaT"], dtype="M8[s]"),),
        "truths": np.array([[True], [False]]),
        "records": np.array([(1, 2.5), (3, 4.5)], dtype=[("n", "i8"), ("x", "f4")]),
        "strided": [np.arange(40, dtype="u2")[::-2]],
    }


def frame() -> Any:
    """A DataFrame of mixed columns, with an index, a name and ``attrs`` of its own."""
    import pandas as pd

    made = pd.DataFrame(
        {
            "number": [0.5, float("nan"), -1.0, 2.5],
            "other": [1.5, 2.5, 3.5, 4.5],
            "count": [1, 2, 3, 4],
            "gap": pd.array([1, None, 3, 4], dtype="Int64"),
            "name": ["a", "é", None, "d"],
            "kind": pd.Categorical(["x", "y", None, "y"]),
            "when": pd.date_range("2024-01-01", periods=4, freq="h", tz="Europe/Paris"),
        },
        index=pd.Index([5, 6, 7, 8], name="id"),
    )
    made.attrs["source"] = {"files": ["flights.csv"]}
    return made


def series() -> Any:
    """A Series with a name."""
    import pandas as pd

    return pd.Series([1.5, 2.5, 3.5], index=["x", "y", "z"], name="s")


def table() -> Any:
    """An Arrow table."""
    import pyarrow as pa

    return pa.table({"a": [1, None, 3], "b": ["x", "y", None]})


def polars_frame() -> Any:
    """A polars DataFrame."""
    import polars as pl

    return pl.DataFrame({"a": [1, None, 3], "b": ["x", "y", None]})


_OF_LIBRARIES: Mapping[str, Mapping[str, Make]] = {
    "numpy": {"array": array, "arrays": lambda: {**arrays(), "read-only": read_only_array()}},
    "pandas": {"frame": frame, "frames": lambda: [{"f": frame()}, (series(),)]},
    "pyarrow": {"table": table},
    "polars": {"polars frame": polars_frame},
}


def _installed() -> Iterator[tuple[str, Make]]:
    for library, samples in _OF_LIBRARIES.items():
        if find_spec(library) is not None:
            yield from samples.items()


SAMPLES: Mapping[str, Make] = {"nested": nested, "long text": text, "bytes": raw, **dict(_installed())}
"""Values of the kinds that are kept in different ways; of each library that is installed."""

JSON: Mapping[str, Make] = {name: EXAMPLES[name].make for name in JSON_EXAMPLES if name != "None"}
"""What Airflow itself keeps exactly; but for None, which Airflow 3.0 refuses to store."""
