"""What the documentation says of each backend is what a run gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_xcom_toolkit.testing.report import Verdict
from tests.contract.comparison import BACKENDS, PAGE, STOCK, run, tables, written


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


def test_the_tables_of_the_page_are_what_the_run_gives(verdicts: list[Verdict]) -> None:
    """``python -m tests.contract.comparison`` writes them anew."""
    assert Path(PAGE).read_text() == written(PAGE.read_text(), tables(verdicts))
