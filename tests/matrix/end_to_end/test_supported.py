"""This Airflow is of the matrix."""

from __future__ import annotations

from importlib.metadata import metadata

from airflow_xcom_toolkit.compat import airflow_version
from tests.matrix.cells import PYTHONS, SUPPORTED


def test_its_pythons_are_those_that_the_matrix_has() -> None:
    """As its package says; of those that the toolkit supports."""
    named = metadata("apache-airflow-core").get_all("Classifier") or []
    minor = ".".join(airflow_version().split(".")[:2])
    assert list(SUPPORTED[minor]) == [
        python for python in PYTHONS if f"Programming Language :: Python :: {python}" in named
    ]
