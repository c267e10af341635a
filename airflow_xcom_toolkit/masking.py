"""Keeping decrypted values out of what Airflow shows and stores, as text: logs, and the rendered arguments of tasks.

For logs there is Airflow's secrets masker. It is one regular expression, compiled anew for each text it is told, in the
task and in its supervisor; so it is told few: whole values as they print, then strings, numbers, printed lines.

For rendered arguments, which Airflow stores, `Decrypted` knows more: every part of a value, the keys of dicts too; and
it looks at numbers, at keys, and at any depth, which Airflow's masker passes over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import Any

MAX_MASKED, MAX_MASKED_CHARACTERS = 100, 4_000
"""How much one process tells Airflow's masker: a fifth of a second, in the task and in its supervisor."""
MAX_PARTS = 10_000
MIN_LENGTH = 5
MAX_LENGTH = 10_000
MAX_CELLS = 2_000
MASK = "***"
_PRINTED = frozenset({"pandas", "numpy", "polars", "pyarrow"})


class Decrypted:
    """The texts of what this process decrypted."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._texts: set[str] = set()
        self.left_out = 0

    def add(self, value: Any) -> list[str]:
        """The texts that Airflow's masker is to be told of ``value``; `left_out` counts those beyond its bound."""
        self._texts.update(islice(texts_of(value, keys=True), MAX_PARTS))
        self.__dict__.pop("_pattern", None)
        new = [text for text in dict.fromkeys(islice(texts_of(value), MAX_PARTS)) if text not in self._told]
        told = [text for text in new if self._tell(text)]
        self.left_out += len(new) - len(told)
        return told

    def _tell(self, text: str) -> bool:
        characters = sum(map(len, self._told)) + len(text)
        if len(self._told) >= MAX_MASKED or characters > MAX_MASKED_CHARACTERS:
            return False
        self._told.add(text)
        return True

    def masked(self, rendered: Any) -> Any:
        """``rendered``, which is JSON, with every decrypted text in it replaced."""
        if isinstance(rendered, dict):
            return {self._masked_text(key): self.masked(value) for key, value in rendered.items()}
        if isinstance(rendered, (list, tuple)):
            return [self.masked(value) for value in rendered]
        if rendered is None or isinstance(rendered, bool):
            return rendered
        if isinstance(rendered, str):
            return self._masked_text(rendered)
        return MASK if str(rendered) in self._texts else rendered

    def _masked_text(self, text: str) -> str:
        return MASK if text in self._texts else self._pattern.sub(MASK, text)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self._texts, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


def texts_of(value: Any, *, keys: bool = False) -> Iterator[str]:
    """The texts that ``value`` would appear as: whole, its parts, and the lines of what prints as a table."""
    parts = list(islice(_parts(value, keys), MAX_PARTS))
    whole = [] if isinstance(value, (str, bytes, bytearray)) else [str(value), repr(value)]
    lines = (line for part in parts if _is_printed(part) for line in _lines(f"{part}\n{part!r}"))
    forms = (form for part in parts if not _is_printed(part) for form in _forms(part))
    return (text for text in (*whole, *forms, *lines) if MIN_LENGTH <= len(text) <= MAX_LENGTH)


def _parts(value: Any, keys: bool) -> Iterator[Any]:
    """The leaves of ``value`` in their order; strings in the cells of frames and arrays, if those are few.

    Of the keys of dicts all, or those that are no words.
    """
    stack = [value]
    while stack:
        part = stack.pop()
        if isinstance(part, dict):
            stack += reversed([*part.values(), *(key for key in part if keys or not _is_word(key))])
        elif isinstance(part, (list, tuple, set, frozenset)):
            stack += reversed(list(part))
        elif part is not None and not isinstance(part, bool):
            yield part
            stack += _inside(part)


def _is_word(key: Any) -> bool:
    """Whether masking ``key`` would hide ordinary words of logs: ``failed``, ``return_value``."""
    return isinstance(key, str) and key.isidentifier()


def _inside(part: Any) -> Iterable[Any]:
    if _is_printed(part):
        return _cells(part)
    if isinstance(part, (str, bytes, bytearray, int, float)):
        return ()
    return getattr(part, "__dict__", {}).values()


def _is_printed(part: Any) -> bool:
    """Whether ``part`` prints as a table: a frame, a series, an array."""
    return (
        type(part).__module__.partition(".")[0] in _PRINTED and hasattr(part, "__len__") and not isinstance(part, str)
    )


def _cells(part: Any) -> list[Any]:
    size = getattr(part, "size", None)
    if not isinstance(size, int) or size > MAX_CELLS:
        return []
    array = part.to_numpy() if hasattr(part, "to_numpy") else part
    return [cell for cell in array.ravel().tolist() if isinstance(cell, (str, bytes))]


def _forms(part: Any) -> Iterable[str]:
    """A text as it is, as ``repr`` and JSON escape it, and line by line."""
    if isinstance(part, str):
        return dict.fromkeys((part, repr(part)[1:-1], json.dumps(part)[1:-1], *_lines(part)))
    if isinstance(part, (bytes, bytearray)):
        data = bytes(part[:MAX_LENGTH])
        text = data.decode("utf-8", "replace")
        return dict.fromkeys((text, repr(data)[2:-1], *_lines(text)))
    return (str(part), repr(part))


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text[: MAX_LENGTH * 10].splitlines())
