"""The cells of the matrix: an Airflow, and a Python that it supports."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SUPPORTED = {
    "3.0": ("3.10", "3.11", "3.12"),
    "3.1": ("3.10", "3.11", "3.12", "3.13"),
    "3.2": ("3.10", "3.11", "3.12", "3.13"),
    "3.3": ("3.10", "3.11", "3.12", "3.13"),
    "3.4": ("3.11", "3.12", "3.13"),
}
"""The Pythons of each Airflow. Each cell compares them with the metadata of the Airflow that is installed in it."""

PYTHONS = sorted({python for pythons in SUPPORTED.values() for python in pythons})


@dataclass(frozen=True)
class Cell:
    """``airflow`` and ``python`` without their patch: 3.3 and 3.11."""

    airflow: str
    python: str

    @property
    def name(self) -> str:
        return f"airflow-{self.airflow}-python-{self.python}"

    @property
    def folder(self) -> Path:
        """Where its environment and its logs are."""
        return ROOT / ".matrix" / self.name

    @property
    def constraints(self) -> Path:
        return ROOT / "constraints" / f"airflow-{self.airflow}.txt"

    @property
    def version(self) -> str:
        """The Airflow with its patch, which its constraints name."""
        found = re.search(r"^apache-airflow-core==(\S+)", self.constraints.read_text(), re.MULTILINE)
        assert found, f"{self.constraints} does not name apache-airflow-core; `make constraints` writes it."
        return found[1]

    @property
    def title(self) -> str:
        return f"Airflow {self.version}, Python {self.python}"


def cells(airflows: Iterable[str] = (), pythons: Iterable[str] = ()) -> list[Cell]:
    """Those of these Airflows and Pythons; of all, where none are given."""
    wanted, on = list(airflows) or list(SUPPORTED), list(pythons) or PYTHONS
    return [Cell(airflow, python) for airflow in wanted for python in SUPPORTED[airflow] if python in on]


def one_each(airflows: Iterable[str], preferred: str) -> list[Cell]:
    """Of each Airflow the cell with the Python that is preferred; or its newest, where it does not support that."""
    found = {airflow: SUPPORTED[airflow] for airflow in airflows}
    return [Cell(airflow, preferred if preferred in pythons else pythons[-1]) for airflow, pythons in found.items()]
