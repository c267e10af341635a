"""``gc`` finds what no row refers to, and deletes nothing else; on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.cli.command import UsageError
from airflow_xcom_toolkit.cli.gc import deleting, ledger
from airflow_xcom_toolkit.cli.gc.finding import Finding
from airflow_xcom_toolkit.compat.database import row_tables
from airflow_xcom_toolkit.metadata import RowStore
from tests.operations.deployed import DAY, Deployment, now
from tests.operations.planted import Planted, plant

on_sqlite = pytest.mark.parametrize("metadata_url", ["sqlite"], indirect=True)
"""For what does not depend on the database."""

AT = Coordinate("sales", "run", "load", -1, "return_value")
A_UUID = "7aeb8e3c-176f-4ff8-99e1-5a16c5ce7059"


@pytest.fixture
def deployment(engine: Engine, tmp_path: Path) -> Deployment:
    return Deployment(engine, tmp_path)


def archive(engine: Engine) -> None:
    """What ``airflow db clean`` does with all rows."""
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE _airflow_deleted__xcom__20260101000000 AS SELECT * FROM xcom"))
        connection.execute(sa.delete(row_tables(engine)[0].columns["value"].table))


# What is found ---------------------------------------------------------------------------------------------------


def test_the_orphans_are_deleted_and_nothing_else(deployment: Deployment) -> None:
    kept = {deployment.push("sales") for _ in range(5)}
    orphans = {deployment.push("sales", planted=False) for _ in range(3)}
    assert deployment.gc().answer["found"] == 3
    assert deployment.keys == kept | orphans
    ran = deployment.gc("--delete")
    assert (ran.code, ran.answer["deleted"]) == (0, 3)
    assert deployment.keys == kept


@on_sqlite
def test_an_object_that_is_young_stays(deployment: Deployment) -> None:
    deployment.push("sales")
    young = deployment.push("sales", planted=False, age=DAY / 2)
    assert deployment.gc("--delete").answer["kept"]["young"] == 1
    assert young in deployment.keys
    assert deployment.gc("--delete", "--grace", "11h").answer["deleted"] == 1


def test_a_row_keeps_its_object_wherever_that_lies(deployment: Deployment) -> None:
    """Below the names of another dag, as a copied or restored row may have it."""
    deployment.push("sales")
    row = deployment.row(AT)
    deployment.make_old(deployment.store / row["__data__"]["body"]["key"], 2 * DAY)
    plant(deployment.engine, [Planted(Coordinate("other", "other", "other", 3, "other"), row)])
    assert deployment.gc("--delete", "--dag", "sales").answer["found"] == 0


def test_an_envelope_inside_of_a_row_keeps_its_object(deployment: Deployment) -> None:
    row = deployment.row(AT)
    deployment.make_old(deployment.store / row["__data__"]["body"]["key"], 2 * DAY)
    plant(deployment.engine, [Planted(AT, {"a": [1, {"b": row}]})])
    assert deployment.gc("--delete").answer["found"] == 0


def test_what_the_stock_backend_left_is_found(deployment: Deployment) -> None:
    """Of Airflow 3.0 to 3.3, whose names are not quoted, and of 3.4; rows with the URL keep theirs."""
    run = "manual__2026-01-02T03:04:05+00:00"
    keys = [f"sales/{run}/load/{uuid4()}.gz", f"sales/{run}/load/ti-{uuid4()}/return_value.json"]
    for key in keys:
        deployment.put(key)
        other = deployment.put(key.replace("sales/", "stock/"))
        at = Coordinate("stock", run, "load", -1, key[-8:])
        plant(deployment.engine, [Planted(at, f"{deployment.urls['default']}/{other}")])
    assert deployment.gc("--delete", "--dag", "stock").answer["found"] == 0
    assert deployment.gc("--delete", "--run", run).answer["deleted"] == 2
    assert deployment.keys == {key.replace("sales/", "stock/") for key in keys}


@pytest.mark.parametrize(
    "key",
    [
        "readme.txt",
        "sales/run/load/report.json",
        f"sales/run/load/{A_UUID}.parquet",
        f"reports/{A_UUID}.json",
        f"sales/run/load/ti-{A_UUID}/model.pkl",
        f"sales/run/load/ti-{A_UUID}/return_value.0123456789ab.json/part-0",
        "sales/run/load/write/return_value.0123.json",
        "sales/run/load/write/.hidden",
    ],
)
@on_sqlite
def test_a_file_that_neither_backend_names_so_is_never_touched(deployment: Deployment, key: str) -> None:
    deployment.push("sales")
    deployment.put(key)
    ran = deployment.gc("--delete", "--allow-unused-store")
    assert (ran.answer["found"], ran.answer["kept"]["not_ours"]) == (0, 1)
    assert key in deployment.keys


@on_sqlite
def test_the_file_of_a_push_that_was_killed_is_an_orphan_once_it_is_old(deployment: Deployment) -> None:
    folder = Path(deployment.push("sales")).parent
    deployment.put(f"{folder}/.{uuid4().hex}.tmp")
    young = deployment.put(f"{folder}/.{uuid4().hex}.tmp", age=60)
    assert deployment.gc("--delete").answer["deleted"] == 1
    assert young in deployment.keys


@on_sqlite
def test_objects_of_some_dags_and_runs_are_deleted_alone(deployment: Deployment) -> None:
    """Names are quoted in keys, and cut where they are long; patterns match them all the same."""
    deployment.push("kept")
    long = "a" * 200 + "-daily"
    for dag in ("sales", "sales_eu", long):
        for run in ("manual__2026-01-02T03:04:05+00:00", "scheduled__2026-01-02"):
            deployment.push(Coordinate(dag, run, "load", -1, "x"), planted=False)
    counts = {
        arguments: deployment.gc(*arguments.split()).answer["found"]
        for arguments in (
            "--dag sales",
            "--dag sales*",
            f"--dag {long}",
            "--dag sales --run manual__2026-01-02T03:04:05+00:00",
            "--run manual__*T03:*",
            "--dag none",
        )
    }
    assert list(counts.values()) == [2, 4, 2, 1, 3, 0]


@on_sqlite
def test_only_the_store_that_is_named_is_looked_through(engine: Engine, tmp_path: Path) -> None:
    """Rows that refer to any store are read; without a name, all stores are."""
    deployment = Deployment(engine, tmp_path, "old")
    for store in ("default", "old"):
        deployment.push("sales", store=store)
        deployment.push("sales", store=store, planted=False)
    assert deployment.gc("--store", "old").answer["found"] == 1
    assert deployment.gc("--delete").answer["deleted"] == 2


@on_sqlite
def test_two_stores_that_lead_to_one_place_keep_what_the_other_keeps(engine: Engine, tmp_path: Path) -> None:
    """As when a store was renamed, and its old name stays for the rows there are."""
    deployment = Deployment(engine, tmp_path, "old")
    deployment.push("sales")
    deployment.folders["old"].symlink_to(deployment.store)
    assert deployment.gc("--delete", "--allow-unused-store").answer["found"] == 0


@on_sqlite
def test_a_store_that_is_called_otherwise_now_keeps_what_rows_say_of_its_old_name(deployment: Deployment) -> None:
    deployment.push("sales")
    deployment.urls["renamed"] = deployment.urls.pop("default")
    deployment.folders["renamed"] = deployment.folders["default"]
    ran = deployment.gc("--delete", "--allow-unused-store")
    assert ran.answer["found"] == 0
    assert ran.answer["unknown_stores"] == {"default": 1}
    assert "not configured here" in ran.said


# Archives --------------------------------------------------------------------------------------------------------


def test_what_an_archive_alone_refers_to_stays_until_it_is_ignored(deployment: Deployment) -> None:
    deployment.push("sales")
    archive(deployment.engine)
    deployment.push("stock")
    assert deployment.gc("--delete").answer["kept"]["by_archives_only"] == 1
    assert deployment.gc("--delete", "--ignore-archives").answer["deleted"] == 1


@on_sqlite
def test_rows_that_are_archived_while_they_are_read_keep_their_objects(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``db clean`` moves them before they are met, to a table that was not there before."""
    keys = {deployment.push("sales") for _ in range(3)}
    original, calls = Finding._marked, []

    def archiving(self: Finding, rows: RowStore) -> Any:
        if not calls:
            archive(deployment.engine)
        calls.append(rows)
        return original(self, rows)

    monkeypatch.setattr(Finding, "_marked", archiving)
    assert deployment.gc("--delete").answer["kept"]["by_archives_only"] == 3
    assert deployment.keys == keys
    assert len(calls) == 2


