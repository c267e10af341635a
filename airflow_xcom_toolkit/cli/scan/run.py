"""Scans dags, and shows what it found."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from .. import console, words
from ..console import DONE, WRONG, Consoles
from ..loading import loaded
from .findings import Finding, Scan, counts
from .trying import CHANGED, KEPT, NOTHING, REFUSED, UNKNOWN


def main(args: argparse.Namespace) -> int:
    """The exit code."""
    return console.run(args, _work)


def _work(args: argparse.Namespace, consoles: Consoles) -> int:
    found = loaded(args.dags, consoles.errors)
    scan = Scan()
    findings = list(scan.of(found.dags))
    if args.json:
        consoles.json(_as_json(findings, scan, found.errors))
    else:
        _show(findings, scan, consoles)
        for file, error in found.errors.items():
            consoles.problem(f"{file} cannot be imported: {error.strip().splitlines()[-1]}")
    return WRONG if found.errors or counts(findings)["refused_by_the_toolkit"] else DONE


def _as_json(findings: Sequence[Finding], scan: Scan, errors: Mapping[str, str]) -> dict[str, Any]:
    return {
        "tasks": [one.to_json() for one in findings],
        "counts": counts(findings),
        "allow": scan.allow_line or None,
        "import_errors": dict(errors),
    }


def _show(findings: Sequence[Finding], scan: Scan, consoles: Consoles) -> None:
    if not findings:
        return consoles.warning("There is no task in what could be imported.")
    consoles.output.print(_table(findings))
    number = counts(findings)
    kinds = [f"{number[kind]} {text}" for kind, text in _COUNTED.items() if number[kind]]
    consoles.output.print(f"{words.count(len(findings), 'XCom')}: {', '.join(kinds)}.", soft_wrap=True)
    if scan.allow_line:
        consoles.output.print("The toolkit keeps what is not on Airflow's allow list with:", soft_wrap=True)
        consoles.output.print(scan.allow_line, soft_wrap=True, markup=False)


_COUNTED = {
    "kept_by_both": "kept by both",
    "kept_by_the_toolkit_alone": "kept by the toolkit alone",
    "refused_by_the_toolkit": "refused by the toolkit",
    UNKNOWN: "unknown",
    NOTHING: "that are not pushed",
}


def _table(findings: Sequence[Finding]) -> Table:
    table = Table(box=box.ROUNDED, border_style="dim", header_style="bold")
    for name in ("Task", "Declared", "Default backend", "Toolkit", "Why, and what to do"):
        table.add_column(name, overflow="fold", no_wrap=name in ("Default backend", "Toolkit"))
    dag = None
    for one in findings:
        if one.dag != dag:
            table.add_section()
            table.add_row(Text(one.dag, style="bold"))
        dag = one.dag
        task = one.task if one.key == "return_value" else f"{one.task} ({one.key})"
        table.add_row(Text(f"  {task}"), Text(one.declared), _said(one.stock), _said(one.toolkit), Text(one.hint))
    return table


def _said(verdict: Any) -> Text:
    return Text(verdict.says, style=_STYLES[verdict.says])


_STYLES = {KEPT: "green", CHANGED: "yellow", REFUSED: "red", UNKNOWN: "dim", NOTHING: "dim"}
