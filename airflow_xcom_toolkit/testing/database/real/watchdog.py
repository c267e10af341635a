"""Runs a command, and ends it with all that it started once standard input ends: also when whoever asked was killed.

``python watchdog.py COMMAND...``, started in a process group of its own.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading


def main() -> None:
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with_input, daemon=True).start()
    child.wait()
    _end()


def _end_with_input() -> None:
    while os.read(0, 1024):
        pass
    _end()


def _end() -> None:
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
