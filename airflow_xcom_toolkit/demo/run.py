"""One dag run in this process, to its end; what was measured goes to standard output, a JSON object a line.

Every line is ``{"doing": …}`` for people who wait, but the last, which is a `Result`.
"""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..cli.probe.child import Say, take_standard_output
from .rows import Row, rows_of, shortened
from .workspace import DEFAULT, TOOLKIT, Run, Workspace

if TYPE_CHECKING:
    from ..cli.probe.recorder import Push

READABLE = (b"DataFrame", b"dep_delay", b"arr_delay", b"time_hour", b"matrix", b"late_after", b"latest_carrier")
"""Words that only the values hold. Not one of them shows in what is encrypted."""


@dataclass(frozen=True)
class Step:
    """What became of the value of one task. Sizes in bytes, times in seconds."""

    task: str
    what: str
    push_seconds: float
    pull_seconds: float | None = None
    error: str | None = None
    row_bytes: int = 0
    row: Any = None
    object_name: str | None = None
    object_bytes: int = 0
    key_id: str | None = None
    kept: bool = False
    readable: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """How a run ended, and its steps in their order."""

    state: str
    steps: list[Step]


def main(run: Run, workspace: Workspace) -> None:
    say = take_standard_output()
    say({"doing": "Airflow starts"})
    dag_id, state, pushes = _run_dag(run, say)
    rows = rows_of(workspace.database, dag_id)
    steps = [_step(push, rows.get(push.task), workspace) for push in pushes if push.key == "return_value"]
    say(asdict(Result(state, steps)))


def _run_dag(run: Run, say: Say) -> tuple[str, str, list[Push]]:
    from ..cli.probe.recorder import Recorder

    dag = getattr(import_module(run.module), run.dag)
    recorder = Recorder(lambda doing: say({"doing": doing}))
    with recorder.recording():
        state = dag.test().state
    return dag.dag_id, str(state), recorder.pushes


def _step(push: Push, row: Row | None, workspace: Workspace) -> Step:
    if row is None:
        return Step(push.task, push.what, push.push_seconds, error=(push.refused or "").removeprefix("at push: "))
    file = row.object_in(workspace.store)
    stored = file.read_bytes() if file else b""
    return Step(
        task=push.task,
        what=push.what,
        push_seconds=push.push_seconds,
        pull_seconds=push.pull_seconds,
        row_bytes=len(row.text),
        row=shortened(row.value),
        object_name=str(file.relative_to(workspace.root)) if file else None,
        object_bytes=len(stored),
        key_id=row.key_id,
        kept=push.is_kept,
        readable=tuple(word.decode() for word in READABLE if word in row.text or word in stored),
    )


if __name__ == "__main__":
    main({run.name: run for run in (TOOLKIT, DEFAULT)}[sys.argv[1]], Workspace(Path(sys.argv[2]), key=""))
