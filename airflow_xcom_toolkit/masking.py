"""Keeping decrypted values out of what Airflow shows and stores, as text: logs, and the rendered arguments of tasks.

For logs there is Airflow's secrets masker. It is one regular expression, compiled anew for each text it is told, in the
task and in its supervisor; so it is told few: small values as they print, then strings, numbers, printed lines.

For rendered arguments, which Airflow stores, `Decrypted` knows more: every part of a value, the keys of dicts too; and
it looks at numbers, at keys, and at any depth, which Airflow's masker passes over.

Nothing here fails: a value whose ``repr`` raises is still a value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cached_property
from itertools import islice
from typing import Any

MAX_MASKED, MAX_MASKED_CHARACTERS = 100, 4_000
"""How much one process tells Airflow's masker: a fifth of a second, in the task and in its supervisor."""
MAX_PARTS, MAX_CHARACTERS = 10_000, 200_000
"""How much one process remembers for rendered arguments."""
MIN_LENGTH = 5
MAX_LENGTH = 10_000
MAX_CELLS = 2_000
MAX_PRINTED_WHOLE = 200
"""Parts of a container that is masked as it prints, too."""
MASK = "***"
Printed = Callable[[Any], list[str]]
"""How something prints, with ``str`` and with ``repr``."""
_TRUNCATED = "Truncated."
"""How Airflow begins an argument that it cut; a secret may be cut, too, and then nobody can tell it."""
_STANDARD = frozenset({"builtins", "datetime", "decimal", "fractions", "uuid", "ipaddress", "pathlib", "collections"})
"""Their slots are how they are made, and not what they show."""
_PRINTED = frozenset({"pandas", "numpy", "polars", "pyarrow"})


class Decrypted:
    """The texts of what this process decrypted."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._told_characters = 0
        self._texts: dict[str, None] = {}
        self._characters = 0
        self._has_any = False
        self.left_out = 0

    def add(self, value: Any) -> list[str]:
        """The texts that Airflow's masker is to be told of ``value``; `left_out` counts those beyond its bound."""
        self._has_any = True
        printed = _once(_printed)
        for text in islice(texts_of(value, printed, keys=True), MAX_PARTS):
            self._remember(text)
        self.__dict__.pop("_pattern", None)
        new = [text for text in dict.fromkeys(islice(texts_of(value, printed), MAX_PARTS)) if text not in self._told]
        told = [text for text in new if self._tell(text)]
        self.left_out += len(new) - len(told)
        return told

    def masked(self, rendered: Any) -> Any:
        """``rendered``, which is JSON, with every decrypted text in it replaced."""
        if not self._has_any or rendered is None or isinstance(rendered, bool):
            return rendered
        if isinstance(rendered, dict):
            return {self._masked_text(key): self.masked(value) for key, value in rendered.items()}
        if isinstance(rendered, (list, tuple)):
            return [self.masked(value) for value in rendered]
        if isinstance(rendered, str):
            return self._masked_text(rendered)
        return MASK if str(rendered) in self._texts else rendered

    def _masked_text(self, text: str) -> str:
        if text in self._texts or text.startswith(_TRUNCATED) or len(text) > MAX_LENGTH:
            return MASK
        return self._pattern.sub(MASK, text)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self._texts, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def _remember(self, text: str) -> None:
        if text not in self._texts and self._characters + len(text) <= MAX_CHARACTERS:
            self._texts[text] = None
            self._characters += len(text)

    def _tell(self, text: str) -> bool:
        characters = self._told_characters + len(text)
        if len(self._told) >= MAX_MASKED or characters > MAX_MASKED_CHARACTERS:
            return False
        self._told.add(text)
        self._told_characters = characters
        return True


def texts_of(value: Any, printed: Printed | None = None, *, keys: bool = False) -> Iterator[str]:
    """The texts that ``value`` would appear as: whole if it is small, its parts, lines of what prints as a table."""
    printed = printed or _once(_printed)
    parts = list(_parts(value, keys))
    changes = any(map(_is_masked_array, parts))
    if changes:
        parts = [part for part in parts if not isinstance(part, _Printed) or _is_printed(part.part)]
    is_shown = _is_small(parts) and not changes and not isinstance(value, (str, bytes, bytearray))
    whole = printed(value) if is_shown else []
    tables = (part.part if isinstance(part, _Printed) else part for part in parts if _is_printed(part))
    lines = (line for table in tables for text in printed(table) for line in _lines(text))
    forms = (form for part in parts if not _is_printed(part) for form in _forms(part))
    for texts in (whole, forms, lines):
        yield from (text for text in texts if MIN_LENGTH <= len(text) <= MAX_LENGTH)


def _parts(value: Any, keys: bool) -> Iterator[Any]:
    """The leaves of ``value`` in their order; strings in the cells of frames and arrays, if those are few.

    Of the keys of dicts all, or those that are no words. At most `MAX_PARTS`, containers counted.
    """
    stack, seen = [value], set()
    for _ in range(MAX_PARTS):
        if not stack:
            return
        part = stack.pop()
        inside = _inside(part, keys)
        if inside is None:
            yield part
        elif id(part) not in seen:
            seen.add(id(part))
            stack += reversed(inside)


