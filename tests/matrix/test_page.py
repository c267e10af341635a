"""What the documentation and the package's metadata say goes together is what the matrix runs."""

from __future__ import annotations

import re
from importlib.metadata import metadata

from tests.contract.pages import part

from .cells import PYTHONS, ROOT, SUPPORTED, cells
from .page import PAGE

PACKAGE = metadata("airflow-xcom-toolkit")


def rows(name: str) -> list[list[str]]:
    """The cells of a table of the page, below its head."""
    lines = part(PAGE.read_text(), name).splitlines()
    return [[text.strip() for text in line.strip("|").split("|")] for line in lines[2:]]


def test_the_page_has_each_cell_of_the_matrix_and_no_other() -> None:
    """Each at the patch that is installed; ``make matrix`` writes the page anew."""
    named = [
        (airflow, python)
        for airflow, *shown in rows("cells")
        for python, word in zip(PYTHONS, shown, strict=True)
        if word != "–"
    ]
    assert named == [(cell.version, cell.python) for cell in cells()]


def test_the_page_tells_the_numbers_of_each_cell() -> None:
    assert [(airflow, python) for airflow, python, *_ in rows("numbers")] == [
        (cell.version, cell.python) for cell in cells()
    ]


def test_all_is_kept() -> None:
    """A page that says otherwise is not to be published."""
    assert "broken" not in PAGE.read_text()


def test_the_package_names_the_pythons_of_the_matrix() -> None:
    """Its classifiers all of them, what pip goes by the first."""
    named = re.findall(r"^Programming Language :: Python :: (3\.\d+)$", "\n".join(_all("Classifier")), re.MULTILINE)
    assert named == PYTHONS
    assert PACKAGE["Requires-Python"] == f">={PYTHONS[0]}"


def test_the_package_requires_the_first_airflow_of_the_matrix() -> None:
    assert f"apache-airflow-core>={next(iter(SUPPORTED))}.0" in _all("Requires-Dist")


def test_the_readme_names_the_first_airflow_and_python_of_the_matrix() -> None:
    said = f"Airflow {next(iter(SUPPORTED))} or newer and Python {PYTHONS[0]} or newer"
    assert said in (ROOT / "README.md").read_text()


def _all(name: str) -> list[str]:
    return PACKAGE.get_all(name) or []
