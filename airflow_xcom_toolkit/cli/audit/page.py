"""The page: one file with tables and plots, which opens without a network."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .plots import plots
from .show import header, total, warnings
from .tables import Report, tables

CAPTIONS = {
    "sizes": "Values by size",
    "by_dag": "Bytes by dag",
    "by_type": "Rows by type",
    "days": "Bytes by the day they were written on",
}


LONG = ("breaks", "malformed")
"""Tables with sentences in them."""


def page(found: Report) -> str:
    """HTML. Every name is escaped; nothing is loaded, and there is no script."""
    template = _environment().get_template("page.html")
    return template.render(
        found=found,
        header=list(header(found)),
        total=total(found),
        tables=list(tables(found)),
        warnings=list(warnings(found)),
        plots=plots(found),
        captions=CAPTIONS,
        long=LONG,
        made=datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
    )


def _environment() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
