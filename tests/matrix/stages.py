"""What is run in a cell: each stage is one run of pytest, with the cell's interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import results
from .cells import ROOT, SUPPORTED, Cell
from .environments import python_of
from .results import Result

CONTRACT = "tests/contract/on_local_files.py::TestToolkitXComBackend"
LIMIT = 900
"""Seconds that a stage may take."""

UNITS = (
    *(f"tests/unit/test_{name}.py" for name in ("backends", "compat", "hooks", "masking", "own_backends", "plugin")),
    "tests/unit/test_compat_dags.py",
    *(f"tests/unit/testing/test_{name}.py" for name in ("supervisor", "databases")),
    *("tests/unit/helpers", "tests/unit/observe", "tests/unit/schemas", "tests/wire"),
)
"""The unit tests of all that touches Airflow, and the golden rows."""

PACKAGES = ("pandas", "numpy", "pyarrow", "polars", "apache-airflow-providers-common-io")


@dataclass(frozen=True)
class Stage:
    """Tests, and how what came of them gets into a result."""

    name: str
    tests: tuple[str, ...]
    take: Callable[[Result, Path], None]

    def run(self, cell: Cell, python: str, result: Result) -> None:
        report, log = cell.folder / f"{self.name}.xml", cell.folder / f"{self.name}.log"
        report.unlink(missing_ok=True)
        command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--maxfail=20", "--junitxml", str(report)]
        code = _run([*command, "--xcom-contract-json", str(_json(report)), *self.tests], cell, log)
        if report.exists():
            self.take(result, report)
        if code != 0:
            end = "\n".join(log.read_text(errors="replace").splitlines()[-30:])
            raise RuntimeError(f"{self.name}: pytest ended with {code}; all of it is in {log}\n{end}")


def stages(cell: Cell, *, short: bool) -> tuple[Stage, ...]:
    """Those of a cell: in full, or in the short form. The unit tests run on the first Python of each Airflow."""
    end_to_end = Stage("end-to-end", ("tests/matrix/end_to_end",), _take_features)
    if short:
        return end_to_end, Stage("contract", ("tests/matrix/short_contract.py",), _take_contract)
    units = (Stage("units", UNITS, _take_units),) if cell.python == SUPPORTED[cell.airflow][0] else ()
    return end_to_end, Stage("contract", (CONTRACT,), _take_contract), *units


def run(cell: Cell, *, short: bool, say: Callable[[Cell, str], None]) -> Result:
    """What came of the cell. It says each stage that has ended."""
    result = Result(cell.version, cell.python)
    try:
        python = _timed("environment", result, lambda: python_of(cell))
        result.packages = _packages(python)
        for stage in stages(cell, short=short):
            _timed(stage.name, result, lambda stage=stage: stage.run(cell, python, result))  # type: ignore[misc]
            say(cell, f"{stage.name} kept in {result.seconds[stage.name]} s")
    except Exception as error:
        result.problem = str(error)
        say(cell, f"FAILED: {error}")
    return result


def _timed(name: str, result: Result, do: Callable[[], str | None]) -> str:
    start = time.monotonic()
    try:
        return do() or ""
    finally:
        result.seconds[name] = round(time.monotonic() - start)


def _packages(python: str) -> dict[str, str]:
    code = f"import json, importlib.metadata as m; print(json.dumps({{n: m.version(n) for n in {PACKAGES!r}}}))"
    found: dict[str, str] = json.loads(subprocess.check_output([python, "-c", code], text=True))
    return found


def _run(command: list[str], cell: Cell, log: Path) -> int:
    """pytest's exit code. What runs into the limit is asked to end, and so ends the Airflow that it has started."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "XCOM_"))}
    env = {**inherited, "AIRFLOW_HOME": str(cell.folder / "airflow")}
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT)
        try:
            return process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            process.terminate()
            process.wait(60)
            raise
        finally:
            process.kill()


def _json(report: Path) -> Path:
    return report.with_suffix(".json")


def _take_features(result: Result, report: Path) -> None:
    result.features = results.features_in(report)


def _take_contract(result: Result, report: Path) -> None:
    result.contract = results.outcomes_in(_json(report))


def _take_units(result: Result, report: Path) -> None:
    result.units = results.passed_in(report)
