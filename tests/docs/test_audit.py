"""What the page about audits shows is what an audit prints."""

from __future__ import annotations

import pytest

from tests.contract.pages import part
from tests.docs.write_audit import PAGE, parts


@pytest.mark.parametrize("name", ["report", "checks"])
def test_the_generated_parts_are_up_to_date(name: str) -> None:
    """``python -m tests.docs.write_audit`` writes them."""
    assert part(PAGE.read_text(encoding="utf-8"), name) == parts()[name]


def test_the_picture_is_small() -> None:
    assert (PAGE.parents[1] / "images" / "audit.png").stat().st_size <= 80_000
