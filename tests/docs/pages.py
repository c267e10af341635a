"""The pages of the documentation, and the code blocks in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TUTORIAL = DOCS / "tutorial" / "first-dataframe.md"

_FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>`{3,})(?P<lang>[^\n`]*)\n(?P<text>.*?)^(?P=indent)(?P=fence) *$", re.M | re.S
)
_COMMENT = re.compile(r"<!-- *(?P<note>[^>]*?) *-->\s*\Z")


@dataclass(frozen=True)
class Block:
    """A fenced block. ``note`` is the HTML comment right before it: ``not run: why``, ``file: name``, ``output``."""

    page: Path
    line: int
    lang: str
    text: str
    note: str

    @property
    def runs(self) -> bool:
        return not self.note.startswith("not run")

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """The README and every page of the docs."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, from top to bottom."""
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        before = text[: found.start()]
        comment = _COMMENT.search(before)
        indent = found["indent"]
        body = "".join(line.removeprefix(indent) for line in found["text"].splitlines(keepends=True))
        yield Block(page, before.count("\n") + 1, found["lang"].strip(), body, comment["note"] if comment else "")


def blocks_of(page: Path, lang: str) -> list[Block]:
    return [block for block in blocks(page) if block.lang == lang]


def noted(page: Path, note: str) -> Block:
    """The one block with that note."""
    (found,) = [block for block in blocks(page) if block.note == note]
    return found
