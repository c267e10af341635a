"""Processes that tests start, and end with all that they have started."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def running(
    command: Sequence[str], *, output: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The command, in a process group of its own that ends with this. What it prints goes to ``output``."""
    with output.open("wb") as printed:
        process = subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the whole group: TERM to the parent alone would leave children behind."""
    for signum in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, signum)
            process.wait(timeout=15)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def until(ready: Callable[[], T], what: str, *, seconds: float, every: float = 0.1) -> T:
    """What ``ready`` returns, once that is true; it is asked every so many seconds."""
    end = time.monotonic() + seconds
    while not (found := ready()):
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(every)
    return found


def listens(process: subprocess.Popen[bytes], port: int, output: Path, *, seconds: float = 60) -> None:
    """Returns once the process listens on ``port``; fails with what it printed if it ends before."""

    def answers() -> bool:
        assert process.poll() is None, f"{process.args!r} ended:\n{output.read_text(errors='replace')[-4000:]}"
        with closing(socket.socket()) as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", port)) == 0

    until(answers, f"port {port} to listen", seconds=seconds)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def program(name: str) -> str:
    """Where a program is. Without it the run fails, and says what installs it."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    assert found, f"{name} is not installed. `make servers` installs what the tests' servers need."
    return found
