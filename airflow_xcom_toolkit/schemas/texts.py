"""Constants and classes as JSON and text, the same in every process: no order of hashes, no addresses."""

from __future__ import annotations

import math
from enum import Enum
from typing import Any


def constant(value: Any) -> Any:
    """JSON for a constant; what is not JSON by its type, and by what it says of itself where that is no address."""
    if value is None or type(value) in (str, int, bool) or (type(value) is float and math.isfinite(value)):
        return value
    if isinstance(value, Enum):
        return {"x-python-type": name_of(type(value)), "x-text": value.name}
    text = {} if _ADDRESS in repr(value) else {"x-text": text_of(value)}
    return {"x-python-type": name_of(type(value)), **text}


_ADDRESS = " at 0x"


def text_of(value: Any) -> str:
    """As ``repr``, but the same in every process: no order of hashes, no addresses."""
    if isinstance(value, Enum):
        return f"{name_of(type(value))}.{value.name}"
    if isinstance(value, type):
        return name_of(value)
    if value and type(value) in _ORDERED:
        return _ORDERED[type(value)].format(", ".join(map(text_of, value)) + _comma(value))
    if value and type(value) in _SETS:
        return _SETS[type(value)].format(", ".join(sorted(map(text_of, value))))
    if type(value) is dict:
        return "{" + ", ".join(f"{text_of(k)}: {text_of(v)}" for k, v in value.items()) + "}"
    return name_of(type(value)) if _ADDRESS in repr(value) else repr(value)


def _comma(value: Any) -> str:
    return "," if type(value) is tuple and len(value) == 1 else ""


_ORDERED: dict[Any, str] = {list: "[{}]", tuple: "({})"}
_SETS: dict[Any, str] = {set: "{{{}}}", frozenset: "frozenset({{{}}})"}


def name_of(cls: Any) -> str:
    if not isinstance(cls, type):
        return str(getattr(cls, "__forward_arg__", cls))
    return f"{cls.__module__.partition('.')[0]}.{cls.__qualname__}".removeprefix("builtins.")
