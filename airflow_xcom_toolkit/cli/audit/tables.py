"""The report as tables, for the terminal and the page alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from .. import words

LAST_DAYS = 7
Report = Mapping[str, Any]


class Cell(NamedTuple):
    """A text, and the number that it shows, if it does."""

    text: str
    number: int | None = None


@dataclass(frozen=True)
class Table:
    """``numbers``: which columns have numbers in them. ``name`` is its own."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: list[list[Cell]]
    note: str = ""

    @property
    def numbers(self) -> list[bool]:
        return [any(row[place].number is not None for row in self.rows) for place in range(len(self.columns))]


def tables(found: Report) -> Iterator[Table]:
    """Those that have anything in them, the most urgent first."""
    yield from (table for table in _all(found) if table.rows)


def _all(found: Report) -> Iterator[Table]:
    yield _groups(found, "by_kind", "What the rows are", "Kind")
    yield _malformed(found)
    yield _breaks(found)
    yield _groups(found, "unknown_stores", "Stores that are not configured here", "Store", _UNKNOWN_STORES)
    yield _sizes(found)
    yield _thresholds(found)
    yield _groups(found, "by_dag", "By dag", "Dag")
    yield _groups(found, "by_task", "By task", "Task")
    yield _groups(found, "by_key", "By key", "Key")
    yield _groups(found, "by_type", "By type", "Type")
    yield _keys(found)
    yield _groups(found, "by_codec", "Envelopes by codec", "Codecs")
    yield _groups(found, "by_store", "Objects by store", "Store")
    yield _groups(found, "by_version", "Envelopes by version of the format", "Version")
    yield _days(found)
    yield _largest(found, "row", "The largest rows")
    yield _largest(found, "stored", "The largest values, with their objects")
    yield _archives(found)


_UNKNOWN_STORES = "Nobody can read these here: give each its path in [xcom_toolkit] stores."
_COUNTED = ("Rows", "In the database", "In stores", "Largest")


def _groups(found: Report, name: str, title: str, column: str, note: str = "") -> Table:
    of = found[name]
    rows = [[Cell(printable(group["name"])), *_counts(group)] for group in of["groups"]]
    if of["others"]:
        others = of["names"] - len(of["groups"])
        rows.append([Cell(f"({words.count(others, 'other')})"), *_counts(of["others"])])
    return Table(name, title, (column, *_COUNTED), rows, note)


def _counts(group: Report) -> list[Cell]:
    return [number(group["rows"]), size(group["row_bytes"]), size(group["object_bytes"]), size(group["largest"])]


def _malformed(found: Report) -> Table:
    rows = [[Cell(where(one)), Cell(one["problem"])] for one in found["malformed"]["named"]]
    left = found["malformed"]["rows"] - len(rows)
    note = f"And {words.count(left, 'more row')}." if left else ""
    return Table("malformed", "Rows that nobody can read", ("XCom", "Problem"), rows, note)


def _breaks(found: Report) -> Table:
    rows = [
        [Cell(f"{one['what']}\n{one['why']}"), number(one["rows"]), Cell("\n".join(map(where, one["examples"])))]
        for one in found["breaks"]
    ]
    return Table("breaks", "What Airflow's own backends break on", ("Row", "Rows", "Such as"), rows)


def _sizes(found: Report) -> Table:
    of, unknown = found["sizes"], found["totals"]["objects_of_unknown_size"]
    names = [name for name in of["row"] if name not in ("count", "total")] if of["row"]["count"] else []
    rows = [[Cell(name), *(size(of[what][name]) for what in ("value", "row", "stored"))] for name in names]
    note = f"Without {words.count(unknown, 'object')} of unknown size; --sizes asks the store." if unknown else ""
    return Table("sizes", "Sizes", ("Percentile", "Value", "Row", "Row and object"), rows, note)


def _thresholds(found: Report) -> Table:
    of = found["thresholds"]
    rows = []
    for line in of["table"]:
        marks = [
            *(["recommended"] if line["threshold"] == of["recommended"] else []),
            *(["configured"] if line["threshold"] == found["configured"]["threshold"] else []),
        ]
        numbers = [number(line["rows_offloaded"]), size(line["database_bytes"]), number(line["requests_saved"])]
        rows.append([number(line["threshold"]), *numbers, Cell(", ".join(marks))])
    columns = ("Threshold", "Values in the store", "In the database", "Requests saved", "")
    is_any = found["sizes"]["value"]["count"] > 0
    return Table("thresholds", "What a threshold does", columns, rows if is_any else [], _ABOUT_THRESHOLDS)


_ABOUT_THRESHOLDS = (
    "If all were pushed anew. Requests: a put and a get for each value that stays in its row, and is pulled once."
)


def _keys(found: Report) -> Table:
    rows = [
        [Cell(one["key_id"] or "not encrypted"), *_counts(one), Cell(_time(one["newest"])), Cell(_HERE[one["is_here"]])]
        for one in found["keys"]
    ]
    return Table("keys", "Encryption: rows by key id", ("Key id", *_COUNTED, "Newest", "Key here"), rows)


_HERE = {True: "yes", False: "no", None: ""}


def _days(found: Report) -> Table:
    rows = [[Cell(one["day"]), *_counts(one)] for one in found["days"][: -LAST_DAYS - 1 : -1]]
    return Table("days", "The last days with rows that are still there", ("Day (UTC)", *_COUNTED), rows)


def _largest(found: Report, name: str, title: str) -> Table:
    rows = [
        [Cell(where(one)), Cell(one["type"]), size(one["row_bytes"]), size(one["stored_bytes"])]
        for one in found["largest"][name]
    ]
    return Table(f"largest_{name}", title, ("XCom", "Type", "Row", "Row and object"), rows)


def _archives(found: Report) -> Table:
    rows = [[Cell(one["table"]), *_counts(one)] for one in found["archives"]]
    note = "Not in the numbers above."
    return Table("archives", "Archives of airflow db clean", ("Table", *_COUNTED), rows, note)


# Cells --------------------------------------------------------------------------------------------------------------


def number(found: int) -> Cell:
    return Cell(f"{found:,}", found)


def size(nbytes: int) -> Cell:
    return Cell(words.size(nbytes), nbytes)


def where(one: Report) -> str:
    """Whose XCom it is, on one line."""
    index = one["map_index"]
    mapped = f"[{index}]" if index is not None and index >= 0 else ""
    names = [printable(one[name]) for name in ("dag", "task", "key", "run")]
    return f"{names[0]}.{names[1]}{mapped}  {names[2]}  {names[3]}"


def printable(name: str | None) -> str:
    """A name that does nothing to a terminal."""
    return "?" if name is None else name if name.isprintable() else ascii(name)[1:-1]


def _time(text: str) -> str:
    return text[:19].replace("T", " ")
