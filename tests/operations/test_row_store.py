"""Reading and replacing rows beside Airflow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.compat.database import row_tables
from airflow_xcom_toolkit.errors import MetadataError
from airflow_xcom_toolkit.metadata import Change, RowStore, Selection, store
from tests.operations.databases import KINDS, database
from tests.operations.planted import LONG_AGO, Planted, plant, read


@pytest.fixture(scope="module", params=(*KINDS, "mysql"))
def metadata_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of each kind of database that Airflow runs on."""
    with database(request.param, tmp_path_factory.mktemp(request.param)) as url:
        yield url


AT = Coordinate("sales", "run 1", "load", -1, "return_value")


def many(count: int, **changed: Any) -> list[Planted]:
    values = {"dag_id": "sales", "run_id": "run 1", "task_id": "load", "key": "return_value", **changed}
    return [Planted(Coordinate(map_index=index, **values), {"n": index}) for index in range(count)]


def test_every_row_is_read_once_however_many_there_are(
    engine: Engine, rows: RowStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BATCH_ROWS", 7)
    plant(engine, many(50) + many(20, run_id="run 2"))
    found = [(row.at.run_id, row.at.map_index, row.value) for row in rows.scan()]
    expected = [(run, index, {"n": index}) for run, count in (("run 1", 50), ("run 2", 20)) for index in range(count)]
    assert sorted(found, key=str) == sorted(expected, key=str)
    assert rows.count() == 70


def test_long_rows_are_held_one_at_a_time(engine: Engine, rows: RowStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BATCH_BYTES", 1000)
    lengths: list[int] = []
    original = RowStore._rows_where

    def noting(*arguments: Any) -> Any:
        found = original(*arguments)
        lengths.append(sum(len(row.text) for row in found))
        return found

    monkeypatch.setattr(RowStore, "_rows_where", noting)
    plant(engine, [Planted(one.at, "x" * size) for one, size in zip(many(6), (10, 5000, 10, 10, 900, 900))])
    assert [len(row.value) for row in rows.scan()] == [10, 5000, 10, 10, 900, 900]
    assert max(lengths) < 5100
    assert sum(length > 1000 for length in lengths) == 1


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(dag="sales"), {"sales"}),
        (Selection(dag="s*"), {"sales", "stock", "s_les"}),
        (Selection(dag="s_les"), {"s_les"}),
        (Selection(dag="s?les"), {"sales", "s_les"}),
        (Selection(dag="S*"), {"Sales"}),
        (Selection(dag="none"), set()),
        (Selection(dag="sales", task="l*", key="return_value", run="run 1", map_index=0), {"sales"}),
        (Selection(dag="sales", map_index=3), set()),
    ],
)
def test_a_selection_gives_the_rows_whose_names_match(
    engine: Engine, rows: RowStore, selection: Selection, expected: set[str]
) -> None:
    plant(engine, [one for dag in ("sales", "stock", "s_les", "Sales", "other") for one in many(1, dag_id=dag)])
    assert {row.at.dag_id for row in rows.scan(selection)} == expected


def test_a_selection_by_time_gives_what_was_written_since(engine: Engine, rows: RowStore) -> None:
    times = [LONG_AGO + timedelta(days=day) for day in range(4)]
    plant(engine, [Planted(one.at, day, time) for day, (one, time) in enumerate(zip(many(4), times))])
    assert [row.value for row in rows.scan(Selection(since=times[2]))] == [2, 3]


def test_a_row_is_replaced_and_keeps_the_time_that_airflow_wrote_it(engine: Engine, rows: RowStore) -> None:
    plant(engine, [Planted(AT, {"a": [1, 2.5, "ü", None]})])
    (row,) = rows.scan()
    assert rows.replace([Change(row, ["new"])]) == [True]
    assert read(engine, AT) == ["new"]
    assert [again.timestamp for again in rows.scan()] == [LONG_AGO]


