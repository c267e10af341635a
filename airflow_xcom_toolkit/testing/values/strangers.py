"""Values that are nearly of a type that every backend keeps, and are not; and objects that resist being looked at."""

from __future__ import annotations

import collections
import datetime
import enum
from collections.abc import Callable, Mapping
from decimal import Decimal
from importlib.util import find_spec
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from uuid import UUID


class MyDict(dict):  # type: ignore[type-arg]
    """A subclass that says nothing of its own."""


class MyList(list):  # type: ignore[type-arg]
    """The same."""


class MyTuple(tuple):  # type: ignore[type-arg]
    """The same."""


class MySet(set):  # type: ignore[type-arg]
    """The same."""


class MyFrozenSet(frozenset):  # type: ignore[type-arg]
    """The same."""


class MyInt(int):
    """The same."""


class MyFloat(float):
    """The same."""


class MyStr(str):
    """The same."""


class MyBytes(bytes):
    """The same."""


class MyByteArray(bytearray):
    """The same."""


class MyComplex(complex):
    """The same."""


class MyDecimal(Decimal):
    """The same."""


class MyUUID(UUID):
    """The same."""


class MyDate(datetime.date):
    """The same."""


class MyDateTime(datetime.datetime):
    """The same."""


class MyPath(PurePosixPath):
    """The same."""


class MyOrderedDict(collections.OrderedDict):  # type: ignore[type-arg]
    """The same."""


class MyDeque(collections.deque):  # type: ignore[type-arg]
    """The same."""


class MyPoint(NamedTuple):
    """A named tuple, which JSON makes a list of."""

    x: int
    y: int


class MyNumber(enum.IntEnum):
    """An enum whose members are ints, too."""

    ONE = 1


class MyWord(str, enum.Enum):
    """An enum whose members are texts, too."""

    WORD = "word"


def _my_array() -> Any:
    import numpy as np

    class MyArray(np.ndarray):
        """The same."""

    return np.arange(3).view(MyArray)


def _my_frame() -> Any:
    import pandas as pd

    class MyFrame(pd.DataFrame):  # type: ignore[misc]
        """The same."""

    return MyFrame({"a": [1, 2]})


def _my_series() -> Any:
    import pandas as pd

    class MySeries(pd.Series):  # type: ignore[misc]
        """The same."""

    return MySeries([1, 2])


SUBCLASSES: Mapping[str, Callable[[], Any]] = {
    "dict": lambda: MyDict(a=1),
    "list": lambda: MyList([1]),
    "tuple": lambda: MyTuple([1]),
    "set": lambda: MySet([1]),
    "frozenset": lambda: MyFrozenSet([1]),
    "int": lambda: MyInt(7),
    "float": lambda: MyFloat(0.5),
    "str": lambda: MyStr("text"),
    "bytes": lambda: MyBytes(b"bytes"),
    "bytearray": lambda: MyByteArray(b"bytes"),
    "complex": lambda: MyComplex(1j),
    "Decimal": lambda: MyDecimal("1.10"),
    "UUID": lambda: MyUUID(int=5),
    "date": lambda: MyDate(2024, 2, 29),
    "datetime": lambda: MyDateTime(2024, 2, 29, 12, tzinfo=datetime.timezone.utc),
    "path": lambda: MyPath("a/b"),
    "OrderedDict": lambda: MyOrderedDict(a=1),
    "deque": lambda: MyDeque([1]),
    "named tuple": lambda: MyPoint(1, 2),
    "IntEnum": lambda: MyNumber.ONE,
    "str and Enum": lambda: MyWord.WORD,
    **({"ndarray": _my_array} if find_spec("numpy") else {}),
    **({"DataFrame": _my_frame, "Series": _my_series} if find_spec("pandas") else {}),
}
"""By what they derive from."""

HASHABLE = (
    "tuple",
    "frozenset",
    "int",
    "float",
    "str",
    "bytes",
    "Decimal",
    "UUID",
    "date",
    "path",
    "named tuple",
    "IntEnum",
)
"""Those that may be keys."""


class Plain:
    """An object of a class that nobody knows."""


class Hostile:
    """Whatever is asked of it beyond its type, it fails."""

    __hash__ = None  # type: ignore[assignment]

    def _fails(self, *_: Any) -> Any:
        raise RuntimeError("this object is not to be looked at")

    __repr__ = __str__ = __eq__ = __ne__ = __bool__ = __len__ = __iter__ = __getitem__ = __contains__ = _fails
    __reduce__ = __reduce_ex__ = __getstate__ = __dir__ = __format__ = __float__ = __int__ = __index__ = _fails
    __lt__ = __array__ = __dataframe__ = __arrow_c_stream__ = keys = items = to_dict = model_dump = serialize = _fails
