"""What a run of all examples measured, kept beside the pages that show it."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.docs.pages import DOCS

from .catalogue import EXAMPLE_DAGS
from .expected import expected
from .expected.model import DEFAULT, TOOLKIT
from .outcome import Left, Outcome
from .running import run_all

MEASURED = DOCS / "examples" / "measured.json"
SHOWN = 160


def measure() -> list[str]:
    """Runs all examples under both backends, which takes minutes, and writes what came of them.

    Gives what is not as expected; then nothing is written.
    """
    found, problems = {}, []
    for backend in (DEFAULT, TOOLKIT):
        with tempfile.TemporaryDirectory() as home:
            outcomes = run_all(backend, Path(home))
        places = {home: "$AIRFLOW_HOME", str(EXAMPLE_DAGS): "…/example_dags"}
        found[backend] = {dag_id: _measured(outcome, places) for dag_id, outcome in sorted(outcomes.items())}
        for dag_id, outcome in outcomes.items():
            problems += [f"{dag_id}, {backend}: {one}" for one in outcome.problems(expected(dag_id, backend))]
    if not problems:
        MEASURED.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return problems


def _measured(outcome: Outcome, places: Mapping[str, str]) -> dict[str, Any]:
    return {
        "state": outcome.state,
        "tasks": outcome.tasks,
        "xcoms": {xcom.name: _left(xcom, places) for xcom in outcome.xcoms},
    }


def _left(xcom: Left, places: Mapping[str, str]) -> dict[str, Any]:
    return {"value": shown(xcom.value, places), "row": xcom.row, "object": xcom.object}


def shown(value: Any, places: Mapping[str, str]) -> str:
    """In one line, not too long, and without the folders of the machine that it was measured on."""
    text = f"cannot be read: {value}" if isinstance(value, RuntimeError) else repr(value)
    for place, name in places.items():
        text = text.replace(place, name)
    text = " ".join(re.sub(r" at 0x[0-9a-f]+", "", text).split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
