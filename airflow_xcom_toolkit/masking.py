"""What of a decrypted value the secrets masker is told, so that Airflow shows it nowhere.

Airflow stores the rendered arguments of a task, and prints what a task prints: text. So the parts are given as the
text they would appear as: strings, also as ``repr`` and JSON escape them; numbers; and each line of what a frame or an
array prints.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

MAX_SECRETS = 200
"""The masker is one regular expression, and grows slower with each secret."""
_MAX_PARTS = 2000
_MIN_LENGTH = 5
_MAX_LENGTH = 10_000


def secrets_of(value: Any) -> list[str]:
    """The texts to mask, at most `MAX_SECRETS`, the longest first, so that no part of one shows beside another."""
    found = {text for part in islice(_parts(value), _MAX_PARTS) for text in _forms(part) if _worth(text)}
    return sorted(found, key=len, reverse=True)[:MAX_SECRETS]


def _worth(text: str) -> bool:
    return _MIN_LENGTH <= len(text) <= _MAX_LENGTH


def _parts(value: Any) -> Iterator[Any]:
    stack = [value]
    while stack:
        part = stack.pop()
        if isinstance(part, dict):
            stack += [*part.values(), *part]
        elif isinstance(part, (list, tuple, set, frozenset)):
            stack += part
        elif part is not None and not isinstance(part, bool):
            yield part
            if hasattr(part, "__dict__") and type(part).__module__.partition(".")[0] not in _PRINTED_WHOLE:
                stack += vars(part).values()


_PRINTED_WHOLE = frozenset({"pandas", "numpy", "polars", "pyarrow"})


def _forms(part: Any) -> Iterable[str]:
    if isinstance(part, str):
        return {part, repr(part)[1:-1], json.dumps(part)[1:-1], *_lines(part)}
    if isinstance(part, (bytes, bytearray)):
        text = bytes(part[:_MAX_LENGTH]).decode("utf-8", "replace")
        return {text, repr(bytes(part[:_MAX_LENGTH]))[2:-1], *_lines(text)}
    return {*_lines(str(part)), *_lines(repr(part))}


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text[: _MAX_LENGTH * 10].splitlines())