# What stops it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"__classname__": "airflow_xcom_toolkit.Envelope", "__version__": 1, "__data__": {}}, "no type"),
        ({"__classname__": "airflow_xcom_toolkit.Envelope", "__version__": 2, "__data__": {}}, "newer"),
    ],
)
def test_a_row_that_may_refer_to_anything_stops_it(deployment: Deployment, row: Any, said: str) -> None:
    deployment.push("sales")
    orphan = deployment.push("sales", planted=False)
    plant(deployment.engine, [Planted(AT, row)])
    ran = deployment.gc("--delete")
    assert (ran.code, ran.answer["deleted"], ran.answer["unreadable_rows"]) == (1, 0, 1)
    assert str(AT) in ran.said
    assert said in ran.said
    assert orphan in deployment.keys


@on_sqlite
def test_a_database_that_knows_nothing_of_the_store_is_taken_for_the_wrong_one(deployment: Deployment) -> None:
    orphan = deployment.push("sales", planted=False)
    plant(deployment.engine, [Planted(AT, "plain")])
    ran = deployment.gc("--delete")
    assert (ran.code, deployment.keys) == (1, {orphan})
    assert "--allow-unused-store" in ran.said
    assert deployment.gc("--delete", "--allow-unused-store").answer["deleted"] == 1


