"""A function in a process of its own, whose memory and imports nobody else's are mixed with.

It is a generator, and what it yields are JSON values, which come as they are made.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any


class ProcessError(Exception):
    """The process failed. The message has the last line of what it printed."""


def run(target: str, environment: Mapping[str, str], **arguments: Any) -> Iterator[Any]:
    """What ``module:function`` yields, called with these arguments. Raises `ProcessError`."""
    found, given = os.pipe()
    command = [sys.executable, "-m", __name__, target, json.dumps(arguments), str(given)]
    with tempfile.TemporaryFile("w+") as printed:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            pass_fds=[given],
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=printed,
            start_new_session=True,  # Ctrl-C comes from here, and once.
        )
        os.close(given)
        try:
            with open(found, encoding="utf-8") as lines:
                yield from map(json.loads, lines)
        except BaseException:
            process.send_signal(signal.SIGINT)
            raise
        finally:
            code = _ended(process)
        if code:
            printed.seek(0)
            raise ProcessError(f"{target} ended with {code}: {_last_line(printed.read())}")


def _ended(process: subprocess.Popen[bytes]) -> int:
    """The exit code, once it has cleared away what it wrote."""
    try:
        return process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _last_line(printed: str) -> str:
    return next((line.strip() for line in reversed(printed.splitlines()) if line.strip()), "it printed nothing")


def main(target: str, arguments: str, to: str) -> None:
    module, _, name = target.partition(":")
    with open(int(to), "w", buffering=1, encoding="utf-8") as lines:
        for found in getattr(import_module(module), name)(**json.loads(arguments)):
            print(json.dumps(found), file=lines)


if __name__ == "__main__":
    main(*sys.argv[1:])
