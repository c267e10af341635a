"""The rebuilt ways of databases agree with real ones, through SQLAlchemy and the column type of Airflow's own table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, Table, create_engine, insert, select
from sqlalchemy.exc import SQLAlchemyError

from airflow_xcom_toolkit.testing.database.ways import RowRefusedError, in_jsonb, in_mariadb, in_sqlite
from airflow_xcom_toolkit.testing.same import assert_same
from tests.servers.mariadb import mariadb as mariadb_server
from tests.servers.postgres import postgres as postgres_server

REFUSED = "refused"

odd_floats = [-0.0, 1e15, 1e16, 1.5e16, 1e20, -1e22, 1e300, 1.7976931348623157e308, 5e-324, 1e-5, 0.1 + 0.2]
odd_ints = [2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**400]
odd_texts = ["\\u0000", "\\\\u0000", "1", "1.0", "null", "NaN", "-0.0", "\ud83d\ude00", "\U0001f600"]
numbers = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(odd_floats))
texts = st.one_of(st.text(st.characters(exclude_characters="\0"), max_size=8), st.sampled_from(odd_texts))
scalars = st.one_of(st.none(), st.booleans(), numbers, st.sampled_from(odd_ints), texts)
broken_texts = st.text(st.sampled_from('\0\\u0"é\ud83d\ude00'), min_size=1, max_size=6)
broken = st.one_of(broken_texts, st.sampled_from([float("nan"), float("inf"), -float("inf")]))
keys = st.one_of(texts, st.integers(0, 9), st.integers(0, 9).map(str), st.booleans(), st.none(), st.floats(0, 9))


def _containers(inside: st.SearchStrategy[Any], keys: st.SearchStrategy[Any] = keys) -> st.SearchStrategy[Any]:
    return st.one_of(st.lists(inside, max_size=4), st.dictionaries(keys, inside, max_size=5))


plain_rows = st.recursive(scalars, _containers)
broken_rows = st.one_of(broken, _containers(st.one_of(broken, plain_rows)), _containers(plain_rows, broken_texts))
rows = st.one_of(plain_rows, broken_rows)
levels = st.one_of(st.just(0), st.just(0), st.integers(1, 400))

EXAMPLES: list[Any] = [
    *("\0", ["a\0"], {"\0": 1}, "\\\0", "\\u0000", "\ud800", {"\ude00": 1}, "\ud83d\ude00", "\ude00\ud83d"),
    *(float("nan"), [float("-inf")], 1.0, -0.0, [-0.0], 1e300, [1e300], [1e20], [1.5e16], [5e-324], [1e-5]),
    *(2**63, 2**64, [2**70], -(2**63) - 1, 10**400, True, None, "1.0", {1: "int", "1": "text"}, {"1": 0, 1: 1}),
    *({"b": 1, "aa": 2, "a": 3}, {"é": 1, "zz": 2, "z": 3, "\U0001f600": 4, "": 5}, {None: 1, True: 2, 1.5: 3}),
    *([], {}, [[]], [{}], "", {"": ""}),
]


def _each_example(test: Any) -> Any:
    for row in EXAMPLES:
        test = example(row=row, depth=0)(test)
    for bound in (30, 31, 32):  # MariaDB's.
        test = example(row=[], depth=bound)(example(row=1, depth=bound)(test))
    test = given(row=rows, depth=levels)(test)
    return settings(max_examples=150, derandomize=True, deadline=None, database=None)(test)


def _nested(row: Any, depth: int) -> Any:
    for level in range(depth):
        row = [row] if level % 2 else {"k": row}
    return row


def _or_refused(way: Callable[[Any], Any], row: Any) -> Any:
    try:
        return way(row)
    except (RowRefusedError, SQLAlchemyError, ValueError, RecursionError):
        return REFUSED


class Database:
    """A real database with one table, whose column is that of Airflow's XComs."""

    def __init__(self, engine: Engine) -> None:
        from airflow.models.xcom import XComModel

        self.engine = engine
        kind = XComModel.__table__.c.value.type
        self.table = Table("rows", MetaData(), Column("id", Integer, primary_key=True), Column("value", kind))
        self.table.create(engine)

    def __call__(self, row: Any) -> Any:
        """What comes back for a row. Nothing is left behind."""
        with self.engine.connect() as connection:
            connection.execute(insert(self.table).values(id=1, value=row))
            return connection.execute(select(self.table.c.value)).scalar_one()


@contextmanager
def connected(url: str) -> Iterator[Database]:
    """The database of a URL."""
    engine = create_engine(url)
    try:
        yield Database(engine)
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def postgres() -> Iterator[Database]:
    """A server of this test's own."""
    with postgres_server() as url, connected(url) as database:
        yield database


@pytest.fixture(scope="module")
def mariadb() -> Iterator[Database]:
    """A server of this test's own."""
    with mariadb_server() as url, connected(url) as database:
        yield database


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A file of this test's own."""
    path: Path = tmp_path_factory.mktemp("sqlite") / "airflow.db"
    with connected(f"sqlite:///{path}") as database:
        yield database


@_each_example
def test_jsonb_is_what_postgresql_makes_of_a_row(postgres: Database, row: Any, depth: int) -> None:
    """It refuses the same rows, and gives the same back, down to types and the order of keys."""
    row = _nested(row, depth)
    assert_same(_or_refused(in_jsonb, row), _or_refused(postgres, row))


@_each_example
def test_sqlite_in_memory_is_what_airflows_file_makes_of_a_row(sqlite: Database, row: Any, depth: int) -> None:
    """The same affinity, and the same JSON."""
    row = _nested(row, depth)
    assert_same(_or_refused(in_sqlite, row), _or_refused(sqlite, row))


@_each_example
def test_json_as_text_is_what_mariadb_makes_of_a_row(mariadb: Database, row: Any, depth: int) -> None:
    """It refuses the same rows, and gives back what it takes."""
    row = _nested(row, depth)
    assert_same(_or_refused(in_mariadb, row), _or_refused(mariadb, row))


def test_each_database_was_asked_what_it_refuses(postgres: Database, mariadb: Database, sqlite: Database) -> None:
    """That is, agreement is not two errors of the test's own."""
    assert _or_refused(mariadb, "\ud800") == _or_refused(mariadb, [float("nan")]) == REFUSED
    assert_same(mariadb(["\0", -0.0, {"b": 1, "a": "\U0001f600"}]), ["\0", -0.0, {"b": 1, "a": "\U0001f600"}])
    assert _or_refused(postgres, "\0") == _or_refused(postgres, [float("nan")]) == REFUSED
    assert_same(postgres([1e20, "\ud83d\ude00"]), [10**20, "\U0001f600"])
    assert_same([sqlite(1.0), sqlite("\0"), sqlite([1.0])], [1, "\0", [1.0]])
