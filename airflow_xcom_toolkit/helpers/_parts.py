"""The grammar of paths, and what each part of one reads.

path = part, then further parts: ``name`` after a dot (letters, digits, ``_`` and ``-``), ``["any text"]`` or
``['any text']`` (a backslash keeps the next character), ``[0]`` or ``[-1]``.
"""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import PathSyntaxError

MISSING: Any = object()

_PART = re.compile(
    r"""
    \.(?P<name>[\w-]+)
    | \[(?P<index>-?[0-9]{1,18})\]
    | \[(?P<quote>["'])(?P<text>(?:\\.|(?!(?P=quote))[^\\])*)(?P=quote)\]
    """,
    re.X | re.S,
)


@dataclass(frozen=True)
class PathPart:
    """One part of a path: a name, or a number; ``text`` is how the path has it."""

    value: str | int
    text: str
    is_quoted: bool = False


def parse(path: str) -> list[PathPart]:
    """The parts of a path. Raises `PathSyntaxError`, which shows where it breaks off."""
    if not isinstance(path, str):
        raise TypeError(f"A path is a text, such as 'extract.return_value.name'; this is of type {type(path).__name__}")
    text = path if path.startswith("[") else f".{path}"
    shift = len(text) - len(path)
    parts, at = [], 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None:
            raise PathSyntaxError(path, max(at - shift, 0), 'a .name, ["name"] or [0] is expected')
        parts.append(_part(found, at == 0))
        at = found.end()
    return parts


def _part(found: re.Match[str], is_first: bool) -> PathPart:
    text = found[0].removeprefix(".") if is_first else found[0]
    if found["index"]:
        return PathPart(int(found["index"]), text)
    if found["quote"]:
        return PathPart(re.sub(r"\\(.)", r"\1", found["text"], flags=re.S), text, is_quoted=True)
    return PathPart(found["name"], text)


def read(value: Any, part: PathPart) -> Any:
    """What ``part`` names inside ``value``, or `MISSING`. No method is called, and no attribute but a field is read."""
    if isinstance(value, Mapping):
        return value.get(part.value, MISSING)
    if isinstance(part.value, int):
        return _item(value, part.value)
    return _column(value, part.value) if _is_frame(value) else _field(value, part.value)


def _item(value: Any, index: int) -> Any:
    if not _is_array(value):
        return MISSING
    try:
        return value.iloc[index] if _is_a(value, "pandas", "Series") else value[index]
    except IndexError:
        return MISSING


def _is_array(value: Any) -> bool:
    if isinstance(value, Sequence):
        return not isinstance(value, (str, bytes, bytearray, memoryview))
    return (
        _is_a(value, "numpy", "ndarray")
        or _is_a(value, "pandas", "Series", "Index")
        or _is_a(value, "polars", "Series")
        or _is_a(value, "pyarrow", "Array", "ChunkedArray")
    )


def _is_frame(value: Any) -> bool:
    return (
        _is_a(value, "pandas", "DataFrame") or _is_a(value, "polars", "DataFrame") or _is_a(value, "pyarrow", "Table")
    )


def _column(frame: Any, name: str) -> Any:
    """A name that an Arrow table has twice names none of them."""
    if _is_a(frame, "pyarrow", "Table"):
        return frame[name] if frame.column_names.count(name) == 1 else MISSING
    return frame[name] if name in _names(frame.columns) else MISSING


def _names(columns: Any) -> list[str]:
    """Those that are text: pandas finds a time by text, too, and gives all columns of a year for ``"2024"``."""
    labels = columns.get_level_values(0) if _is_a(columns, "pandas", "Index") else columns
    return [label for label in labels if isinstance(label, str)]


def _field(value: Any, name: str) -> Any:
    return getattr(value, name, MISSING) if name in _fields(value) and not name.startswith("_") else MISSING


def _fields(value: Any) -> Sequence[str]:
    """The names that the class of a value declares as fields."""
    cls = type(value)
    if dataclasses.is_dataclass(cls):
        return [field.name for field in dataclasses.fields(cls)]
    if isinstance(value, tuple):
        return getattr(cls, "_fields", ())
    if _is_a(value, "pydantic", "BaseModel"):
        return list(cls.model_fields)
    return [field.name for field in getattr(cls, "__attrs_attrs__", ())]


def _is_a(value: Any, module: str, *names: str) -> bool:
    """Whether ``value`` is of one of these classes. A library that is not loaded has no values."""
    loaded = sys.modules.get(module)
    classes = tuple(cls for name in names if isinstance(cls := getattr(loaded, name, None), type))
    return isinstance(value, classes)
