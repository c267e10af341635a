"""Runs the checks, one after the other; clears away what they wrote, however it ends."""

from __future__ import annotations

import argparse
from collections import Counter
from importlib import import_module
from time import perf_counter
from typing import Any

from rich.text import Text

from ... import __version__
from .. import console
from ..console import DONE, WRONG, Consoles
from .command import CHECKS
from .finding import FAILED, WARNING, Checked, guarded, named
from .starting import start

_TITLES = {
    "options": "Options",
    "versions": "Versions",
    "backend": "Backend",
    "connection": "Connection",
    "store": "Store",
    "cache": "Cache",
    "keys": "Keys",
    "schemas": "Schemas",
    "values": "Values",
    "rollback": "Way back",
    "database": "Metadata database",
}
_ELSEWHERE = {"database": "rollback:database"}


def main(args: argparse.Namespace) -> int:
    """The exit code."""
    return console.run(args, _work)


def _work(args: argparse.Namespace, consoles: Consoles) -> int:
    begun = perf_counter()
    try:
        problem = start()
    except Exception as e:
        consoles.problem(f"Airflow does not start here ({named(e)}). Look at: python -c 'import airflow'")
        return WRONG
    from .here import Here

    here = Here(args.backend, args.rows, problem)
    report = _Report(here, consoles, as_json=args.json)
    try:
        report.begin(showing_options=not args.only or "options" in args.only)
        for name in CHECKS:
            if not args.only or name in args.only:
                report.add(_checked(name, here))
    finally:
        for left in here.space.close():
            consoles.problem(here.redaction(f"Not removed from the store: {left}"))
    return report.end(perf_counter() - begun, strict=args.strict)


def _checked(name: str, here: Any) -> Checked:
    module, _, function = _ELSEWHERE.get(name, name).partition(":")
    begun = perf_counter()

    def find() -> Any:
        return getattr(import_module(f"{__package__}.{module}"), function or "check")(here)

    return Checked(name, _TITLES[name], tuple(guarded(find)), perf_counter() - begun)


class _Report:
    """For people as it comes, for programs in the end."""

    def __init__(self, here: Any, consoles: Consoles, *, as_json: bool) -> None:
        self._here, self._consoles, self._as_json = here, consoles, as_json
        self._checks: list[Checked] = []
        self._options: list[Any] = []

    def begin(self, *, showing_options: bool) -> None:
        from . import options, show

        self._options = options.options(self._here) if showing_options else []
        if not self._as_json:
            self._print(Text(f"airflow-xcom-toolkit {__version__}: is everything as tasks need it?", style="bold"))
            if self._options:
                self._print(show.options(self._options, self._here.redaction))

    def add(self, found: Checked) -> None:
        from . import show

        self._checks.append(found)
        if not self._as_json:
            self._print(*show.check(found, self._here.redaction))

    def end(self, seconds: float, *, strict: bool) -> int:
        from . import show

        counts = Counter(finding.status for check in self._checks for finding in check.findings)
        wrong = counts[FAILED] or (strict and counts[WARNING])
        if self._as_json:
            self._consoles.json(self._here.redaction.of(self._json(counts, failed=bool(wrong))))
        else:
            self._print(show.end(self._checks, seconds))
        return WRONG if wrong else DONE

    def _json(self, counts: Counter[str], *, failed: bool) -> dict[str, Any]:
        return {
            "toolkit": __version__,
            "result": "failed" if failed else "ok",
            **self._here.to_json(),
            "counts": dict(counts),
            "options": [option.to_json() for option in self._options],
            "checks": [check.to_json() for check in self._checks],
        }

    def _print(self, *lines: Any) -> None:
        self._consoles.output.print(*lines, sep="\n")
