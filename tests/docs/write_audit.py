"""The generated parts of the page about audits: ``python -m tests.docs.write_audit`` writes them."""

from __future__ import annotations

import io

from rich.console import Console

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.cli.audit import show
from airflow_xcom_toolkit.cli.audit.breaks import CHECKS
from airflow_xcom_toolkit.cli.audit.seen import Seen
from airflow_xcom_toolkit.cli.audit.tally import Tally
from tests.contract.pages import written
from tests.docs.pages import DOCS
from tests.unit.cli.audit.rows import configured, seen, stored

PAGE = DOCS / "how-to" / "audit.md"
WIDTH = 110


def main() -> None:
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), parts()), encoding="utf-8")


def parts() -> dict[str, str]:
    return {"report": f"```text\n{_report()}\n```", "checks": _checks()}


def _report() -> str:
    """Its sizes and thresholds, of rows of a dag that moves files, and of one that moves frames in rows."""
    tally = Tally(configured(), 10)
    for number in range(10_000):
        tally.add(stored(), _row(number))
    about = {"toolkit": "", "database": "postgresql", "selection": {}, "sizes_not_told": 0}
    shown = show.parts({**about, **tally.report()})
    output = io.StringIO()
    names = ("total", "sizes", "thresholds", "recommendation")
    Console(file=output, width=WIDTH).print(*(shown[name] for name in names), sep="\n")
    return "\n".join(line.rstrip() for line in output.getvalue().splitlines())


def _row(number: int) -> Seen:
    """Nine in ten are control flow, of up to 1,700 bytes; the rest is data, of up to 3 MB."""
    if number % 10:
        return seen(40 + number * number % 1700 if number % 7 == 0 else 60, at=Coordinate("files", "r", "list", number))
    return seen(3000 + number * number % 3_000_000, at=Coordinate("frames", "r", "load", number))


def _checks() -> str:
    lines = (f"| {check.what} | {check.why} |" for check in CHECKS.values())
    return "\n".join(["| row | what happens |", "|---|---|", *lines])


if __name__ == "__main__":
    main()
