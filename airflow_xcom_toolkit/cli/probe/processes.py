"""Processes that write a log, and tell what they do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_SECONDS_TO_END = 20


class FailedError(Exception):
    """A process failed. The message has the end of its log."""

    def __init__(self, problem: str, log: Path | None = None) -> None:
        super().__init__(problem)
        self.log = log


def migrate(environment: Mapping[str, str], log: Path) -> None:
    """Makes the metadata database. Raises `FailedError`."""
    command = [sys.executable, "-m", "airflow", "db", "migrate"]
    with log.open("wb") as file, _started(command, environment, stdout=file, stderr=file) as process:
        process.wait()
    _check("airflow db migrate", process, log)


def run(
    name: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    say: Callable[[str], None],
    asked: Any = None,
) -> dict[str, Any]:
    """The last message of a process; ``say`` is told what it does, and it what is ``asked``. Raises `FailedError`."""
    message: dict[str, Any] = {}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with log.open("ab") as file, _started(command, environment, stderr=file, **pipes) as process:
        with suppress(BrokenPipeError), process.stdin:  # type: ignore[union-attr]
            process.stdin.write(json.dumps(asked).encode())  # type: ignore[union-attr]
        for line in process.stdout or ():
            message = json.loads(line)
            say(message.get("doing", ""))
        process.wait()
    _check(name, process, log)
    return message


@contextmanager
def _started(command: Sequence[str], environment: Mapping[str, str], **pipes: Any) -> Iterator[subprocess.Popen[bytes]]:
    """In a group of its own, which does not outlive this block."""
    process = subprocess.Popen(command, env=dict(environment), start_new_session=True, **pipes)
    try:
        yield process
    except BaseException:
        _end(process)
        raise
    finally:
        if process.stdout:
            process.stdout.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(_SECONDS_TO_END)
            return
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            process.wait(_SECONDS_TO_END)
            return


def _check(name: str, process: subprocess.Popen[bytes], log: Path) -> None:
    if process.returncode:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise FailedError(f"{name} ended with exit code {process.returncode}. Its log, {log}, ends with:\n{end}", log)
