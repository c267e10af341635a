"""The check ``backend``: the class that is configured, here and in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from .. import words
from .finding import FAILED, Finding, failed, import_said, note, ok, warning
from .here import BASE, TOOLKIT, Here, is_toolkits
from .starting import BACKEND

MARK = "XCOM-TOOLKIT-DOCTOR "
SECONDS = 180


def check(here: Here) -> Iterator[Finding]:
    found = list(_here(here))
    yield from found
    if not any(finding.status == FAILED and finding.data.get("unusable") for finding in found):
        name = here.name or here.configured
        yield from imported(name, answer(name))


def _here(here: Here) -> Iterator[Finding]:
    name = here.name or here.configured
    if here.name and here.name != here.configured:
        yield note(
            f"[core] xcom_backend is {here.configured}; what follows is about {here.name}.",
            f"To switch it on: {BACKEND}={here.name}",
        )
    try:
        found = here.found
    except Exception as e:
        yield failed(f"{name} cannot be imported: {import_said(e)}.", _IMPORTABLE, unusable=True)
    else:
        yield _judged(name, found)
    if here.started_with:
        yield failed(f"Airflow itself does not start with this backend ({here.started_with}).", _IMPORTABLE)


_IMPORTABLE = (
    "Install the package that has it in every image: of workers, triggerer, dag processor, and for Airflow 3.0 and 3.1 "
    f"of all others, too. Look at the spelling: {BACKEND}={TOOLKIT}"
)


def _judged(name: str, found: Any) -> Finding:
    from airflow.sdk.bases.xcom import BaseXCom

    if not isinstance(found, type) or not issubclass(found, BaseXCom):
        return failed(
            f"{name} is no subclass of {BASE}: Airflow refuses it.", f"Set {BACKEND}={TOOLKIT}", unusable=True
        )
    if not is_toolkits(found):
        return failed(
            f"{name} is not the toolkit's: what the other checks say is what {TOOLKIT} would do here.",
            f"Set {BACKEND}={TOOLKIT} for workers, triggerer and dag processor, or look at another with --backend.",
        )
    return ok(f"{name} is the toolkit's{'' if found.__module__.startswith('airflow_xcom_toolkit') else ', extended'}.")


def imported(name: str, found: dict[str, Any]) -> Iterator[Finding]:
    """What the new process says."""
    if problem := found.get("error"):
        yield failed(
            f"In a new process, as the dag processor is one, {name} cannot be imported: {problem}.",
            _IMPORTABLE + ". A module that only the current folder has is not found there.",
        )
        return
    yield ok(
        f"A new process with this environment starts Airflow and imports it in {words.seconds(found['seconds'])}.",
        seconds=found["seconds"],
    )
    yield note("The dag processor imports it, too.", "There, run: doctor --only backend, in its image.")
    for text in found["warnings"]:
        yield warning(text.partition(". Override push")[0] + ".", "Override push and pull instead of Airflow's hooks.")


def answer(name: str) -> dict[str, Any]:
    """Of a process that starts as ``airflow`` does: with this environment, and without the current folder's modules."""
    environment = {**os.environ, BACKEND: name}
    command = [sys.executable, "-c", _SCRIPT]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {"error": f"it takes more than {SECONDS} seconds"}
    lines = [line for line in done.stdout.splitlines() if line.startswith(MARK)]
    if not lines:
        return {"error": f"the process ended with {done.returncode}, and said nothing"}
    found: dict[str, Any] = json.loads(lines[-1].removeprefix(MARK))
    return found


_SCRIPT = f"""
import json, sys, time, warnings
sys.path = [folder for folder in sys.path if folder]
found = {{"warnings": []}}
start = time.perf_counter()
try:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        import airflow
        from airflow.sdk.execution_time.xcom import resolve_xcom_backend
        backend = resolve_xcom_backend()
    found["seconds"] = time.perf_counter() - start
    found["backend"] = f"{{backend.__module__}}.{{backend.__qualname__}}"
    found["warnings"] = [str(w.message) for w in caught if w.category.__name__ == "LegacyHooksWarning"]
except Exception as e:
    while e.__cause__ or e.__context__:
        e = e.__cause__ or e.__context__
    said = f": {{e}}" if isinstance(e, (ImportError, AttributeError, TypeError)) else ""
    found["error"] = type(e).__name__ + said
print({MARK!r} + json.dumps(found), flush=True)
"""