@on_sqlite
def test_a_short_grace_deletes_only_where_that_is_allowed(deployment: Deployment) -> None:
    deployment.push("sales")
    deployment.push("sales", planted=False, age=60)
    with pytest.raises(UsageError, match="--allow-short-grace"):
        deployment.gc("--delete", "--grace", "9m")
    assert deployment.gc("--grace", "10s").answer["found"] == 1
    assert deployment.gc("--delete", "--grace", "10s", "--allow-short-grace").answer["deleted"] == 1


@on_sqlite
def test_an_object_that_cannot_be_deleted_is_named(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one is deleted all the same; one that is gone already is no failure."""
    deployment.push("sales")
    orphans = [deployment.push("sales", planted=False) for _ in range(3)]
    original = deleting._delete

    def failing(store: Any, orphan: Any) -> bool:
        if orphan.key == orphans[0]:
            raise PermissionError("no")
        if orphan.key == orphans[1]:
            os.unlink(deployment.store / orphan.key)
        return original(store, orphan)

    monkeypatch.setattr(deleting, "_delete", failing)
    ran = deployment.gc("--delete")
    assert (ran.code, ran.answer["deleted"], ran.answer["failed"]) == (1, 2, 1)
    assert orphans[0] in ran.said


@on_sqlite
def test_a_store_that_lets_nothing_be_deleted_is_not_asked_for_each_object(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment.push("sales")
    for _ in range(7):
        deployment.push("sales", planted=False)
    asked = []

    def refusing(store: Any, orphan: Any) -> bool:
        asked.append(orphan)
        raise PermissionError("no")

    monkeypatch.setattr(deleting, "_delete", refusing)
    monkeypatch.setattr(ledger, "_BATCH", 3)
    assert deployment.gc("--delete").code == 1
    assert len(asked) == 3


# Beside tasks ----------------------------------------------------------------------------------------------------


@on_sqlite
def test_killed_halfway_it_has_deleted_orphans_alone_and_goes_on(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {deployment.push("sales") for _ in range(4)}
    for _ in range(9):
        deployment.push("sales", planted=False)
    monkeypatch.setattr(ledger, "_BATCH", 4)
    original, left = deleting.Deleting.delete, [1]

    def killed(self: Any, batch: Any) -> bool:
        if not left:
            raise KeyboardInterrupt
        left.pop()
        return original(self, batch)

    with monkeypatch.context() as patch:
        patch.setattr(deleting.Deleting, "delete", killed)
        with pytest.raises(KeyboardInterrupt):
            deployment.gc("--delete")
    assert len(deployment.keys) == 9
    assert deployment.keys > kept
    assert deployment.gc("--delete").answer["deleted"] == 5
    assert deployment.keys == kept


def test_what_tasks_push_meanwhile_stays(deployment: Deployment) -> None:
    """Objects before their rows, and rows that replace others: all that a row refers to in the end is there."""
    for _ in range(30):
        deployment.push("sales", planted=False)
    deployment.push("sales")
    pushed: list[str] = []
    is_over = threading.Event()

    def task() -> None:
        while not is_over.is_set():
            at = Coordinate("sales", "run 2", "load", len(pushed), "return_value")
            row = deployment.row(at)
            time.sleep(0.002)
            plant(deployment.engine, [Planted(at, row, now())])
            pushed.append(row["__data__"]["body"]["key"])

    thread = threading.Thread(target=task)
    thread.start()
    try:
        deleted = [deployment.gc("--delete").answer["deleted"] for _ in range(3)]
    finally:
        is_over.set()
        thread.join()
    assert deleted == [30, 0, 0]
    assert set(pushed) < deployment.keys


@on_sqlite
def test_a_file_that_the_stock_backend_wrote_again_meanwhile_stays(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Airflow 3.4 it writes to the same path, when a try pushes a key again."""
    deployment.push("sales")
    key = deployment.put(f"sales/run/load/ti-{uuid4()}/return_value.json")
    original = deleting._delete

    def pushed_again(store: Any, orphan: Any) -> bool:
        deployment.put(key, age=0)
        return original(store, orphan)

    monkeypatch.setattr(deleting, "_delete", pushed_again)
    ran = deployment.gc("--delete")
    assert (ran.code, ran.answer["found"], ran.answer["deleted"]) == (0, 1, 0)
    assert key in deployment.keys


# Folders ---------------------------------------------------------------------------------------------------------


@on_sqlite
def test_folders_of_tries_that_are_empty_go_once_they_are_old(deployment: Deployment) -> None:
    """With those above them; those of others stay, and those that were written to of late."""
    deployment.push("sales")
    for name in ("gone/run/load/write", "kept/run/load/write", "others/empty"):
        (deployment.store / name).mkdir(parents=True)
    for folder in sorted(deployment.store.rglob("*"), reverse=True):
        deployment.make_old(folder, 0 if folder.match("kept/run/load/write") else 2 * DAY)
    deployment.gc("--delete")
    assert {path.name for path in deployment.store.iterdir()} == {"sales", "kept", "others"}


@on_sqlite
def test_a_report_writes_the_url_of_each_orphan_to_a_file(deployment: Deployment, tmp_path: Path) -> None:
    deployment.push("sales")
    orphans = {deployment.push("sales", planted=False) for _ in range(3)}
    deployment.gc("--list", str(tmp_path / "orphans.txt"))
    lines = (tmp_path / "orphans.txt").read_text().splitlines()
    assert set(lines) == {f"{deployment.urls['default']}/{key}" for key in orphans}
