"""``rotate``: every row is readable at every moment, and nothing but tokens is written."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from sqlalchemy.engine import Engine

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.cli.rotate import rotating
from airflow_xcom_toolkit.cli.rotate.rotating import Outcome, rotate
from airflow_xcom_toolkit.cli.rotate.usage import Keys, survey
from airflow_xcom_toolkit.compat.database import row_tables
from airflow_xcom_toolkit.encryption import FernetEncryption, KeyRing
from airflow_xcom_toolkit.errors import ConfigurationError
from airflow_xcom_toolkit.metadata import RowStore, Selection
from airflow_xcom_toolkit.rotation import Rotation, key_ids
from tests.operations.planted import LONG_AGO, Planted, plant, read
from tests.pipelines import objects, pipeline

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))
OLD_ID, NEW_ID, LOST_ID = (KeyRing([key]).primary_id for key in (OLD, NEW, LOST))
ARCHIVE = "_airflow_deleted__xcom__20260101000000"

SHAPES: dict[str, tuple[int | None, Any]] = {
    "no body": (None, {"a": [1, 2.5, None]}),
    "a body in the row": (None, {"a": b"\x00\x01" * 5000}),
    "an object": (0, {"a": b"\x00\x01" * 5000}),
    "an object with the tree behind it": (0, {str(n): (n, b"xy" * n) for n in range(300)}),
}


def at(task: str, index: int = -1) -> Coordinate:
    return Coordinate("sales", "run 1", task, index, "return_value")


def planted(store: Path, key: str | None, of: Coordinate, shape: str = "no body", **options: Any) -> Planted:
    threshold, value = SHAPES[shape]
    made = pipeline(store, threshold=threshold, keys=(key,) if key else ())
    return Planted(of, made.push(value, of), **options)


def rotation(*keys: str) -> Rotation:
    cipher = FernetEncryption(lambda: KeyRing(keys or (NEW, OLD)))
    return Rotation.of(cipher, cipher)


def rotated(rows: RowStore, selection: Selection = Selection(), **options: Any) -> Outcome:  # noqa: B008
    return rotate(rows, rotation(), selection, **options)


def checked(rows: RowStore, *keys: str) -> Any:
    cipher = FernetEncryption(lambda: KeyRing(keys or (NEW, OLD)))
    return survey(rows, KeyRing(keys or (NEW, OLD)).primary_id, Keys.of(cipher))


def test_rows_of_every_shape_read_equal_with_the_new_key_alone(engine: Engine, rows: RowStore, tmp_path: Path) -> None:
    plant(engine, [planted(tmp_path, OLD, at(shape), shape) for shape in SHAPES])
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in objects(tmp_path)}
    assert len(before) == 2
    assert rotated(rows).rotated == len(SHAPES)
    reader = pipeline(tmp_path, keys=(NEW,))
    for shape, (_, value) in SHAPES.items():
        assert reader.pull(read(engine, at(shape)), at(shape)).value == value
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in objects(tmp_path)} == before
    assert {row.timestamp for row in rows.scan()} == {LONG_AGO}


def test_what_is_not_to_be_rotated_stays_as_it_is_and_is_counted(
    engine: Engine, rows: RowStore, tmp_path: Path
) -> None:
    plain = [Planted(at("json"), {"key_id": OLD_ID}), planted(tmp_path, None, at("toolkit"), "a body in the row")]
    newest, lost = planted(tmp_path, NEW, at("newest")), planted(tmp_path, LOST, at("lost"))
    plant(engine, [*plain, newest, lost, planted(tmp_path, OLD, at("old"))])
    found = rotated(rows)
    assert (found.rows, found.rotated, found.already, found.plaintext, found.failed) == (5, 1, 1, 2, 1)
    for one in (*plain, newest, lost):
        assert read(engine, one.at) == one.row


def test_a_row_that_no_key_opens_is_named_with_its_key_id_and_the_others_are_done(
    engine: Engine, rows: RowStore, tmp_path: Path
) -> None:
    plant(engine, [planted(tmp_path, LOST if n == 2 else OLD, at("load", n)) for n in range(5)])
    found = rotated(rows)
    assert (found.rotated, found.failed, dict(found.failed_by_key)) == (4, 1, {LOST_ID: 1})
    (failure,) = found.to_json()["failures"]
    assert (failure["task_id"], failure["map_index"], failure["key_ids"]) == ("load", 2, [LOST_ID])


def test_keys_that_cannot_be_asked_for_anew_do_not_keep_the_others_from_being_done(
    engine: Engine, rows: RowStore, tmp_path: Path
) -> None:
    plant(engine, [planted(tmp_path, key, at("load", n)) for n, key in enumerate((LOST, OLD, LOST, OLD))])
    rings = iter([KeyRing([NEW, OLD])])
    cipher = FernetEncryption(lambda: next(rings, None) or _no_vault())
    found = rotate(rows, Rotation.of(cipher, cipher), Selection())
    assert (found.rotated, found.failed) == (2, 2)


def _no_vault() -> KeyRing:
    raise ConfigurationError("xcom_toolkit.key_provider", "the vault does not answer")


def test_only_some_of_very_many_failures_are_held(
    engine: Engine, rows: RowStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotating, "NAMED", 3)
    plant(engine, [planted(tmp_path, LOST, at("load", n)) for n in range(5)])
    found = rotated(rows)
    assert (found.failed, len(found.failures)) == (5, 3)


def test_a_dry_run_opens_every_row_and_writes_none(engine: Engine, rows: RowStore, tmp_path: Path) -> None:
    old, lost = planted(tmp_path, OLD, at("old")), planted(tmp_path, LOST, at("lost"))
    plant(engine, [old, lost])
    found = rotated(rows, dry_run=True)
    assert (found.rotated, found.failed) == (1, 1)
    assert read(engine, old.at) == old.row


def test_a_selection_leaves_the_others_as_they_are(engine: Engine, rows: RowStore, tmp_path: Path) -> None:
    plant(engine, [planted(tmp_path, OLD, at(task)) for task in ("load", "save")])
    assert rotated(rows, Selection(task="l*")).rotated == 1
    assert key_ids(read(engine, at("load"))) == (NEW_ID,)
    assert key_ids(read(engine, at("save"))) == (OLD_ID,)


def test_it_is_done_in_batches_of_few_rows_and_bytes(
    engine: Engine, rows: RowStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotating, "BATCH_ROWS", 4)
    sizes: list[int] = []
    original = rows.replace
    monkeypatch.setattr(rows, "replace", lambda changes: sizes.append(len(changes)) or original(changes))
    plant(engine, [planted(tmp_path, OLD, at("load", n)) for n in range(10)])
    assert rotated(rows).rotated == 10
    assert sizes == [4, 4, 2]
    monkeypatch.setattr(rotating, "BATCH_CHARACTERS", 1)
    plant(engine, [planted(tmp_path, OLD, at("save", n)) for n in range(3)])
    assert rotated(rows).rotated == 3
    assert sizes[3:] == [1, 1, 1]


def test_what_tasks_write_meanwhile_is_not_lost(engine: Engine, rows: RowStore, tmp_path: Path) -> None:
    """Between reading and replacing a batch some tasks push again, and some rows are deleted."""
    plant(engine, [planted(tmp_path, OLD, at("load", n)) for n in range(9)])
    pushed = [planted(tmp_path, OLD, at("load", n), "a body in the row", timestamp=_later(n)) for n in (2, 5)]
    written = 0

    def tasks(count: int) -> None:
        nonlocal written
        written += count
        if written == 8:
            for one in pushed:
                _delete(engine, one.at)
            plant(engine, pushed)
            _delete(engine, at("load", 7))

    found = rotated(rows, advance=tasks)
    assert (found.rotated, found.rewritten) == (6, 3)
    for one in pushed:
        assert read(engine, one.at) == one.row
    assert {row.at.map_index for row in rows.scan()} == set(range(9)) - {7}
    assert rotated(rows).rotated == 2


def _later(minutes: int) -> Any:
    return LONG_AGO + timedelta(minutes=minutes)


def _delete(engine: Engine, of: Coordinate) -> None:
    columns = row_tables(engine)[0].columns
    where = [columns["task_id"] == of.task_id, columns["map_index"] == of.map_index]
    with engine.begin() as connection:
        connection.execute(sa.delete(columns["value"].table).where(*where))


def _rotate_slowly(url: str, told: int) -> None:
    """In a process of its own, which tells of each row."""
    rotating.BATCH_ROWS = 3

    def slowly(count: int) -> None:
        os.write(told, b".")
        time.sleep(0.002)

    rotate(RowStore(sa.create_engine(url)), rotation(), Selection(), advance=slowly)


def _killed_after(count: int, url: str) -> None:
    """Rotates in another process, and kills it after so many rows."""
    read, told = os.pipe()
    process = multiprocessing.get_context("fork").Process(target=_rotate_slowly, args=(url, told))
    process.start()
    os.close(told)
    while count > 0 and (dots := os.read(read, count)):
        count -= len(dots)
    process.kill()
    process.join()
    os.close(read)
    assert process.exitcode == -signal.SIGKILL


def test_killed_at_any_moment_every_row_is_readable_and_the_next_run_goes_on(
    engine: Engine, metadata_url: str, rows: RowStore, tmp_path: Path
) -> None:
    shapes = list(SHAPES)[:3]
    all_at = {at("load", n): shapes[n % len(shapes)] for n in range(150)}
    plant(engine, [planted(tmp_path, OLD, of, shape) for of, shape in all_at.items()])
    for count in (1, 20, 50):
        _killed_after(count, metadata_url)
        _all_read(engine, pipeline(tmp_path, keys=(NEW, OLD)), all_at)
    found = rotated(rows)
    assert found.rotated > 0
    assert found.already > 0
    assert found.rotated + found.already == 150
    _all_read(engine, pipeline(tmp_path, keys=(NEW,)), all_at)


def _all_read(engine: Engine, reader: Any, all_at: dict[Coordinate, str]) -> None:
    found = {row.at.map_index: row.value for row in RowStore(engine).scan()}
    for of, shape in all_at.items():
        assert reader.pull(found[of.map_index], of).value == SHAPES[shape][1]


# --check ---------------------------------------------------------------------------------------------------------


def test_an_old_key_may_be_retired_once_no_row_needs_it(engine: Engine, rows: RowStore, tmp_path: Path) -> None:
    plant(engine, [planted(tmp_path, OLD, at("load", n), timestamp=_later(n)) for n in range(3)])
    before = {one.key_id: one for one in checked(rows).usages}
    assert (before[OLD_ID].rows, before[OLD_ID].written, before[OLD_ID].may_retire) == (3, _later(2), False)
    assert not checked(rows).may_retire_all
    rotated(rows)
    after = {one.key_id: one for one in checked(rows).usages}
    assert (after[OLD_ID].rows, after[OLD_ID].may_retire, after[NEW_ID].rows) == (0, True, 3)
    assert checked(rows).may_retire_all


def test_the_newest_key_is_never_retired(rows: RowStore) -> None:
    found = checked(rows, NEW)
    assert [one.may_retire for one in found.usages] == [False]
    assert found.may_retire_all


def test_a_key_that_archived_rows_need_is_not_retired(engine: Engine, tmp_path: Path) -> None:
    plant(engine, [planted(tmp_path, OLD, at("load"))])
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE {ARCHIVE} AS SELECT * FROM xcom"))
        connection.execute(sa.delete(row_tables(engine)[0].columns["value"].table))
    rows = RowStore(engine)
    assert rotated(rows).rows == 0
    found = checked(rows)
    assert [(one.key_id, one.rows, one.archived) for one in found.usages] == [(NEW_ID, 0, 0), (OLD_ID, 0, 1)]
    assert not found.may_retire_all


def test_rows_of_a_key_that_is_not_here_keep_no_other_key(engine: Engine, rows: RowStore, tmp_path: Path) -> None:
    plant(engine, [planted(tmp_path, LOST, at("lost")), Planted(at("json"), 1)])
    found = checked(rows)
    assert [(one.key_id, one.is_here, one.rows) for one in found.usages] == [
        (NEW_ID, True, 0),
        (OLD_ID, True, 0),
        (LOST_ID, False, 1),
    ]
    assert found.plaintext == 1
    assert found.may_retire_all


def test_of_a_cipher_that_may_have_more_keys_than_it_lists_every_key_counts(
    engine: Engine, rows: RowStore, tmp_path: Path
) -> None:
    class OfOnesOwn(FernetEncryption): ...

    plant(engine, [planted(tmp_path, LOST, at("lost"))])
    keys = Keys.of(OfOnesOwn(lambda: KeyRing([NEW])))
    assert not survey(rows, NEW_ID, keys).may_retire_all


def test_malformed_envelopes_keep_the_keys_that_they_name(engine: Engine, rows: RowStore, tmp_path: Path) -> None:
    made = planted(tmp_path, OLD, at("load"))
    plant(engine, [Planted(made.at, {**made.row, "__version__": 2})])
    assert rotated(rows).failed == 1
    assert not checked(rows).may_retire_all
