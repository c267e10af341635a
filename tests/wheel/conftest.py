"""The wheel of the checkout, built once."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.servers.wheel import built_wheel
from tests.wheel.archive import Archive


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file."""
    return built_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def archive(wheel: Path) -> Archive:
    """What is in it."""
    with zipfile.ZipFile(wheel) as opened:
        return Archive({name: opened.read(name) for name in opened.namelist()})
