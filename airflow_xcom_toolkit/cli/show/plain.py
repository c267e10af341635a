"""Text that is safe to show: what a terminal would act on is written out, and it is a screen or two at most."""

from __future__ import annotations

MAX_CHARACTERS = 8000
MAX_LINES = 80
MAX_COLUMNS = 400


def printable(text: str) -> str:
    """``text`` with what is not printable as Python escapes it; lines stay lines."""
    return "".join(one if one.isprintable() or one == "\n" else one.encode("unicode_escape").decode() for one in text)


def bounded(text: str) -> str:
    """The beginning of ``text``, printable; it says so where there is more."""
    lines = text[: 2 * MAX_CHARACTERS].split("\n")
    shown = "\n".join(_cut(line) for line in lines[:MAX_LINES])[:MAX_CHARACTERS]
    is_all = len(lines) <= MAX_LINES and len(text) <= MAX_CHARACTERS
    return printable(shown) + ("" if is_all else "\n… (there is more)")


def _cut(line: str) -> str:
    return line if len(line) <= MAX_COLUMNS else line[: MAX_COLUMNS - 1] + "…"
