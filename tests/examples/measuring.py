"""What a run of all examples measured, kept beside the pages that show it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from airflow_xcom_toolkit.cli.words import size
from tests.docs.pages import DOCS

from .expected import expected
from .expected.model import DEFAULT, TOOLKIT
from .outcome import Left, Outcome
from .running import run_all

MEASURED = DOCS / "examples" / "measured.json"
SHOWN = 90


def measure() -> list[str]:
    """Runs all examples under both backends, which takes minutes, and writes what came of them.

    Gives what is not as expected; then nothing is written.
    """
    found, problems = {}, []
    for backend in (DEFAULT, TOOLKIT):
        with tempfile.TemporaryDirectory() as home:
            outcomes = run_all(backend, Path(home))
        found[backend] = {dag_id: _measured(outcome) for dag_id, outcome in sorted(outcomes.items())}
        for dag_id, outcome in outcomes.items():
            problems += [f"{dag_id}, {backend}: {one}" for one in outcome.problems(expected(dag_id, backend))]
    if not problems:
        MEASURED.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return problems


def _measured(outcome: Outcome) -> dict[str, Any]:
    return {
        "state": outcome.state,
        "seconds": round(outcome.seconds, 1),
        "tasks": outcome.tasks,
        "xcoms": {xcom.name: _left(xcom) for xcom in outcome.xcoms},
    }


def _left(xcom: Left) -> dict[str, Any]:
    return {"value": shown(xcom.value), "row": xcom.row, "object": xcom.object}


def shown(value: Any) -> str:
    """In one line, and not too long."""
    text = " ".join(repr(value).split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def size_of(xcom: dict[str, Any]) -> str:
    """Of a row, and of its object if it has one."""
    return size(xcom["row"]) + (f" + {size(xcom['object'])}" if xcom["object"] else "")
