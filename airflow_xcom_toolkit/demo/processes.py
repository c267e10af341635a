"""The processes of the demo: each writes its log, and tells what it does."""

from __future__ import annotations

import sys
from collections.abc import Callable

from ..cli.probe import processes
from .run import Result, Step
from .workspace import DEFAULT, Run, Workspace


def migrate(workspace: Workspace) -> None:
    """Makes the metadata database. Raises `FailedError`."""
    processes.migrate(workspace.environment(DEFAULT), workspace.log("migrate"))


def run(which: Run, workspace: Workspace, say: Callable[[str], None]) -> Result:
    """Runs a dag to its end; ``say`` is told what it does. Raises `FailedError` if there was no end."""
    command = [sys.executable, "-m", f"{__package__}.run", which.name, str(workspace.root)]
    found = processes.run(which.name, command, workspace.environment(which), workspace.log(which.name), say)
    return Result(found["state"], [Step(**step) for step in found["steps"]])
