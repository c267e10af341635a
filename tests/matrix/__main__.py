"""``python -m tests.matrix`` runs every cell, and writes the page of what goes together.

Two cells run side by side. A cell fails if its Python is not on this machine, and the run if any cell fails.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from . import page, results, stages
from .cells import PYTHONS, SUPPORTED, Cell, cells, one_each


def main() -> None:
    options = _options()
    wanted = _wanted(options)
    start = time.monotonic()
    say = _progress(len(wanted))
    with ThreadPoolExecutor(options.side_by_side) as pool:
        found = list(pool.map(lambda cell: stages.run(cell, short=options.short, say=say), wanted))
    print(f"{sum(result.kept for result in found)} of {len(found)} cells kept, in {time.monotonic() - start:.0f} s")
    if options.json:
        results.write(options.json, found)
    if not options.short and wanted == cells():
        page.write(found)
        print(f"{page.PAGE.name} is written")
    sys.exit(any(result.problem for result in found))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--short", action="store_true", help="of each Airflow but this one: one Python, fewer tests")
    parser.add_argument("--only", action="append", default=[], choices=list(SUPPORTED), help="this Airflow alone")
    parser.add_argument("--python", action="append", default=[], choices=PYTHONS, help="this Python alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what came of each cell to FILE")
    parser.add_argument("--side-by-side", type=int, default=2, metavar="N", help="cells that run at once; 2 by default")
    return parser.parse_args()


def _wanted(options: argparse.Namespace) -> Sequence[Cell]:
    if not options.short or options.python:
        return cells(options.only, options.python)
    others = [airflow for airflow in SUPPORTED if airflow != _running()]
    return one_each(options.only or others, "{}.{}".format(*sys.version_info))


def _running() -> str:
    """The Airflow of this interpreter, whose tests are run in full elsewhere."""
    try:
        return version("apache-airflow-core").rpartition(".")[0]
    except PackageNotFoundError:
        return ""


def _progress(count: int) -> Callable[[Cell, str], None]:
    start = time.monotonic()

    def say(cell: Cell, what: str) -> None:
        print(f"{time.monotonic() - start:5.0f} s  {cell.title}: {what}", flush=True)

    print(f"{count} cells")
    return say


if __name__ == "__main__":
    main()
