"""What is left of the runs of the examples: read from Airflow's API and its database, and compared."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.integration.airflow_env import ROOT

from .deployment import THRESHOLD, ExamplesAirflow
from .expected.model import TOOLKIT, Expected, differences


@dataclass(frozen=True)
class Left:
    """One XCom. ``value`` is the error where it could not be read; sizes are in bytes, of the row's JSON too."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    key: str
    row: int
    object: int
    sealed: bool
    value: Any

    @property
    def name(self) -> str:
        return _named(self.task_id, self.map_index) + ("" if self.key == "return_value" else f"#{self.key}")


@dataclass(frozen=True)
class Outcome:
    """What one run of a dag left."""

    backend: str
    dag_id: str
    state: str
    seconds: float
    tasks: dict[str, str]
    xcoms: list[Left]
    log: str = field(repr=False)

    def problems(self, expected: Expected) -> list[str]:
        """Where it is not as expected."""
        return list(self._differences(expected))

    def _differences(self, expected: Expected) -> Iterator[str]:
        yield from differences(self.state, expected.run, "run")
        yield from differences(self.tasks, dict(expected.tasks), "tasks")
        found = {xcom.name: xcom.value for xcom in self.xcoms}
        yield from (f"no XCom {name}" for name in expected.xcoms.keys() - found.keys())
        yield from (f"unexpected XCom {name}: {found[name]!r:.300}" for name in found.keys() - expected.xcoms.keys())
        for name in found.keys() & expected.xcoms.keys():
            yield from differences(found[name], expected.xcoms[name], name)
        if self.backend == TOOLKIT:
            clear = {xcom.name for xcom in self.xcoms if not xcom.sealed}
            yield from differences(sorted(clear), sorted(expected.clear), "not encrypted")
            large = [xcom for xcom in self.xcoms if xcom.sealed and xcom.row > THRESHOLD]
            yield from (f"{xcom.name} is not offloaded: its row has {xcom.row:,} bytes" for xcom in large)
        for task, text in expected.logs.items():
            if text not in self.log_of(task):
                yield f"the log of {task} does not say {text!r}"

    def log_of(self, task: str) -> str:
        """What the tries of a task logged."""
        parts = self.log.split("--- task_id=")
        return "\n".join(part for part in parts if part.partition("\n")[0].partition("/")[0] == task)


def outcomes(airflow: ExamplesAirflow, dag_ids: list[str]) -> dict[str, Outcome]:
    """By dag id; of several runs of a dag, the first one."""
    left = _read(airflow, dag_ids)
    return {dag_id: _outcome(airflow, airflow.runs(dag_id)[0], left) for dag_id in dag_ids}


def _outcome(airflow: ExamplesAirflow, run: dict[str, Any], left: list[Left]) -> Outcome:
    dag_id, run_id = run["dag_id"], run["dag_run_id"]
    xcoms = [one for one in left if (one.dag_id, one.run_id) == (dag_id, run_id)]
    instances = airflow.task_instances(dag_id, run_id)
    tasks = {_named(one["task_id"], one["map_index"]): str(one["state"]) for one in instances}
    folder = airflow.log_folder / f"dag_id={dag_id}" / f"run_id={run_id}"
    files = sorted(folder.rglob("*.log"))
    log = "\n".join(f"--- {file.relative_to(folder)}\n{file.read_text(errors='replace')}" for file in files)
    return Outcome(airflow.backend, dag_id, run["state"], float(run["duration"] or 0), tasks, xcoms, log)


def _named(task_id: str, map_index: int) -> str:
    return task_id if map_index < 0 else f"{task_id}[{map_index}]"


def _read(airflow: ExamplesAirflow, dag_ids: list[str]) -> list[Left]:
    """Their XComs, as a process of this Airflow's own configuration reads it."""
    file = airflow.home / f"left-{uuid4()}.pickle"
    command = [sys.executable, "-m", "tests.examples.read", str(file), *dag_ids]
    done = subprocess.run(command, env=airflow.env, cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr[-6000:]
    return [Left(**entry) for entry in pickle.loads(file.read_bytes())]
