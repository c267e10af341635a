"""``docs/how-to/test-a-backend.md``: its test files pass as they stand there, but for the time that all tests take."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import DOCS, blocks
from tests.docs.test_pages import environment

PAGE = DOCS / "how-to" / "test-a-backend.md"
CHOSEN = "is_true or dropped or purging or deleting or missing_object or own_releases"
"""Tests of a few promises, which take seconds. The whole contract is run for the toolkit's own backends."""


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the files of the page, and its golden rows."""
    folder = tmp_path_factory.mktemp("acme")
    for block in blocks(PAGE):
        if block.note.startswith("file: "):
            file = folder / block.note.removeprefix("file: ")
            file.parent.mkdir(exist_ok=True)
            file.write_text(block.text)
    (folder / "tests" / "__init__.py").touch()  # Or the tests of this project would be found in its place.
    [command] = [block.text for block in blocks(PAGE) if "testing.golden" in block.text and block.lang == "bash"]
    run(folder, *command.split()[1:])
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = environment(folder, AIRFLOW_HOME=str(folder / "airflow"), PYTHONPATH=str(folder))
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    return done


@pytest.fixture(scope="module")
def verdicts(acme: Path) -> list[dict[str, Any]]:
    """What came of the tests of all its files."""
    run(acme, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", CHOSEN, "--xcom-contract-json", "out.json", "tests")
    found: list[dict[str, Any]] = json.loads((acme / "out.json").read_text())
    return found


@pytest.mark.parametrize("backend", ["acme.xcom.AcmeXCom", "acme.table.TableXCom"])
def test_the_backends_of_the_page_keep_the_contract(backend: str, verdicts: list[dict[str, Any]]) -> None:
    outcomes = [found["outcome"] for found in verdicts if found["backend"] == backend]
    assert outcomes.count("kept") > 10
    assert "broken" not in outcomes


def test_what_is_said_not_to_be_done_is_reported_with_the_reason(verdicts: list[dict[str, Any]]) -> None:
    reasons = {found["reason"] for found in verdicts if found["outcome"] == "not applicable"}
    assert "uses_fsspec: bodies are in a table" in reasons
    assert "offloads: values are small, and stay in the row" in reasons


def test_a_promise_that_is_kept_out_is_reported_with_the_reason(verdicts: list[dict[str, Any]]) -> None:
    """As excused where it is broken; here it is not applicable before it can be."""
    test = "test_deleting_an_xcom_deletes_its_object"
    assert any(found["test"].startswith(test) for found in verdicts if found["contract"] == "TestAcmeXCom")


def test_golden_rows_are_read(verdicts: list[dict[str, Any]]) -> None:
    test = "test_rows_of_own_releases_are_read"
    assert "kept" in [found["outcome"] for found in verdicts if found["test"].startswith(test)]


def test_each_capability_is_explained() -> None:
    """Each in the table, and none that there is not."""
    from airflow_xcom_toolkit.testing.capabilities import CAPABILITIES

    text = PAGE.read_text().partition("| capability |")[2].partition("\n\n")[0]
    assert [line.split("`")[1] for line in text.splitlines()[2:]] == list(CAPABILITIES)
