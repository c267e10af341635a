"""Runs examples while they are written.

``python -m tests.examples serve default`` (or ``toolkit``) starts an Airflow and keeps it; it sees what is changed.
``python -m tests.examples try NAME…`` runs examples in those that are kept, and says what is not as expected.
``python -m tests.examples measure`` runs all, keeps what came of them, and writes the pages of the documentation;
``python -m tests.examples write`` writes the pages of what was measured before.
"""

from __future__ import annotations

import argparse
import os
import pickle
import signal
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import httpx

from .catalogue import EXAMPLE_DAGS
from .deployment import ExamplesAirflow, started
from .expected import expected
from .expected.model import DEFAULT, TOOLKIT
from .measuring import measure
from .outcome import Outcome, outcomes
from .pages import write

KEPT = Path(tempfile.gettempdir(), f"xcom-examples-{os.getuid()}")


def serve(backend: str) -> None:
    """Until it is interrupted, or asked to end."""
    for signum in (signal.SIGINT, signal.SIGTERM):  # What starts in the background ignores the first.
        signal.signal(signum, signal.default_int_handler)
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, started(backend, Path(home)) as airflow:
        kept = {"home": airflow.home, "port": airflow.port, "env": airflow.env}
        _file(backend).write_bytes(pickle.dumps(kept))
        print(f"{backend}: http://127.0.0.1:{airflow.port} (admin, admin-password), home {home}", flush=True)
        try:
            while True:
                time.sleep(60)
        finally:
            _file(backend).unlink()


def attempt(names: list[str], backends: list[str]) -> bool:
    """Whether all is as expected."""
    results = [_attempt(name, _attached(backend)) for backend in backends for name in names]
    return all(results)


def _attempt(name: str, airflow: ExamplesAirflow) -> bool:
    dag_ids = _refreshed(airflow, name)
    for dag_id in dag_ids:
        airflow.forget(dag_id)
    airflow.begin(dag_id for dag_id in dag_ids if expected(dag_id, airflow.backend).starts)
    airflow.wait_for(dag_ids, 180)
    found = outcomes(airflow, dag_ids)
    results = [_shown(found[dag_id], airflow.backend) for dag_id in dag_ids]
    return all(results)


def _refreshed(airflow: ExamplesAirflow, name: str) -> list[str]:
    """The dags of the example, once Airflow has parsed the file as it is now."""
    changed = datetime.fromtimestamp((EXAMPLE_DAGS / f"{name}.py").stat().st_mtime, timezone.utc)
    end = time.time() + 90
    while True:
        dags = [dag for dag in airflow.dags() if Path(dag["fileloc"]).stem == name]
        if dags and all(datetime.fromisoformat(dag["last_parsed_time"]) > changed for dag in dags):
            return sorted(dag["dag_id"] for dag in dags)
        errors = airflow.request("GET", "/importErrors?limit=100")["import_errors"]
        found = [error["stack_trace"] for error in errors if name in error["filename"]]
        assert not found, found[0]
        assert time.time() < end, f"{name} is not parsed"
        time.sleep(1)


def _shown(outcome: Outcome, backend: str) -> bool:
    print(f"\n== {outcome.dag_id}, {backend}: {outcome.state} in {outcome.seconds:.1f} s")
    for task, state in outcome.tasks.items():
        print(f"   {task}: {state}")
    for xcom in outcome.xcoms:
        print(f"   {xcom.name} = {xcom.value!r:.300} [row {xcom.row:,} B, object {xcom.object:,} B]")
    problems = outcome.problems(expected(outcome.dag_id, backend))
    for problem in problems:
        print(f"   NOT AS EXPECTED: {problem}")
    return not problems


def _attached(backend: str) -> ExamplesAirflow:
    """One that is kept by another process."""
    kept: dict[str, Any] = pickle.loads(_file(backend).read_bytes())
    airflow = object.__new__(ExamplesAirflow)
    vars(airflow).update(kept, backend=backend, log_folder=kept["home"] / "logs")
    airflow._client = httpx.Client(base_url=f"http://127.0.0.1:{airflow.port}", timeout=60)
    airflow.log_in()
    return airflow


def _file(backend: str) -> Path:
    return KEPT / f"{backend}.pickle"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.examples", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")
    commands.add_parser("serve").add_argument("backend", choices=(DEFAULT, TOOLKIT))
    attempts = commands.add_parser("try")
    attempts.add_argument("names", nargs="+", metavar="NAME")
    attempts.add_argument("--backend", choices=(DEFAULT, TOOLKIT))
    commands.add_parser("measure")
    commands.add_parser("write")
    arguments = parser.parse_args()
    if arguments.command == "measure" and (problems := measure()):
        raise SystemExit("\n".join(problems))
    if arguments.command in ("measure", "write"):
        write()
    elif arguments.command == "serve":
        serve(arguments.backend)
    elif not attempt(arguments.names, [arguments.backend] if arguments.backend else [DEFAULT, TOOLKIT]):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
