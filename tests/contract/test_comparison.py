"""What the documentation says of each backend is what a run gives."""

from __future__ import annotations

import re

import pytest

from airflow_xcom_toolkit.testing.report import Verdict
from tests.contract.comparison import BACKENDS, PAGE, STOCK, run, tables
from tests.contract.pages import part


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict]:
    """Of all backends, on local files."""
    return run(folder=tmp_path_factory.mktemp("comparison"))


@pytest.mark.parametrize("name", [name for name in BACKENDS if name not in STOCK])
def test_a_backend_of_the_toolkit_breaks_no_promise(name: str, verdicts: list[Verdict]) -> None:
    """On local files."""
    of_it = [found for found in verdicts if found["contract"] == f"Test{name}"]
    assert of_it
    assert [found for found in of_it if found["outcome"] in ("broken", "excused", "skipped")] == []


@pytest.mark.parametrize("name", STOCK)
def test_the_contract_finds_what_airflows_own_backends_break(name: str, verdicts: list[Verdict]) -> None:
    assert any(found["outcome"] == "broken" for found in verdicts if found["contract"] == f"Test{name}")


def test_the_page_says_who_keeps_which_promise_as_the_run_does(verdicts: list[Verdict]) -> None:
    """``python -m tests.contract.comparison`` writes it anew. How many tests fail depends on the machine, too."""
    page = PAGE.read_text()
    assert without_counts(part(page, "comparison")) == without_counts(tables(verdicts)["comparison"])


def test_the_page_lists_what_airflows_own_backends_break_as_the_run_does(verdicts: list[Verdict]) -> None:
    """But for a few tests, of threads and of memory, that they do not break on each machine."""
    on_the_page, in_the_run = (
        {tuple(line.split(" | ")[:2]) for line in text.splitlines() if line.startswith("| ")}
        for text in (part(PAGE.read_text(), "broken"), tables(verdicts)["broken"])
    )
    assert len(on_the_page ^ in_the_run) <= 5, on_the_page ^ in_the_run


def test_the_page_lists_each_test(verdicts: list[Verdict]) -> None:
    assert part(PAGE.read_text(), "tests").strip() == tables(verdicts)["tests"].strip()


def without_counts(table: str) -> str:
    return re.sub(r"\*\*\d+ of \d+ broken\*\*", "broken", table)
