"""Arguments that commands have in common."""

from __future__ import annotations

import argparse
import re
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .command import Argument, UsageError

if TYPE_CHECKING:
    from ..metadata import Selection

FLAG = {"action": "store_true"}

JSON = Argument(("--json",), "print the result as JSON, and nothing else, to standard output", FLAG)
DRY_RUN = Argument(("--dry-run",), "say what would be done, and change nothing", FLAG)

SELECTION = (
    Argument(("--dag",), "only XComs of this dag; * and ? stand for any characters", {"metavar": "DAG_ID"}),
    Argument(("--run",), "only XComs of this run; likewise", {"metavar": "RUN_ID"}),
    Argument(("--task",), "only XComs of this task; likewise", {"metavar": "TASK_ID"}),
    Argument(("--key",), "only XComs with this key; likewise", {"metavar": "KEY"}),
)

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SIZES = {"": 1, "B": 1, "kB": 1000, "KiB": 1024, "MB": 1000**2, "MiB": 1024**2, "GB": 1000**3, "GiB": 1024**3}


def selection(args: argparse.Namespace, *, archives: bool = False) -> Selection:
    """The rows that `SELECTION` asks for."""
    from ..metadata import Selection

    return Selection(dag=args.dag, run=args.run, task=args.task, key=args.key, archives=archives)


def class_at(flag: str, path: str) -> Any:
    """The class with that dotted path. Raises `UsageError`."""
    module, _, name = path.rpartition(".")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as e:
        raise UsageError(f"{flag}: {path} cannot be imported ({e})") from e


def duration(flag: str, text: str) -> timedelta:
    """Of ``90s``, ``10m``, ``24h``, ``7d`` or ``2w``. Raises `UsageError`."""
    found = re.fullmatch(r"(\d+)([smhdw])", text.strip())
    if not found:
        raise UsageError(f"{flag}: {text!r} is no duration; write it as 90s, 10m, 24h, 7d or 2w")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def size(flag: str, text: str) -> int:
    """The bytes of ``4096``, ``64kB`` or ``1GiB``. Raises `UsageError`."""
    found = re.fullmatch(r"(\d+)\s*(B|kB|KiB|MB|MiB|GB|GiB|)", text.strip())
    if not found:
        raise UsageError(f"{flag}: {text!r} is no size; write it as 4096, 64kB or 1GiB")
    return int(found[1]) * _SIZES[found[2]]
