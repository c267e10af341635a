"""The tables and the page: they say what the JSON says, and show names as text."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.cli.audit import show
from airflow_xcom_toolkit.cli.audit.page import page
from airflow_xcom_toolkit.cli.audit.seen import MALFORMED, STOCK, Seen
from airflow_xcom_toolkit.cli.audit.tables import tables
from airflow_xcom_toolkit.cli.audit.tally import Tally
from tests.unit.cli.audit.rows import AT, configured, seen, stored

ODD = "<script>alert(1)</script>$x^2$&\x1b[31m"


def report(values: Sequence[Seen], top: int = 10, archived: Sequence[Seen] = (), **options: Any) -> dict[str, Any]:
    tally = Tally(configured(**options), top)
    for value in values:
        tally.add(stored(1), value)
    for value in archived:
        tally.add(stored(1, is_archived=True), value)
    about = {"toolkit": "0.6.0", "database": "sqlite", "selection": {}, "sizes_not_told": 0}
    found: dict[str, Any] = json.loads(json.dumps({**about, **tally.report()}))
    return found


MANY = [
    *(seen(10 * n, day=n % 40, at=Coordinate(f"dag {n % 13}", "run", f"task {n % 3}", n, "key")) for n in range(200)),
    seen(5000, at=Coordinate(ODD, ODD, ODD, -1, ODD), breaks=("nul",)),
    seen(9000, objects=9000, codecs="zstd", store="gone", version=1, key_id="3fa1c2d4"),
    seen(10, objects=None, kind=STOCK, type=STOCK, breaks=("reference-not-followed",)),
    seen(10, kind=MALFORMED, type=MALFORMED, problem="An envelope of <b>format</b> 2"),
]


class Read(HTMLParser):
    """The page as a browser takes it: its tags, its text, and the numbers of each table row by row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.ids: list[str] = []
        self.numbers: dict[str, list[list[int]]] = {}
        self._table: list[list[int]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [str(of["id"])] if "id" in of else []
        if tag == "section" and "id" in of:
            self._table = self.numbers.setdefault(str(of["id"]), [])
        if tag == "tr":
            self._table.append([])
        if tag == "data":
            self._table[-1].append(int(str(of["value"])))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return report(MANY, archived=[seen(77)])


@pytest.fixture(scope="module")
def html(found: dict[str, Any]) -> str:
    return page(found)


def test_names_are_text_and_never_markup(html: str) -> None:
    read = Read(html)
    assert "script" not in read.tags
    assert "b" not in read.tags
    assert "<script>alert(1)</script>$x^2$&\\x1b[31m" in read.text
    assert "\x1b" not in html


def test_the_page_loads_nothing_and_links_to_nothing(html: str) -> None:
    """It opens without a network, and tells no one that it was opened."""
    read = Read(html)
    assert not set(read.tags) & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "a"}
    assert "://" not in html
    assert not re.findall(r"@import|url\((?!#)", html)
    for name, value in read.attributes:
        assert not name.startswith("on")
        if name in ("src", "href", "xlink:href"):
            assert str(value).startswith("#")


def test_the_numbers_of_the_page_are_those_of_the_json(html: str, found: dict[str, Any]) -> None:
    numbers = {name: [row for row in rows if row] for name, rows in Read(html).numbers.items()}
    counted = ("rows", "row_bytes", "object_bytes", "largest")
    for name in ("by_kind", "by_dag", "by_task", "by_key", "by_type", "by_codec", "by_store", "unknown_stores"):
        of = found[name]["groups"] + ([found[name]["others"]] if found[name]["others"] else [])
        assert numbers[name] == [[group[column] for column in counted] for group in of], name
    for name in ("keys", "archives"):
        assert numbers[name] == [[one[column] for column in counted] for one in found[name]]
    assert numbers["sizes"] == [
        [found["sizes"][of][name] for of in ("value", "row", "stored")]
        for name in ("p50", "p90", "p95", "p99", "p99.9", "max")
    ]
    columns = ("threshold", "rows_offloaded", "database_bytes", "requests_saved")
    assert numbers["thresholds"] == [[line[name] for name in columns] for line in found["thresholds"]["table"]]
    assert numbers["days"] == [[day[column] for column in counted] for day in found["days"][:-8:-1]]
    assert numbers["breaks"] == [[one["rows"]] for one in found["breaks"]]
    for name in ("row", "stored"):
        of = found["largest"][name]
        assert numbers[f"largest_{name}"] == [[one["row_bytes"], one["stored_bytes"]] for one in of]
    assert str(found["thresholds"]["recommended"]) in Read(html).text


def test_there_are_four_plots_and_each_is_well_formed(html: str) -> None:
    found = re.findall(r"<svg.*?</svg>", html, re.S)
    assert len(found) == 4
    texts = [" ".join(ElementTree.fromstring(one.replace("xlink:", "")).itertext()) for one in found]
    for text, expected in zip(texts, ("recommended threshold: 2 KiB", "in stores", "object", "2026-01-")):
        assert expected in text


def test_ids_are_unique(html: str) -> None:
    ids = Read(html).ids
    assert len(ids) == len(set(ids))


def test_of_no_rows_there_is_a_page_that_says_so() -> None:
    text = page(report([]))
    assert "There is no row of an XCom." in text
    assert "<svg" not in text
    assert Read(text).numbers == {}


def test_one_row_is_enough_for_every_plot() -> None:
    for one in (seen(0), seen(10, objects=None), seen(100, objects=10**12)):
        assert page(report([one])).count("<svg") == 4


def printed(found: dict[str, Any], width: int = 140) -> str:
    output = io.StringIO()
    Console(file=output, width=width).print(*show.report(found), sep="\n")
    return output.getvalue()


def test_every_table_is_printed_and_a_name_does_nothing_to_the_terminal(found: dict[str, Any]) -> None:
    text = printed(found)
    for table in tables(found):
        assert table.title in text
    assert "\x1b[31m" not in text
    assert "\\x1b[31m" in text


def test_on_a_narrow_terminal_no_number_is_cut(found: dict[str, Any]) -> None:
    assert "…" not in printed(found, width=60)


def test_what_somebody_should_see_to_is_a_warning() -> None:
    lines = list(show.warnings(report(MANY, encrypts=True, keys=["77ab01ce"])))
    assert lines == [
        "In stores that are not configured here ([xcom_toolkit] stores): 1 row.",
        "Encrypted with the key 3fa1c2d4, which is not here: 1 row.",
        "Not encrypted: 202 rows, the newest of 2026-02-10.",
    ]
    assert list(show.warnings(report([seen(10)]))) == []


def test_rows_of_archives_are_counted_apart() -> None:
    found = report([seen(10)], archived=[seen(1000, at=AT), seen(500)])
    assert found["totals"]["rows"] == 1
    assert found["archives"] == [
        {"table": "xcom", "rows": 2, "row_bytes": 1500, "object_bytes": 0, "largest": 1000},
    ]
    assert found["sizes"]["row"]["max"] == 10
