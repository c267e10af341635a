"""``migrate``: rows in another form, with the same values."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend
from airflow.sdk.bases.xcom import BaseXCom
from cryptography.fernet import Fernet
from sqlalchemy.engine import Engine

from airflow_xcom_toolkit import backends
from airflow_xcom_toolkit.cli.migrate.batches import Batches
from airflow_xcom_toolkit.compat import serde
from airflow_xcom_toolkit.errors import StorageError
from airflow_xcom_toolkit.metadata import Change, RowStore
from airflow_xcom_toolkit.placement import ObjectPlacement
from airflow_xcom_toolkit.testing.same import assert_same
from tests.operations.migrating import FORMS, KEY, PLAIN, TOOLKIT, VALUES, World, at, loaded
from tests.operations.planted import LONG_AGO, Planted, plant
from tests.servers.process import until
from tests.unit.conftest import SetOptions, options  # noqa: F401

KEYS = {"key": "stock", "dag_id": "sales", "run_id": "run 1", "task_id": "load", "map_index": -1}


@pytest.fixture
def world(
    engine: Engine,
    options: SetOptions,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    monkeypatch.setenv("AIRFLOW__XCOM_TOOLKIT__CACHE_DIR", "")
    options(xcom_objectstorage_threshold="1000", mask_decrypted="False")
    made = World(engine, options, tmp_path / "store")
    monkeypatch.setattr(backends, "configured", lambda: made.backend)
    return made


@pytest.mark.parametrize(
    ("before", "form"),
    [
        ("plain", "encrypted"),
        ("encrypted", "plain"),
        ("offloaded", "encrypted in rows"),
        ("encrypted in rows", "compressed"),
        ("compressed", "offloaded"),
        ("encrypted", "compressed"),
        ("compressed", "encrypted"),
    ],
)
def test_every_value_is_the_same_in_every_form(world: World, before: str, form: str) -> None:
    """And each row is what a push would make of it now: another migration finds nothing to do."""
    world.configure(*FORMS[before])
    world.push()
    world.configure(*FORMS[form])
    code, report = world.migrate("--decrypt")
    assert (code, report["failed"]) == (0, 0), report
    world.check()
    assert world.is_tidy()
    assert {row.timestamp for row in world.rows.scan()} == {LONG_AGO}
    assert world.migrate("--decrypt")[1]["changed"] == {}


@pytest.mark.parametrize("before", ["compressed", "encrypted", "encrypted in rows"])
def test_to_base_and_back_every_value_is_the_same(world: World, before: str) -> None:
    world.configure(*FORMS[before])
    world.push()
    code, report = world.migrate("--to", "base", "--decrypt")
    assert (code, report["failed"]) == (0, 0), report
    assert world.objects() == []
    world.check()
    kept = sum("airflow_xcom_toolkit" not in row.text for row in world.rows.scan())
    assert kept == len(VALUES) - sum(report["remaining"].values())
    for name in ("record", "long", "tuple", "frame", "set"):
        assert_same(serde().deserialize(world.row(name)), VALUES[name], name, key_order=False)
    world.configure(*FORMS[before])
    code, report = world.migrate()
    assert (code, report["failed"]) == (0, 0), report
    world.check()
    assert world.is_tidy()


def test_rows_of_airflows_own_backends_become_the_toolkits(world: World) -> None:
    """Of ``BaseXCom`` and of the stock object storage backend, whose objects go."""
    world.configure(PLAIN, "500")
    values = {name: VALUES[name] for name in ("record", "long", "tuple", "frame", "nothing")}
    rows = {name: BaseXCom.serialize_value(value) for name, value in values.items()}
    stock = {f"stock {name}": XComObjectStorageBackend.serialize_value(value, **KEYS) for name, value in values.items()}
    plant(world.engine, [Planted(at(name), row) for name, row in {**rows, **stock}.items()])
    assert len(world.objects()) == 2
    world.configure(TOOLKIT, "500")
    code, report = world.migrate()
    assert (code, report["changed"]["wrap"]["rows"]) == (0, 10), report
    assert world.is_tidy()
    assert all("sealed" in world.row(name)["__data__"] for name in {**rows, **stock})
    world.check({**values, **{f"stock {name}": value for name, value in values.items()}})


def test_plain_json_stays_as_it_is_where_nothing_encrypts(world: World) -> None:
    world.configure(PLAIN, "1000")
    plant(world.engine, [Planted(at("record"), VALUES["record"]), Planted(at("one"), 1), Planted(at("none"), None)])
    assert world.migrate()[1]["unchanged"] == 3


def test_what_airflows_scheduler_reads_by_itself_stays_plain(world: World) -> None:
    world.configure(TOOLKIT, "1000")
    rows = {"skipmixin_key": {"followed": ["a"]}, "_link_Dashboard": "https://example.com/1"}
    plant(world.engine, [Planted(at(name), row) for name, row in rows.items()])
    assert world.migrate()[1]["unchanged"] == 2
    assert {name: world.row(name) for name in rows} == rows


def test_a_row_whose_object_is_gone_is_named_and_the_others_go_on(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.configure(PLAIN, "0")
    world.push()
    before = world.row("array")
    (world.store / before["__data__"]["body"]["key"]).unlink()
    world.configure(TOOLKIT, "0")
    code, report = world.migrate()
    assert (code, report["failed"]) == (1, 1)
    assert report["named"][0]["key"] == "array"
    assert "XCom 'array' of sales.load" in capsys.readouterr().err
    assert world.row("array") == before
    world.check({name: value for name, value in VALUES.items() if name != "array"})


def test_a_row_whose_object_was_changed_is_left_with_it(world: World) -> None:
    world.configure(PLAIN, "0")
    world.push({"bytes": VALUES["bytes"]})
    (path,) = world.objects()
    path.write_bytes(b"\x01" + path.read_bytes()[1:])
    before = world.row("bytes")
    for arguments in ((), ("--to", "base"), ("--to", "store:other")):
        world.options(stores=f'{{"other": "file://{world.store}-other"}}')
        world.configure(TOOLKIT, "0")
        code, report = world.migrate(*arguments)
        assert (code, report["failed"]) == (1, 1)
        assert world.row("bytes") == before
        assert world.objects() == [path]
        assert not list(Path(f"{world.store}-other").rglob("*.*"))


def test_a_row_without_its_key_is_named_and_left(world: World) -> None:
    world.configure(TOOLKIT, "0")
    world.push({"bytes": VALUES["bytes"]})
    before = world.row("bytes")
    world.options(fernet_keys=Fernet.generate_key().decode(), xcom_objectstorage_threshold="-1")
    code, report = world.migrate()
    assert (code, report["failed"]) == (1, 1)
    assert "is none of the 1 keys here" in report["named"][0]["problem"]
    assert world.row("bytes") == before


@pytest.mark.parametrize("to", ["configured", "base"])
def test_nothing_is_decrypted_unless_that_is_said(world: World, to: str) -> None:
    world.configure(TOOLKIT, "1000")
    world.push()
    before = {name: world.row(name) for name in VALUES}
    world.configure(PLAIN, "1000")
    code, report = world.migrate("--to", to)
    assert (code, report["failed"]) == (1, len(VALUES))
    assert "--decrypt" in report["named"][0]["problem"]
    assert {name: world.row(name) for name in VALUES} == before


def test_a_row_that_a_task_writes_meanwhile_stays_as_the_task_wrote_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written for the row before is gone, and the object of the task stays."""
    world.configure(PLAIN, "0")
    world.push({"bytes": VALUES["bytes"], "long": VALUES["long"]})
    pushed = world.backend.push("of the task", at("bytes"))

    def flush(batches: Batches) -> None:
        world.overwrite("bytes", pushed)
        original(batches)

    original = Batches.flush
    monkeypatch.setattr(Batches, "flush", flush)
    world.configure(TOOLKIT, "0")
    code, report = world.migrate()
    assert (code, report["overwritten_meanwhile"]) == (0, 1)
    assert world.row("bytes") == pushed
    world.check({"bytes": "of the task", "long": VALUES["long"]})
    assert report["old_objects"]["deleted"] == 1


