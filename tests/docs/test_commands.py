"""The commands of some pages print what the pages say."""

from __future__ import annotations

import importlib
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from airflow_xcom_toolkit.cli.definition import main
from airflow_xcom_toolkit.schemas import DECLARATIONS
from tests.docs.pages import DOCS, Block, blocks
from tests.unit.conftest import options  # noqa: F401

_OURS = ("airflow xcom-toolkit ", "python -m airflow_xcom_toolkit ")


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: Any) -> Callable[[str], str]:
    """What a command prints, as in a new process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for part in ("_versions", "_by_class", "_steps", "_newest"):
        monkeypatch.setattr(DECLARATIONS, part, {})

    def call(command: str) -> str:
        sys.modules.pop("acme_schemas", None)
        importlib.invalidate_caches()
        capfd.readouterr()
        with pytest.raises(SystemExit):
            main(shlex.split(command))
        return str(capfd.readouterr().out)

    return call


@pytest.mark.parametrize("name", ["check-schemas", "try-before-you-switch"])
def test_the_commands_print_what_the_page_says(name: str, printed: Callable[[str], str], options: Any) -> None:  # noqa: F811
    options()
    output: str | None = None
    checked = 0
    for block in blocks(DOCS / "how-to" / f"{name}.md"):
        if block.note.startswith("file: "):
            _save(block)
        elif block.lang == "bash":
            output = printed(_command(block)) if block.runs else None
        elif block.lang == "text" and block.note == "" and output is not None:
            said = _rows(block.text)
            assert [row for row in _rows(output) if row in said] == said
            checked, output = checked + 1, None
    assert checked


def _save(block: Block) -> None:
    file = Path(block.note.removeprefix("file: "))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(block.text)


def _command(block: Block) -> str:
    (start,) = [start for start in _OURS if block.text.startswith(start)]
    return block.text.removeprefix(start)


def _rows(text: str) -> list[list[str]]:
    """The first cells of each line of a table; a line that is of no table whole. The last cell may be cut."""
    rows = [[cell.strip() for cell in line.split("│") if cell.strip()] for line in text.splitlines()]
    return [row[:4] for row in rows if row and not row[0].startswith(("╭", "├", "╰"))]
