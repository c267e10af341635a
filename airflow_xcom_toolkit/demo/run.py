"""One dag run in this process, to its end; what was measured goes to standard output, a JSON object a line.

Every line is ``{"doing": …}`` for people who wait, but the last, which is a `Result`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from .describe import describe
from .recorder import Recorder, Transfer
from .rows import Row, rows_of, shortened
from .same import same
from .workspace import DEFAULT, TOOLKIT, Run, Workspace

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
    say = _take_standard_output()
    say({"doing": "Airflow starts"})
    dag_id, state, transfers = _run_dag(run, say)
    rows = rows_of(workspace.database, dag_id)
    steps = [_step(task, transfer, rows.get(task), workspace) for task, transfer in transfers.items()]
    say(asdict(Result(state, steps)))


def _take_standard_output() -> Callable[[dict[str, Any]], None]:
    """Standard output for the caller alone: what Airflow prints goes where its errors go."""
    lines = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return lambda message: print(json.dumps(message), file=lines)


def _run_dag(run: Run, say: Callable[[dict[str, Any]], None]) -> tuple[str, str, dict[str, Transfer]]:
    dag = getattr(import_module(run.module), run.dag)
    from airflow.sdk.execution_time.xcom import XCom

    recorder = Recorder(lambda doing: say({"doing": doing}))
    with recorder.recording(XCom):
        state = dag.test().state
    return dag.dag_id, str(state), recorder.transfers


def _step(task: str, transfer: Transfer, row: Row | None, workspace: Workspace) -> Step:
    if row is None:
        return Step(task, describe(transfer.pushed), transfer.push_seconds, error=transfer.error)
    value = _read_with_the_backend(row)
    file = row.object_in(workspace.store)
    stored = file.read_bytes() if file else b""
    return Step(
        task=task,
        what=describe(value),
        push_seconds=transfer.push_seconds,
        pull_seconds=transfer.pull_seconds,
        row_bytes=len(row.text),
        row=shortened(row.value),
        object_name=str(file.relative_to(workspace.root)) if file else None,
        object_bytes=len(stored),
        key_id=row.key_id,
        kept=same(transfer.pushed, value) and same(transfer.pushed, transfer.pulled),
        readable=tuple(word.decode() for word in READABLE if word in row.text or word in stored),
    )


def _read_with_the_backend(row: Row) -> Any:
    """The value that the configured backend makes of ``row``; this process has its key."""
    from types import SimpleNamespace

    from airflow.sdk.execution_time.xcom import XCom

    return XCom.deserialize_value(SimpleNamespace(value=row.value))


if __name__ == "__main__":
    main({run.name: run for run in (TOOLKIT, DEFAULT)}[sys.argv[1]], Workspace(Path(sys.argv[2]), key=""))
