"""The commands, as processes of their own, with what they took."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any


@dataclass(frozen=True)
class Ended:
    """How a command ended. Seconds, and the most memory that it had, in bytes."""

    code: int
    output: str
    errors: str
    seconds: float
    peak: int

    @property
    def json(self) -> Any:
        return json.loads(self.output)

    def must(self, *codes: int) -> Ended:
        """Itself, if it ended with one of these exit codes."""
        assert self.code in (codes or (0,)), f"exit code {self.code}\n{self.errors[-4000:]}"
        return self


def run(environment: Mapping[str, str], *arguments: str, kill_when: Callable[[float], bool] | None = None) -> Ended:
    """``python -m airflow_xcom_toolkit …``, to its end; or killed, as by the kernel.

    ``kill_when`` is asked again and again, with the seconds until then.
    """
    with TemporaryFile() as output, TemporaryFile() as errors:
        start = time.monotonic()
        command = [sys.executable, "-m", "airflow_xcom_toolkit", *arguments]
        process = subprocess.Popen(command, env={**environment}, stdout=output, stderr=errors)
        peak = 0
        while process.poll() is None:
            peak = max(peak, _peak(process.pid))
            if kill_when is not None and kill_when(time.monotonic() - start):
                process.kill()
            time.sleep(0.02)
        seconds = time.monotonic() - start
        texts = [(file.seek(0), file.read().decode(errors="replace"))[1] for file in (output, errors)]
    return Ended(process.returncode, texts[0], texts[1], seconds, peak)


def _peak(pid: int) -> int:
    """The most memory that a process has had. (What ``wait4`` says of a child counts its parent before the exec.)"""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0
