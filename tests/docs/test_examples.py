"""The pages of the examples are made of their files, and of what a run of all of them measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.examples.pages import FOLDER, generated, missing


@pytest.mark.parametrize("page", sorted(FOLDER.glob("*.md")), ids=lambda page: page.stem)
def test_the_page_says_what_the_files_and_the_run_say(page: Path) -> None:
    """``python -m tests.examples write`` writes it."""
    assert page.read_text(encoding="utf-8") == generated()[page]


def test_every_example_was_measured() -> None:
    """``python -m tests.examples measure`` does it."""
    assert not missing()
