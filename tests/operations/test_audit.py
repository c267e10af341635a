"""``audit``: the same report of the same rows on every database, whatever backend is configured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from sqlalchemy.engine import Engine

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.cli.audit import run
from airflow_xcom_toolkit.cli.audit.breaks import Breaks
from airflow_xcom_toolkit.cli.audit.configured import Configured
from airflow_xcom_toolkit.cli.audit.looking import Looking
from airflow_xcom_toolkit.cli.audit.tally import Tally
from airflow_xcom_toolkit.cli.definition import parser
from airflow_xcom_toolkit.compat.database import row_tables
from airflow_xcom_toolkit.encryption.keys import key_id
from airflow_xcom_toolkit.metadata import StoredRow
from tests.operations.databases import connected, database
from tests.operations.planted import LONG_AGO, Planted, plant
from tests.pipelines import pipeline
from tests.unit import conftest

KEY, LOST = Fernet.generate_key().decode(), Fernet.generate_key().decode()
STOCK = "airflow.providers.common.io.xcom.backend.XComObjectStorageBackend"
SECRET = "s3cr3t"
options = conftest.options


class Ran(NamedTuple):
    code: int
    output: str
    errors: str

    @property
    def found(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.output)
        return found


Audit = Callable[..., Ran]


@pytest.fixture
def audit(engine: Engine, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> Audit:
    """The command on the rows of ``engine``."""
    monkeypatch.setattr("airflow.settings.engine", engine)

    def call(*arguments: str) -> Ran:
        code = run.main(parser().parse_args(["audit", *arguments]))
        return Ran(code, *capfd.readouterr())

    return call


def at(task: str, index: int = -1, dag: str = "sales", key: str = "return_value") -> Coordinate:
    return Coordinate(dag, "run 1", task, index, key)


def rows_of_all_kinds(store: Path) -> list[Planted]:
    """Plain JSON and serde's, envelopes with and without an object, encrypted under two keys; over some days."""
    frame = [(n, b"xy" * n) for n in range(100)]
    keys = {"plain": (), "encrypted": (KEY,), "lost": (LOST,)}
    made = [
        Planted(at("text"), SECRET),
        Planted(at("text", dag="crm"), "a text of the REST API", LONG_AGO + timedelta(days=2)),
        Planted(at("tuple"), {"__classname__": "builtins.tuple", "__version__": 1, "__data__": [SECRET]}),
        Planted(at("stranger"), {"__classname__": "acme.Order", "__version__": 1, "__data__": 1}),
        Planted(at("numbers"), list(range(5000))),
        *(Planted(at("many", n), {"n": n}) for n in range(50)),
    ]
    for name, of in keys.items():
        for threshold in (None, 0):
            task = f"{name} {'in the row' if threshold is None else 'in an object'}"
            row = pipeline(store, threshold=threshold, keys=of).push({"frame": frame, SECRET: 1}, at(task))
            made.append(Planted(at(task), row, LONG_AGO + timedelta(days=1)))
    return made


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> list[Planted]:
    return rows_of_all_kinds(tmp_path_factory.mktemp("store"))


def counted(planted: list[Planted]) -> dict[str, Any]:
    """The report of the rows as they were planted, by no database."""
    configured = Configured.found()
    tally, looking = Tally(configured, 10), Looking(configured, Breaks(configured, "none"))
    for one in planted:
        row = StoredRow("xcom", (), one.at, one.timestamp, json.dumps(one.row))
        tally.add(row, looking.look(row))
    return tally.report()


def test_every_database_gives_the_same_report(
    engine: Engine,
    audit: Audit,
    planted: list[Planted],
    options: conftest.SetOptions,
    tmp_path: Path,
) -> None:
    """That of the rows as they were planted, in whatever order they come."""
    options(xcom_objectstorage_path="file:///srv/xcom", fernet_keys=KEY)
    plant(engine, planted)
    ran = audit("--json")
    assert ran.code == 0
    found = ran.found
    assert found["database"] == engine.dialect.name
    expected = counted(planted)
    assert {name: found[name] for name in expected} == expected
    assert found["totals"]["rows"] == len(planted)
    assert found["totals"]["objects"] == 3
    assert {one["name"]: one["rows"] for one in found["by_kind"]["groups"]} == {
        "plain JSON": 53,
        "Airflow's serde": 2,
        "envelope": 3,
        "envelope and object": 3,
    }
    assert [(one["key_id"], one["rows"], one["is_here"]) for one in sorted(found["keys"], key=str)] == sorted(
        [(None, 57, None), (key_id(KEY), 2, True), (key_id(LOST), 2, False)], key=str
    )
    assert [one["check"] for one in found["breaks"]] == ["envelope-not-allowed", "class-not-allowed"]
    assert [one["day"] for one in found["days"]] == ["2026-01-02", "2026-01-03", "2026-01-04"]
    assert found["largest"]["row"][0]["task"] == "numbers"


@pytest.mark.parametrize("how", [("--json",), ()])
def test_no_value_is_shown(engine: Engine, audit: Audit, planted: list[Planted], how: Any, tmp_path: Path) -> None:
    """Nor a token, nor the key of a dict; on no output, and not on the page."""
    plant(engine, planted)
    page = tmp_path / "audit.html"
    ran = audit(*how, "--html", str(page))
    assert ran.code == 0
    for text in (ran.output, ran.errors, page.read_text()):
        assert SECRET not in text
        assert "gAAAA" not in text


