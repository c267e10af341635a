"""What came of a cell."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from airflow_xcom_toolkit.testing.report import Verdict


@dataclass
class Result:
    """``features``: of the end-to-end dags, by name. ``contract``: tests by outcome. ``units``: tests that passed.

    ``problem`` is empty where everything was kept.
    """

    airflow: str
    python: str
    features: dict[str, bool] = field(default_factory=dict)
    contract: dict[str, int] = field(default_factory=dict)
    units: int = 0
    packages: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, int] = field(default_factory=dict)
    problem: str = ""

    @property
    def kept(self) -> bool:
        return not self.problem


def features_in(report: Path) -> dict[str, bool]:
    """Which dags succeeded, from pytest's XML: ``test_the_dag_succeeds[mapped]``."""
    cases = {case.get("name", ""): len(case) == 0 for case in _cases(report)}
    return {
        name.partition("[")[2].rstrip("]"): passed
        for name, passed in cases.items()
        if name.startswith("test_the_dag_succeeds[")
    }


def passed_in(report: Path) -> int:
    """How many tests passed."""
    return sum(len(case) == 0 for case in _cases(report))


def _cases(report: Path) -> list[ElementTree.Element]:
    return list(ElementTree.parse(report).iter("testcase"))


def outcomes_in(report: Path) -> dict[str, int]:
    """The contract's tests by outcome."""
    verdicts: list[Verdict] = json.loads(report.read_text())
    return dict(Counter(str(verdict["outcome"]) for verdict in verdicts))


def write(file: Path, results: Sequence[Result]) -> None:
    file.write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n")


def read(file: Path) -> list[Result]:
    return [Result(**found) for found in json.loads(file.read_text())]
