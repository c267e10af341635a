"""One run of pytest over all broken backends, and what came of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .registry import Fault

ROOT = Path(__file__).parents[3]
SUITE = Path(__file__).with_name("suite.py")
PLUGINS = ("airflow_xcom_toolkit.testing.plugin", f"{__package__}.collecting")

_ASSERTION = re.compile(r"AssertionError|Failed: ")
_ACCIDENT = re.compile(r"\b(Attribute|Name|UnboundLocal|Import|ModuleNotFound|Syntax|NotImplemented)Error\b")


@dataclass(frozen=True)
class Result:
    """What came of one test of one class, as the contract reports it; and the error by which it failed."""

    test: str
    promise: str
    outcome: str
    error: str = ""

    def rejects(self, fault: Fault) -> bool:
        """Whether the test failed for what the fault does, by an assertion of its own or as the fault says; and not
        because the fault itself does not run."""
        if self.outcome != "broken" or not self.error:
            return False
        if fault.because:
            return fault.explains(self.error)
        return _ASSERTION.match(self.error) is not None and _ACCIDENT.search(self.error) is None


Results = Mapping[str, Sequence[Result]]
"""Name of a class of the contract → what came of its tests."""


def results() -> Results:
    """Runs, for each fault, the tests that are to reject it, for its backend and for the one that it derives from."""
    with tempfile.TemporaryDirectory() as folder:
        verdicts, said = Path(folder, "verdicts.json"), Path(folder, "said.json")
        plugins = [part for name in PLUGINS for part in ("-p", name)]
        options = ["-q", "--tb=no", "-p", "no:cacheprovider", f"--xcom-contract-json={verdicts}", f"--said={said}"]
        command = [sys.executable, "-m", "pytest", *plugins, *options, str(SUITE)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if not verdicts.exists():
            raise RuntimeError(f"The broken backends could not be run:\n{done.stdout[-5000:]}{done.stderr[-5000:]}")
        return as_results(json.loads(verdicts.read_text()), json.loads(said.read_text()))


def as_results(verdicts: Sequence[Mapping[str, str]], said: Mapping[str, str]) -> Results:
    """What the two reports tell, by class."""
    found: dict[str, list[Result]] = {}
    for verdict in verdicts:
        error = said.get(f"{verdict['contract']}::{verdict['test']}", "")
        result = Result(verdict["test"], verdict["promise"], verdict["outcome"], error)
        found.setdefault(verdict["contract"], []).append(result)
    return found


def is_rejected(fault: Fault, found: Results) -> bool:
    """Whether one of its tests rejected a fault."""
    return any(result.rejects(fault) for result in found.get(fault.name, ()))