def test_a_row_that_a_task_wrote_since_it_was_read_is_left_alone(engine: Engine, rows: RowStore) -> None:
    plant(engine, [Planted(AT, "old"), *many(1)])
    read_before = {row.at: row for row in rows.scan()}
    with engine.begin() as connection:
        table = row_tables(engine)[0]
        own = table.columns["value"].table
        connection.execute(sa.delete(own).where(table.columns["map_index"] == -1))
    plant(engine, [Planted(AT, "old", LONG_AGO + timedelta(seconds=1))])
    changes = [Change(row, "changed") for row in read_before.values()]
    assert dict(zip(read_before, rows.replace(changes))) == {AT: False, many(1)[0].at: True}
    assert read(engine, AT) == "old"


def test_a_row_that_another_command_changed_since_it_was_read_is_left_alone(engine: Engine, rows: RowStore) -> None:
    plant(engine, [Planted(AT, {"key": "one"})])
    (row,) = rows.scan()
    assert rows.replace([Change(row, {"key": "two"})]) == [True]
    assert rows.replace([Change(row, {"key": "three"})]) == [False]
    assert read(engine, AT) == {"key": "two"}


def test_a_change_whose_commit_was_not_heard_of_counts_as_done(
    engine: Engine, rows: RowStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes just after the commit: the next try finds the row changed, by this very change."""
    plant(engine, [Planted(AT, "old"), *many(1)])
    first, other = sorted(rows.scan(), key=lambda row: row.at.map_index or 0)
    assert rows.replace([Change(other, "of another")]) == [True]
    monkeypatch.setattr(store, "_FIRST_WAIT", 0)
    begin, lost = engine.begin, []

    @contextmanager
    def losing() -> Iterator[Any]:
        with begin() as connection:
            yield connection
        if not lost:
            lost.append(True)
            raise sa.exc.OperationalError("COMMIT", {}, Exception("server closed the connection"))

    monkeypatch.setattr(engine, "begin", losing)
    assert rows.replace([Change(first, {"n": 1.5}), Change(other, "changed")]) == [True, False]


def test_a_row_that_is_gone_is_not_made_again(engine: Engine, rows: RowStore) -> None:
    plant(engine, [Planted(AT, 1)])
    (row,) = rows.scan()
    with engine.begin() as connection:
        connection.execute(sa.delete(row_tables(engine)[0].columns["value"].table))
    assert rows.replace([Change(row, 2)]) == [False]
    assert rows.count() == 0


def test_rows_that_db_clean_archived_are_read_where_they_are_asked_for(engine: Engine) -> None:
    plant(engine, many(3))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE _airflow_deleted__xcom__20260101000000 AS SELECT * FROM xcom"))
        connection.execute(sa.delete(row_tables(engine)[0].columns["value"].table))
    rows = RowStore(engine)
    assert rows.archives == ["_airflow_deleted__xcom__20260101000000"]
    assert list(rows.scan()) == []
    found = list(rows.scan(Selection(archives=True)))
    assert [(row.at.map_index, row.value, row.is_archived) for row in found] == [
        (index, {"n": index}, True) for index in range(3)
    ]


def test_the_newest_row_of_an_xcom_is_found_by_its_exact_names(engine: Engine, rows: RowStore) -> None:
    plant(engine, [Planted(AT, "it"), Planted(Coordinate("s*les", "run 1", "load", -1, "return_value"), "other")])
    found = rows.newest(AT)
    assert found is not None
    assert found.value == "it"
    assert rows.newest(Coordinate("sales", "run 2", "load", -1, "return_value")) is None


def test_a_database_without_airflows_tables_says_so() -> None:
    with pytest.raises(MetadataError, match="no table of XComs"):
        RowStore(sa.create_engine("sqlite://"))


def test_a_database_that_does_not_answer_says_so_without_its_password() -> None:
    url = "postgresql+psycopg2://airflow:s3cr3t@127.0.0.1:1/airflow"
    with pytest.raises(MetadataError) as error:
        RowStore(sa.create_engine(url))
    assert "127.0.0.1" in str(error.value)
    assert "s3cr3t" not in str(error.value)
