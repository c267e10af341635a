"""The page of the commands says what the commands say of themselves."""

from __future__ import annotations

from tests.contract.pages import part
from tests.docs.write_commands import PAGE, generated


def test_the_page_says_what_the_help_of_each_command_says() -> None:
    """``python -m tests.docs.write_commands`` writes it."""
    assert part(PAGE.read_text(encoding="utf-8"), "commands") == generated().strip()
