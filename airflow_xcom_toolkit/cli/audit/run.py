"""Counts, then shows."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ... import __version__
from ...metadata import RowStore
from .. import arguments, console, words
from ..command import UsageError
from ..console import Consoles
from ..progress import counting
from . import show
from .asking import Asking, Found
from .breaks import Breaks
from .configured import Configured
from .looking import Looking
from .tally import Tally


def main(args: argparse.Namespace) -> int:
    """The exit code."""
    return console.run(args, _work)


def _work(args: argparse.Namespace, consoles: Consoles) -> int:
    _check(args)
    rows = RowStore.connected()
    report = audited(rows, Configured.found(), args, consoles)
    if args.html:
        _write_page(Path(args.html), report)
    if args.json:
        consoles.json(report)
    else:
        consoles.output.print(*show.report(report), sep="\n")
    for line in show.warnings(report):
        consoles.warning(line)
    return _exit_code(report, consoles)


def audited(rows: RowStore, configured: Configured, args: argparse.Namespace, consoles: Consoles) -> dict[str, Any]:
    """The report, as JSON."""
    breaks = Breaks(configured, rows.database)
    tally, asking = Tally(configured, args.top), Asking()
    found = _looked_at(rows, Looking(configured, breaks), args, consoles)
    for row, seen in asking.each(found) if args.sizes else found:
        tally.add(row, seen)
    selection = {name: getattr(args, name) for name in ("dag", "run", "task", "key") if getattr(args, name)}
    about = {"toolkit": __version__, "database": rows.database, "selection": selection}
    return {**about, **tally.report(), "sizes_not_told": asking.failed}


def _looked_at(rows: RowStore, looking: Looking, args: argparse.Namespace, consoles: Consoles) -> Iterator[Found]:
    selection = arguments.selection(args, archives=args.archives)
    with counting(consoles.errors, "Rows", rows.count(selection)) as progress:
        for row in rows.scan(selection):
            yield row, looking.look(row)
            progress.advance()


def _exit_code(report: dict[str, Any], consoles: Consoles) -> int:
    malformed = report["malformed"]["rows"]
    if not malformed:
        return console.DONE
    consoles.problem(
        f"{words.count(malformed, 'row')} cannot be read by anyone. Find out what wrote or changed them, and run their "
        "tasks again."
    )
    return console.WRONG


def _check(args: argparse.Namespace) -> None:
    """Before anything is counted, which takes a while."""
    if args.top < 1:
        raise UsageError(f"--top {args.top} is too small; the least is 1")
    if not args.html:
        return
    if Path(args.html).is_dir():
        raise UsageError(f"--html: {args.html} is a folder; name a file in it")
    if not Path(args.html).absolute().parent.is_dir():
        raise UsageError(f"--html: there is no folder {Path(args.html).parent}")
    if find_spec("matplotlib") is None:
        raise UsageError("--html needs matplotlib; install it with: pip install 'airflow-xcom-toolkit[bench]'")


def _write_page(file: Path, report: dict[str, Any]) -> None:
    from .page import page

    try:
        file.write_text(page(report), encoding="utf-8")
    except OSError as e:
        raise UsageError(f"--html: {file} cannot be written ({e.strerror})") from e
