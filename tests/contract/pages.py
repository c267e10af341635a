"""The parts of the documentation's pages that a run writes, each between two markers."""

from __future__ import annotations

from collections.abc import Mapping


def part(page: str, name: str) -> str:
    """What is between the markers of that name."""
    return _split(page, name)[1].strip()


def written(page: str, parts: Mapping[str, str]) -> str:
    """``page`` with these parts between their markers."""
    for name, text in parts.items():
        before, _, after = _split(page, name)
        page = f"{before}\n\n{text}\n\n{after}"
    return page


def _split(page: str, name: str) -> tuple[str, str, str]:
    marker = f"<!-- generated: {name} -->"
    before, start, rest = page.partition(marker)
    found, end, after = rest.partition("<!-- end -->")
    assert start, f"there is no marker for {name}"
    assert end, f"there is no end of {name}"
    return before + marker, found, end + after
