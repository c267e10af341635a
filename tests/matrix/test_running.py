"""The run of the matrix: what cannot be run fails, and says why."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from . import cells, environments, stages
from .cells import SUPPORTED, Cell
from .features import FEATURES, features_of
from .page import parts
from .results import Result


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where cells are made; it has the constraints of one Airflow."""
    (tmp_path / "constraints").mkdir()
    (tmp_path / "constraints" / "airflow-3.3.txt").write_text("anyio==4.0\napache-airflow-core==3.3.2\n")
    (tmp_path / "pyproject.toml").write_text("")
    for module in (cells, environments, stages):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    return tmp_path


def test_a_cell_whose_python_is_not_on_the_machine_fails_and_says_so() -> None:
    said: list[str] = []
    result = stages.run(Cell("3.3", "3.99"), short=False, say=lambda cell, what: said.append(what))
    assert not result.kept
    assert "There is no Python 3.99 on this machine" in result.problem
    assert said == [f"FAILED: {result.problem}"]


def test_a_cell_whose_tests_fail_fails_and_names_the_log(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is not there is enough to make pytest fail."""
    cell = Cell("3.3", "3.11")
    cell.folder.mkdir(parents=True)
    monkeypatch.setattr(stages, "python_of", lambda cell: sys.executable)
    result = stages.run(cell, short=False, say=lambda cell, what: None)
    assert result.problem.startswith("end-to-end: pytest ended with 4")
    assert str(cell.folder / "end-to-end.log") in result.problem


def test_the_newest_patch_is_what_the_constraints_name() -> None:
    assert Cell("3.3", "3.11").version == "3.3.2"


@pytest.mark.parametrize(("preferred", "taken"), [("3.12", "3.12"), ("3.13", "3.12")])
def test_the_short_form_takes_this_python_where_it_can(preferred: str, taken: str) -> None:
    """Airflow 3.0 does not run on Python 3.13: its newest takes the place."""
    assert cells.one_each(["3.0"], preferred) == [Cell("3.0", taken)]


def test_each_feature_is_a_dag_in_a_file_of_its_name() -> None:
    """And came with an Airflow of the matrix."""
    dags = Path(__file__).parent / "dags"
    assert {file.stem for file in dags.glob("*.py")} == {feature.name for feature in FEATURES}
    assert {f"{major}.{minor}" for feature in FEATURES for major, minor in [feature.since]} <= set(SUPPORTED)


def test_what_is_broken_is_shown_and_what_an_airflow_lacks_is_not() -> None:
    """In the table of cells, and in that of features."""
    kept = {feature.name: True for feature in features_of("3.3.2")}
    shown = parts([
        Result("3.3.2", "3.10", features=kept),
        Result("3.3.2", "3.12", features={**kept, "mapped": False}, problem="end-to-end: pytest ended with 1"),
    ])  # fmt: skip
    assert shown["cells"].splitlines()[-1] == "| 3.3.2 | kept | – | **broken** | – |"
    assert "| mapped tasks | **broken** |" in shown["features"]
    assert "| Task Loops | – |" in shown["features"]
