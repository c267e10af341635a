"""Values that nobody can keep exactly, each somewhere inside of one that could be kept."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import types
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from ._example import Example, Library

np: Any = Library("numpy")
pd: Any = Library("pandas")
pl: Any = Library("polars")


def _local_instance() -> Any:
    class Local:
        """No row can name it."""

    return Local()


def _local_text() -> Any:
    class Name(str):
        """Would come back as a ``str``."""

    return Name("x")


def _itself() -> Any:
    value: list[Any] = [1]
    value.append(value)
    return value


def _memmap() -> Any:
    return np.memmap(tempfile.TemporaryFile(), "i8", "w+", shape=2)


def _train(part: Callable[[], Any]) -> Callable[[], Any]:
    return lambda: {"train": [1, 2, 3, part()]}


def _in_train(part: Callable[[], Any], library: str | None = None) -> Example:
    family = {"numpy": "numpy", "pandas": "pandas", "polars": "polars"}.get(library or "", "py")
    return Example(_train(part), family, library, "value['train'][3]")


REFUSED: dict[str, Example] = {
    "an open file": _in_train(lambda: open(os.devnull)),  # noqa: SIM115
    "a lambda": _in_train(lambda: lambda x: x),
    "a built-in function": _in_train(lambda: len),
    "a class": _in_train(lambda: int),
    "a module": _in_train(lambda: types),
    "a generator": _in_train(lambda: (n for n in [1])),
    "an iterator": _in_train(lambda: map(str, [1])),
    "a lock": _in_train(threading.Lock),
    "a socket": _in_train(socket.socket),
    "a view of a dict": _in_train(lambda: {"a": 1}.keys()),
    "a memoryview": _in_train(lambda: memoryview(b"abc")),
    "a mapping proxy": _in_train(lambda: types.MappingProxyType({"a": 1})),
    "a plain object": _in_train(object),
    "an exception": _in_train(lambda: ValueError("x")),
    "a defaultdict of a lambda": _in_train(lambda: defaultdict(lambda: 1)),
    "an instance of a local class": _in_train(_local_instance),
    "a text of a local class": _in_train(_local_text),
    "a lambda at the top": Example(lambda: lambda x: x, "py", None, "value"),
    "a lambda in a tuple in a dict": Example(lambda: {"a": {7: (0, lambda: 1)}}, "py", None, "value['a'][7][1]"),
    "a list in itself": Example(lambda: {"a": [0, _itself()]}, "py", None, "value['a'][1][1]"),
    "a memory-mapped array": _in_train(_memmap, "numpy"),
    "an array of objects with a lambda": Example(
        lambda: {"x": np.array([None, lambda: 1], object)}, "numpy", "numpy", "value['x'][1]"
    ),
    "a DataFrame with a lambda": Example(
        lambda: [pd.DataFrame({"a": [1, 2], "b": [None, lambda: 1]})], "pandas", "pandas", "value[0]['b'][1]"
    ),
    "a DataFrame with a lambda in its attrs": Example(
        lambda: [_with_attrs(pd.DataFrame({"a": [1]}))], "pandas", "pandas", "value[0].attrs['f']"
    ),
    "a polars frame that has not run": _in_train(lambda: pl.LazyFrame({"a": [1]}), "polars"),
}
"""A push of one is refused, and the error names its ``place``."""


def _with_attrs(frame: Any) -> Any:
    frame.attrs = {"f": lambda: 1}
    return frame
