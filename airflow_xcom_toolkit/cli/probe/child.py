"""The process of one dag run. What it does goes to standard output, a JSON object a line.

Every line is ``{"doing": …}`` for people who wait, but the last, which is what was found. Called with ``run``, and,
after a run that did not come to its end, with ``clean``; what to run is JSON on standard input.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

Say = Callable[[dict[str, Any]], None]


def main(what: str, spec: Mapping[str, Any]) -> None:
    say = take_standard_output()
    say({"doing": "Airflow starts"})
    import_module("airflow")  # It imports the configured backend as it starts; let that end before ours begins.
    from . import running

    found: dict[str, Any] = {}
    try:
        if what == "run":
            found = running.run(spec, lambda doing: say({"doing": doing}))
    finally:
        say({"doing": "the objects are removed"})
        left = running.clean(spec["store"])
    say({**found, "left": left})


def take_standard_output() -> Say:
    """Standard output for the caller alone: what Airflow prints, from its import on, goes where its errors go."""
    lines = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return lambda message: print(json.dumps(message), file=lines)


if __name__ == "__main__":
    main(sys.argv[1], json.load(sys.stdin))