def test_an_object_stays_where_the_database_took_its_row_and_the_answer_was_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = RowStore.replace

    def replace(rows: RowStore, changes: Sequence[Change]) -> list[bool]:
        original(rows, changes)
        return original(rows, changes)

    monkeypatch.setattr(RowStore, "replace", replace)
    world.configure(PLAIN, "0")
    world.push()
    world.configure(TOOLKIT, "0")
    code, report = world.migrate()
    assert (code, report["overwritten_meanwhile"]) == (0, 0)
    world.check()
    assert world.is_tidy()


def test_who_has_read_the_old_row_reads_its_object_until_the_grace_ends(world: World) -> None:
    world.configure(PLAIN, "0")
    world.push()
    old = {name: world.row(name) for name in VALUES}
    world.configure(TOOLKIT, "0")
    code, report = world.migrate("--keep-old")
    assert (code, report["old_objects"]) == (0, {"deleted": 0, "left_for_gc": len(VALUES)})
    for name, row in old.items():
        assert_same(loaded(row, name), VALUES[name], name, key_order=False)
    world.check()


def test_a_dry_run_says_what_would_be_done_and_changes_nothing(world: World) -> None:
    world.configure(PLAIN, "1000")
    world.push()
    plant(world.engine, [Planted(at("foreign"), BaseXCom.serialize_value((1, 2)))])
    before, objects = {row.at: row.text for row in world.rows.scan()}, world.objects()
    world.configure(TOOLKIT, "100")
    for to in ("configured", "base", "store:default"):
        code, said = world.migrate("--to", to, "--dry-run", "--decrypt")
        assert (code, {row.at: row.text for row in world.rows.scan()}, world.objects()) == (0, before, objects)
        if to == "configured":
            foretold = said["changed"]
    done = world.migrate()[1]["changed"]
    assert {what: found["rows"] for what, found in foretold.items()} == {w: f["rows"] for w, f in done.items()}


