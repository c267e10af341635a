"""The suite ``codecs``: what compression wins and loses, by data and by speed of the store."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from airflow_xcom_toolkit.cli.bench import codecs
from airflow_xcom_toolkit.cli.bench.bodies import BODIES, body
from airflow_xcom_toolkit.cli.bench.codecs import SPEEDS, Table, Tried
from airflow_xcom_toolkit.cli.bench.results import Line

SIZE = 100_000


@pytest.fixture(scope="module")
def table() -> Table:
    return codecs.measure(size=SIZE, repeat=1)


@pytest.mark.parametrize("name", BODIES)
def test_the_data_are_the_same_in_every_run(name: str) -> None:
    assert body(name, SIZE) == body(name, SIZE)


@pytest.mark.parametrize("name", BODIES)
def test_the_data_are_about_as_large_as_asked_for(name: str) -> None:
    assert 0.6 * SIZE < len(body(name, SIZE)) < 1.5 * SIZE


def test_each_kind_of_data_is_tried_in_each_way(table: Table) -> None:
    assert {(one.data, one.way) for one in table.tried} == {(data, way) for data in BODIES for way in codecs.ways()}


def test_auto_makes_nothing_larger(table: Table) -> None:
    """By one per cent at most."""
    assert all(table.of(data)["auto"].part <= 1.01 for data in table.data)


def test_auto_takes_each_of_the_methods_for_some_data(table: Table) -> None:
    assert {table.of(data)["auto"].picked for data in table.data} == {"zstd", "lz4", "none"}


def test_the_table_is_json(table: Table) -> None:
    assert json.loads(json.dumps(table.to_json()))["speeds"] == list(SPEEDS)


def tried(way: str, stored: int, compress: float, decompress: float) -> Tried:
    return Tried("text", way, way, 100_000_000, stored, compress, decompress)


def test_what_is_slower_decides() -> None:
    """Of compressing and sending, and of fetching and decompressing."""
    one = tried("zstd", 50_000_000, 0.4, 0.1)
    assert (one.push(50), one.push(1000)) == (1.0, 0.4)
    assert (one.pull(50), one.pull(1000)) == (1.0, 0.1)


def test_auto_is_compared_with_the_best_of_the_others() -> None:
    none, zstd, auto = (
        tried("none", 100_000_000, 0, 0),
        tried("zstd", 50_000_000, 0.4, 0.1),
        tried("auto", 50_000_000, 0.5, 0.1),
    )
    table = Table((none, zstd, auto))
    assert [table.best("text", speed).way for speed in (50, 1000)] == ["zstd", "none"]
    assert table.behind("text", 1000) == pytest.approx(0.6 / 0.2)


def test_the_suite_gives_a_line_for_each_kind_of_data_and_speed() -> None:
    """Two: without compression, and with ``auto``, which says what it took."""
    options = SimpleNamespace(megabytes=lambda usual: 0.05, repeat=1)
    bench: Any = SimpleNamespace(options=options, say=lambda what: None)
    lines = [cast(Line, found) for found in codecs.run(bench)]
    assert len(lines) == 2 * len(BODIES) * len(SPEEDS)
    assert {line.way for line in lines} == {"none", "auto"}
    assert all("left; best: " in line.note for line in lines if line.way == "auto")