def test_a_selection_counts_the_rows_that_fit(engine: Engine, audit: Audit, planted: list[Planted]) -> None:
    plant(engine, planted)
    found = audit("--json", "--dag", "sal*", "--task", "many").found
    assert found["totals"]["rows"] == 50
    assert found["selection"] == {"dag": "sal*", "task": "many"}


def test_where_no_row_fits_it_says_so(engine: Engine, audit: Audit, planted: list[Planted]) -> None:
    plant(engine, planted)
    ran = audit("--dag", "slaes")
    assert ran.code == 0
    assert "There is no row of an XCom that fits." in ran.output


def test_rows_that_nobody_can_read_are_named_and_end_it_with_1(engine: Engine, audit: Audit) -> None:
    newer = {"__classname__": "airflow_xcom_toolkit.Envelope", "__version__": 2, "__data__": {}}
    plant(
        engine,
        [Planted(at("fine"), 1), Planted(at("newer"), newer), Planted(at("broken"), {**newer, "__version__": 1})],
    )
    ran = audit("--json")
    assert ran.code == 1
    assert [one["task"] for one in ran.found["malformed"]["named"]] == ["broken", "newer"]
    assert "2 rows" in ran.errors
    assert "sales.newer" in audit().output


def test_archives_of_db_clean_are_counted_apart_and_only_if_asked_for(engine: Engine, audit: Audit) -> None:
    plant(engine, [Planted(at("old", n), n) for n in range(3)])
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE _airflow_deleted__xcom__20260101000000 AS SELECT * FROM xcom"))
        connection.execute(sa.delete(row_tables(engine)[0].columns["value"].table))
    plant(engine, [Planted(at("new"), "x")])
    assert audit("--json").found["archives"] == []
    found = audit("--json", "--archives").found
    assert [(one["table"], one["rows"]) for one in found["archives"]] == [("_airflow_deleted__xcom__20260101000000", 3)]
    assert found["totals"]["rows"] == 1


def test_sizes_of_stock_objects_are_asked_for_and_those_that_are_gone_found(
    engine: Engine,
    audit: Audit,
    options: conftest.SetOptions,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options(xcom_objectstorage_path=f"file://{tmp_path}")
    monkeypatch.setenv("AIRFLOW__CORE__XCOM_BACKEND", STOCK)
    names = [f"dag/run/task/0192aaaa-bbbb-cccc-dddd-{n:012}" for n in range(30)]
    for number, name in enumerate(names[:-1]):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * (number + 1))
    plant(engine, [Planted(at("stock", n), f"file://{tmp_path}/{name}") for n, name in enumerate(names)])
    found = audit("--json").found
    assert (found["totals"]["objects_of_unknown_size"], found["totals"]["object_bytes"], found["breaks"]) == (30, 0, [])
    found = audit("--json", "--sizes").found
    assert (found["totals"]["objects_of_unknown_size"], found["totals"]["object_bytes"]) == (0, sum(range(30)))
    assert [(one["check"], one["rows"], one["examples"][0]["map_index"]) for one in found["breaks"]] == [
        ("object-gone", 1, 29)
    ]


def test_a_store_that_tells_nothing_ends_it(
    engine: Engine,
    audit: Audit,
    options: conftest.SetOptions,
    tmp_path: Path,
) -> None:
    """It is not asked for every row."""
    (tmp_path / "file").write_text("not a folder")
    base = f"file://{tmp_path}/file"
    options(xcom_objectstorage_path=base)
    plant(engine, [Planted(at("s", n), f"{base}/d/r/t/0192aaaa-bbbb-cccc-dddd-{n:012}") for n in range(30)])
    ran = audit("--sizes")
    assert ran.code == 1
    assert "StorageError: The store did not tell the sizes of 5 objects in a row (NotADirectoryError)" in ran.errors


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--top", "0"), "--top 0 is too small; the least is 1"),
        (("--html", "/no/such/folder/audit.html"), "--html: there is no folder /no/such/folder"),
        (("--html", "/tmp"), "--html: /tmp is a folder"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_counted(
    audit: Audit, arguments: tuple[str, ...], problem: str
) -> None:
    ran = audit(*arguments)
    assert ran.code == 2
    assert problem in ran.errors
    assert not ran.output


def test_without_matplotlib_the_extra_is_named(audit: Audit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(run, "find_spec", lambda name: None)
    ran = audit("--html", str(tmp_path / "audit.html"))
    assert ran.code == 2
    assert "airflow-xcom-toolkit[bench]" in ran.errors


def test_a_backend_that_cannot_be_imported_keeps_no_row_from_being_counted(
    engine: Engine, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__XCOM_BACKEND", "acme.missing.Backend")
    plant(engine, [Planted(at("text"), "x")])
    found = audit("--json").found
    assert found["configured"]["backend"] == "acme.missing.Backend"
    assert found["totals"]["rows"] == 1


def test_the_command_runs_before_the_toolkit_is_switched_on(tmp_path: Path) -> None:
    """As a process, with nothing configured but the database; standard output is JSON and nothing else."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    command = [sys.executable, "-m", "airflow_xcom_toolkit", "audit", "--json"]
    with database("sqlite", tmp_path) as url:
        plant(connected(url), [Planted(at("text"), "x")])
        env = {**inherited, "AIRFLOW_HOME": str(tmp_path), "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url}
        done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["configured"]["kind"] == "Airflow's own"
    assert found["totals"]["rows"] == 1
