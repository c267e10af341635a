"""The tables of ``docs/reference/contract.md``, from a run. ``python -m tests.contract.comparison`` writes them."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from airflow_xcom_toolkit.testing import XComBackendContract
from airflow_xcom_toolkit.testing.report import Verdict
from tests.contract.pages import written

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "contract.md"
BACKENDS = (
    *("BaseXCom", "XComObjectStorageBackend", "SerdeXComBackend", "ThresholdXComBackend"),
    *("FernetXComBackend", "VersionedXComBackend", "ToolkitXComBackend"),
)
STOCK = BACKENDS[:2]


def run(*arguments: str, folder: Path) -> list[Verdict]:
    """What came of each test of the contract, on local files. How small an example of a failure can be, nobody asks."""
    file = folder / "contract.json"
    tests = "tests/contract/on_local_files.py"
    options = ["-q", "--tb=line", "-p", "no:cacheprovider", "--hypothesis-profile", "unshrunk"]
    command = [sys.executable, "-m", "pytest", *options, tests, *arguments]
    env = {**os.environ, "AIRFLOW_HOME": str(folder / "airflow")}
    done = subprocess.run(
        [*command, "--xcom-contract-json", str(file)], cwd=ROOT, env=env, capture_output=True, text=True, timeout=900
    )
    assert file.exists(), done.stdout[-4000:] + done.stderr[-4000:]
    found: list[Verdict] = json.loads(file.read_text())
    return found


def tables(verdicts: Sequence[Verdict]) -> dict[str, str]:
    """The generated parts of the page, by the name of their markers."""
    return {"comparison": _comparison(verdicts), "broken": _broken(verdicts), "tests": _tests()}


def promises() -> dict[str, list[type[Any]]]:
    """The classes of the contract by their promise, in the order of their numbers."""
    found: dict[str, list[type[Any]]] = {}
    for cls in XComBackendContract.__mro__:
        if promise := vars(cls).get("promise"):
            found.setdefault(promise, []).append(cls)
    return dict(sorted(found.items(), key=lambda item: int(item[0].partition(".")[0])))


def _comparison(verdicts: Sequence[Verdict]) -> str:
    head = " | ".join(f"`{name}`" for name in BACKENDS)
    lines = [f"| promise | {head} |", "|---|" + "---|" * len(BACKENDS)]
    for promise in promises():
        of_it = [v for v in verdicts if v["promise"] == promise]
        cells = [_cell([v for v in of_it if v["contract"] == f"Test{name}"]) for name in BACKENDS]
        lines.append(f"| {promise} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(verdicts: Sequence[Verdict]) -> str:
    outcomes = [found["outcome"] for found in verdicts]
    applicable = len(outcomes) - outcomes.count("not applicable") - outcomes.count("skipped")
    if broken := outcomes.count("broken"):
        return f"**{broken} of {applicable} broken**"
    return "kept" if applicable else "not applicable"


def _broken(verdicts: Sequence[Verdict]) -> str:
    lines = ["| promise | test | " + " | ".join(f"`{name}`" for name in STOCK) + " |", "|---|---|---|---|"]
    for promise, classes in promises().items():
        for test in _tests_of(classes):
            of_it = [v for v in verdicts if (v["promise"], v["test"].partition("[")[0]) == (promise, test)]
            cells = [_share([v for v in of_it if v["contract"] == f"Test{name}"]) for name in STOCK]
            if any("broken" in cell for cell in cells):
                lines.append(f"| {promise} | {_words(test)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _share(verdicts: Sequence[Verdict]) -> str:
    cell = _cell(verdicts)
    return "broken" if cell == "**1 of 1 broken**" else cell.strip("*")


def _tests() -> str:
    return "\n\n".join("\n".join(_of_promise(*found)) for found in promises().items())


def _of_promise(promise: str, classes: Sequence[type[Any]]) -> Iterator[str]:
    yield f"### {promise}\n"
    for cls in classes:
        yield f"{_text(cls)}\n"
        yield from (f"* *{_words(test)}.* {_text(getattr(cls, test))}" for test in _tests_of([cls]))
        yield ""


def _text(documented: Any) -> str:
    return " ".join((inspect.getdoc(documented) or "").split())


def _tests_of(classes: Sequence[type[Any]]) -> list[str]:
    return [name for cls in classes for name in vars(cls) if name.startswith("test_")]


def _words(test: str) -> str:
    return test.removeprefix("test_").replace("_", " ").capitalize()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        verdicts = run(*sys.argv[1:], folder=Path(folder))
    PAGE.write_text(written(PAGE.read_text(), tables(verdicts)))
    ours = [v for v in verdicts if v["outcome"] == "broken" and v["contract"].removeprefix("Test") not in STOCK]
    sys.exit("\n".join(f"{v['contract']}::{v['test']}: {v['reason']}" for v in ours))


if __name__ == "__main__":
    main()