def test_a_limit_is_for_rows_that_change(world: World) -> None:
    world.configure(PLAIN, "0")
    world.push()
    world.configure(TOOLKIT, "0")
    for done in (7, 14, len(VALUES)):
        world.migrate("--limit", "7")
        assert world.sealed() == done
    world.check()
    assert world.is_tidy()


def test_a_selection_leaves_other_rows_alone(world: World) -> None:
    world.configure(PLAIN, "0")
    world.push()
    world.configure(TOOLKIT, "0")
    world.migrate("--key", "f*")
    assert {row.at.key for row in world.rows.scan() if "sealed" in row.text} == {"float", "frame"}


def test_a_mistyped_selection_is_said(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.push({"long": VALUES["long"]})
    assert world.migrate("--dag", "salse")[1]["rows"] == 0
    assert "No row matches" in capsys.readouterr().err


def test_a_plain_object_is_named_after_what_is_in_it(world: World) -> None:
    """Whether it was in a row, compressed or encrypted before."""
    for before in ("plain", "compressed", "encrypted"):
        world.empty()
        world.configure(*FORMS[before])
        world.push()
        world.configure(*FORMS["offloaded"])
        world.migrate("--decrypt")
        suffixes = {
            name: Path(world.row(name)["__data__"]["body"]["key"]).suffix for name in ("array", "frame", "many")
        }
        assert suffixes == {"array": ".npy", "frame": ".arrow", "many": ".json"}
        assert np.load(world.store / world.row("array")["__data__"]["body"]["key"]).shape == (20, 30, 4)


def test_a_value_whose_schema_nobody_knows_keeps_its_version(world: World) -> None:
    """Nothing of it is loaded."""
    world.configure(PLAIN, "-1")
    world.push({"many": VALUES["many"]})
    row = world.row("many")
    row["__data__"]["schema"] = {"name": "acme.gone", "version": 7}
    row["__data__"]["tree"] = '{"~":"schema.instance@1","schema":"acme.gone","version":7,"kind":"x","of":[1]}'
    world.overwrite("many", row)
    world.configure(TOOLKIT, "0")
    assert world.migrate()[0] == 0
    world.configure(PLAIN, "-1")
    assert world.migrate("--decrypt")[0] == 0
    assert world.row("many") == row


def test_objects_move_to_another_store_byte_for_byte(world: World) -> None:
    """Encrypted ones without their key, too."""
    world.configure(TOOLKIT, "0", "zstd")
    world.push()
    bodies = {name: world.row(name)["__data__"] for name in VALUES}
    other = Path(f"{world.store}-other")
    world.options(fernet_keys="", stores=f'{{"other": "file://{other}"}}')
    world.backend = PLAIN
    code, report = world.migrate("--to", "store:other")
    assert (code, report["changed"]["move"]["rows"]) == (0, len(VALUES)), report
    assert world.objects() == []
    for name, before in bodies.items():
        after = world.row(name)["__data__"]
        assert after["body"]["store"] == "other"
        assert (after["sealed"], after["codecs"]) == (before["sealed"], before["codecs"])
    world.options(fernet_keys=KEY)
    world.check()
    assert world.migrate("--to", "store:other")[1]["unchanged"] == len(VALUES)


def test_a_second_name_for_a_store_changes_rows_alone(world: World) -> None:
    """Before the path changes, so that what is there keeps its place."""
    world.configure(TOOLKIT, "0")
    world.push()
    objects = world.objects()
    world.options(stores=f'{{"first": "file://{world.store}"}}')
    code, report = world.migrate("--to", "store:first")
    assert (code, report["changed"]["rename"]["rows"], report["old_objects"]["deleted"]) == (0, len(VALUES), 0)
    assert world.objects() == objects
    world.options(xcom_objectstorage_path=f"file://{world.store}-new")
    world.check()
    assert world.migrate("--to", "store:default")[0] == 0
    assert world.objects() == []
    world.check()


def test_what_is_too_large_for_a_database_stays_an_object_on_the_way_back(world: World) -> None:
    """Plain, and readable with the toolkit installed; ``--strict`` says that it is needed."""
    world.configure(TOOLKIT, "0")
    values = {"long": VALUES["long"], "record": VALUES["record"], "float": 1.0}
    world.push(values)
    code, report = world.migrate("--to", "base", "--decrypt", "--max-row", "4kB", "--strict")
    assert (code, report["failed"], sum(report["remaining"].values())) == (1, 0, 2), report
    assert world.row("record") == VALUES["record"]
    assert "key" in world.row("long")["__data__"]["body"]
    assert world.row("float")["__data__"]["tree"] == "1.0"
    world.check(values)
    assert world.migrate("--to", "base", "--max-row", "4kB")[1]["changed"] == {}
    assert world.migrate("--to", "base", "--strict", "--key", "record")[0] == 0


def test_a_store_that_does_not_answer_ends_it_soon(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.configure(PLAIN, "0")
    world.push({f"{n}": b"x" * 100 for n in range(40)})

    def away(*arguments: Any) -> None:
        asked.append(1)
        raise StorageError("no answer")

    asked: list[int] = []
    monkeypatch.setattr(ObjectPlacement, "fetch", away)
    world.configure(TOOLKIT, "0")
    code, _ = world.migrate()
    assert code == 1
    assert len(asked) < 30


@pytest.mark.parametrize("metadata_url", ["sqlite"], indirect=True)
def test_killed_in_the_middle_every_row_is_readable_and_a_second_run_ends_it(world: World, metadata_url: str) -> None:
    """It is killed without a chance to clean up, while it replaces rows."""
    values = {f"n{n}": (n, b"x" * 3000) for n in range(600)}
    world.configure(PLAIN, "0")
    world.push(values)
    world.configure(TOOLKIT, "0")
    environment = {
        **os.environ,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata_url,
        "AIRFLOW__CORE__XCOM_BACKEND": "airflow_xcom_toolkit.ToolkitXComBackend",
    }
    command = [sys.executable, "-m", "airflow_xcom_toolkit", "migrate", "--grace", "0s"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: process.poll() is not None or world.sealed(), "the first rows to be replaced", seconds=60)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert 0 < world.sealed() < len(values)
    world.check(values)
    assert world.migrate()[0] == 0
    assert world.sealed() == len(values)
    world.check(values)