def _inside(part: Any, keys: bool) -> list[Any] | None:
    """The parts of ``part``, ``None`` if it is a leaf."""
    if part is None or isinstance(part, bool):
        return []
    if isinstance(part, dict):
        return [
            *islice(part.values(), MAX_PARTS),
            *(key for key in islice(part, MAX_PARTS) if keys or not _is_word(key)),
        ]
    if isinstance(part, (list, tuple, set, frozenset)):
        return list(islice(part, MAX_PARTS))
    if isinstance(part, _Printed):
        return None
    if _is_printed(part):
        return [_Printed(part), *_cells(part)]
    fields = [] if isinstance(part, (str, bytes, bytearray, int, float)) else _fields(part)
    return [_Printed(part), *fields] if fields else None


def _fields(part: Any) -> list[Any]:
    """What an object has, in its ``__dict__`` and in its slots."""
    found = getattr(part, "__dict__", None)
    slots = [getattr(cls, "__slots__", ()) for cls in type(part).__mro__ if cls.__module__ not in _STANDARD]
    names = [name for slot in slots for name in ((slot,) if isinstance(slot, str) else slot) if name != "__dict__"]
    values = [getattr(part, name, None) for name in names if isinstance(name, str)]
    return [*(found.values() if isinstance(found, dict) else ()), *values]


class _Printed:
    """Something that is masked as it prints, beside its parts."""

    def __init__(self, part: Any) -> None:
        self.part = part


def _is_small(parts: list[Any]) -> bool:
    lengths = (len(part) for part in parts if isinstance(part, (str, bytes, bytearray)))
    return len(parts) <= MAX_PRINTED_WHOLE and sum(lengths) <= MAX_LENGTH


def _is_word(key: Any) -> bool:
    """Whether masking ``key`` would hide ordinary words of logs: ``failed``, ``return_value``."""
    return isinstance(key, str) and key.isidentifier()


def _is_printed(part: Any) -> bool:
    """Whether ``part`` prints as a table: a frame, a series, an array."""
    if isinstance(part, _Printed):
        return True
    return (
        type(part).__module__.partition(".")[0] in _PRINTED and hasattr(part, "__len__") and not isinstance(part, str)
    )


def _cells(part: Any) -> list[Any]:
    size = getattr(part, "size", None)
    if not isinstance(size, int) or size > MAX_CELLS:
        return []
    array = part.to_numpy() if hasattr(part, "to_numpy") else part
    return [cell for cell in array.ravel().tolist() if isinstance(cell, (str, bytes))]


def _is_masked_array(part: Any) -> bool:
    """Whether numpy sets a fill value when ``part`` is printed: a view of it is, instead, and nothing that holds it."""
    part = part.part if isinstance(part, _Printed) else part
    return type(part).__module__.startswith("numpy.ma")


def _once(printed: Printed) -> Printed:
    """The same, which prints each object once: a frame of a million rows takes its time."""
    known: dict[int, tuple[Any, list[str]]] = {}

    def remembered(part: Any) -> list[str]:
        if id(part) not in known:
            known[id(part)] = (part, printed(part))
        return known[id(part)][1]

    return remembered


def _printed(part: Any) -> list[str]:
    """How ``part`` prints; nothing where its own ``str`` or ``repr`` fails."""
    part = part.view() if _is_masked_array(part) else part
    if _is_long_table(part):
        with suppress(Exception):  # Then the whole is printed.
            return [_printed_table(part)]
    found = []
    for show in (repr,) if _has_one_form(type(part)) else (str, repr):
        try:
            found.append(show(part))
        except Exception:  # noqa: S112
            continue
    return found


def _is_long_table(part: Any) -> bool:
    """Whether ``part`` is of pandas, and prints as its first and last rows."""
    if type(part).__module__.partition(".")[0] != "pandas" or not hasattr(part, "iloc"):
        return False
    most = _most_rows()
    return most > 0 and len(part) > 2 * most


def _most_rows() -> int:
    import pandas as pd

    return pd.get_option("display.max_rows") or 0


def _printed_table(part: Any) -> str:
    """How a long one prints, by a short one with the same ends: pandas would first join all texts of a column."""
    import pandas as pd

    most, rows = _most_rows(), len(part)
    text = repr(pd.concat([part.iloc[:most], part.iloc[rows - most :]]))
    return text.replace(f"[{2 * most} rows x ", f"[{rows} rows x ").replace(f"Length: {2 * most}", f"Length: {rows}")


def _has_one_form(cls: Any) -> bool:
    """Whether ``str`` and ``repr`` of its instances are one text."""
    return cls.__str__ is object.__str__


def _forms(part: Any) -> Iterable[str]:
    """A text as it is, as ``repr`` and JSON escape it, and line by line."""
    if isinstance(part, str) and len(part) > MAX_LENGTH:
        return _lines(part)
    if isinstance(part, str):
        return dict.fromkeys((part, repr(part)[1:-1], json.dumps(part)[1:-1], *_lines(part)))
    if isinstance(part, (bytes, bytearray)):
        data = bytes(part[:MAX_LENGTH])
        text = data.decode("utf-8", "replace")
        return dict.fromkeys((text, repr(data)[2:-1], *_lines(text)))
    return _printed(part)


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text[: MAX_LENGTH * 10].splitlines())
