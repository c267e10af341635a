"""What an audit prints."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from .. import words
from .tables import Report, Table, tables


def report(found: Report) -> Iterator[RenderableType]:
    """Everything, from top to bottom."""
    yield from parts(found).values()


def parts(found: Report) -> dict[str, RenderableType]:
    """The same by name, where a table has its own."""
    made: dict[str, RenderableType] = {
        "header": Text("\n".join(header(found)), style="dim"),
        "total": Text(total(found), style="bold"),
    }
    for table in tables(found):
        made[table.name] = _shown(table)
        if table.name == "thresholds":
            made["recommendation"] = Text(recommendation(found), style="bold")
    return made


def header(found: Report) -> Iterator[str]:
    """Of what, and with which options."""
    of = found["configured"]
    selected = "".join(f", {name} {pattern}" for name, pattern in found["selection"].items())
    yield f"airflow-xcom-toolkit {found['toolkit']}, XComs of a {found['database']} database{selected}"
    threshold = "no threshold" if of["threshold"] < 0 else f"threshold {of['threshold']:,}"
    store = f"store {of['store']}, {threshold}" if of["store"] else "no store"
    yield f"Configured: {of['backend']} ({of['kind']}), {store}, encryption {'on' if of['encrypts'] else 'off'}"


def total(found: Report) -> str:
    """On one line."""
    of = found["totals"]
    if not of["rows"]:
        selected = " that fits" if found["selection"] else ""
        return f"There is no row of an XCom{selected}."
    text = f"{words.count(of['rows'], 'row')} with {words.size(of['row_bytes'])} in the database"
    if not of["objects"]:
        return f"{text}, and no object in a store."
    unknown = f" and {of['objects_of_unknown_size']:,} of unknown size" if of["objects_of_unknown_size"] else ""
    return (
        f"{text}, and {words.count(of['objects'], 'object')} in stores, with {words.size(of['object_bytes'])}{unknown}."
    )


def recommendation(found: Report) -> str:
    of = found["thresholds"]
    return f"Recommended: xcom_objectstorage_threshold = {of['recommended']}\n{of['reason']}"


def warnings(found: Report) -> Iterator[str]:
    """What somebody should see to."""
    if rows := sum(one["rows"] for one in found["unknown_stores"]["groups"]):
        yield f"In stores that are not configured here ([xcom_toolkit] stores): {words.count(rows, 'row')}."
    for one in found["keys"]:
        if one["is_here"] is False:
            yield f"Encrypted with the key {one['key_id']}, which is not here: {words.count(one['rows'], 'row')}."
    plain = next((one for one in found["keys"] if one["key_id"] is None), None)
    if plain and found["configured"]["encrypts"]:
        yield f"Not encrypted: {words.count(plain['rows'], 'row')}, the newest of {plain['newest'][:10]}."
    if found["sizes_not_told"]:
        yield f"The store did not tell the size: {words.count(found['sizes_not_told'], 'object')}."


def _shown(table: Table) -> RenderableType:
    made = RichTable(box=box.ROUNDED, border_style="dim", header_style="bold")
    for name, is_number in zip(table.columns, table.numbers):
        made.add_column(name, justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
    for row in table.rows:
        made.add_row(*(Text(cell.text) for cell in row))
    note = [Text(table.note, style="dim")] if table.note else []
    return Group(Text(f"\n{table.title}", style="bold"), made, *note)
