"""A store that is not near, and a folder for copies of what is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.placement.far import Far


@pytest.fixture
def far(tmp_path: Path) -> Far:
    return Far(tmp_path / "far")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"
