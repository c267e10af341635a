"""The processes of the demo: each writes its log, and tells what it does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from .run import Result, Step
from .workspace import DEFAULT, Run, Workspace


class FailedError(Exception):
    """A process of the demo failed. The message has the end of its log."""


def migrate(workspace: Workspace) -> None:
    """Makes the metadata database. Raises `FailedError`."""
    with workspace.log("migrate").open("wb") as log:
        command = [sys.executable, "-m", "airflow", "db", "migrate"]
        code = subprocess.call(command, env=workspace.environment(DEFAULT), stdout=log, stderr=log)
    _check(code, workspace, "migrate")


def run(which: Run, workspace: Workspace, say: Callable[[str], None]) -> Result:
    """Runs a dag to its end; ``say`` is told what it does. Raises `FailedError` if there was no end."""
    command = [sys.executable, "-m", f"{__package__}.run", which.name, str(workspace.root)]
    message: dict[str, Any] = {}
    with (
        workspace.log(which.name).open("wb") as log,
        subprocess.Popen(command, env=workspace.environment(which), stdout=subprocess.PIPE, stderr=log) as process,
    ):
        for line in process.stdout or ():
            message = json.loads(line)
            say(message.get("doing", ""))
    _check(process.returncode, workspace, which.name)
    return Result(message["state"], [Step(**step) for step in message["steps"]])


def _check(code: int, workspace: Workspace, name: str) -> None:
    if code:
        log = workspace.log(name)
        end = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise FailedError(f"{name} ended with exit code {code}. Its log, {log}, ends with:\n{end}")
