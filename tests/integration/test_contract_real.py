"""The contract's way through a started Airflow: every message over the real socket, HTTP, API server and database."""

from __future__ import annotations

import asyncio
import json
import math
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.bases.xcom import BaseXCom
from airflow.sdk.execution_time import comms, task_runner

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.testing.database.real import RealAirflow, RealSupervisor, drivers, watchdog
from airflow_xcom_toolkit.testing.database.stand_in import RowRefusedError
from tests.servers.postgres import postgres

AT = Coordinate("contract_dag", "run_1", "task", -1, "return_value")
MAPPED = replace(AT, task_id="mapped")


@contextmanager
def sqlite() -> Iterator[None]:
    """The database that is taken where none is given."""
    yield None


@pytest.fixture(scope="module", params=[sqlite, postgres], ids=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    with request.param() as url:
        yield url


@pytest.fixture(scope="module")
def airflow(database: str | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealAirflow]:
    with RealAirflow(tmp_path_factory.mktemp("airflow"), database) as started:
        yield started


@pytest.fixture
def supervisor(airflow: RealAirflow) -> Iterator[RealSupervisor]:
    """With an empty database."""
    airflow.supervisor.clear()
    yield airflow.supervisor
    airflow.supervisor.on_send = None


@pytest.fixture
def on_postgresql(database: str | None) -> None:
    if database is None:
        pytest.skip("only PostgreSQL refuses it")


def names(at: Coordinate, *without: str) -> dict[str, Any]:
    found = {name: getattr(at, name) for name in ("dag_id", "run_id", "task_id", "map_index", "key")}
    return {name: value for name, value in found.items() if name not in without}


def push(supervisor: RealSupervisor, value: Any, at: Coordinate = AT) -> None:
    assert supervisor.send(comms.SetXCom(**names(at), value=value)) is None


def pull(supervisor: RealSupervisor, at: Coordinate = AT, **options: Any) -> Any:
    return supervisor.send(comms.GetXCom(**names(at), **options)).value


def test_what_is_set_is_in_the_database_and_is_got(supervisor: RealSupervisor) -> None:
    """The way there and the way back."""
    push(supervisor, {"a": [1, None, "ü"]})
    assert supervisor.row(AT) == {"a": [1, None, "ü"]} == pull(supervisor)
    assert supervisor.rows() == {AT: {"a": [1, None, "ü"]}}


def test_a_row_without_a_map_index_is_of_an_unmapped_task(supervisor: RealSupervisor) -> None:
    """``None`` and -1 name the same row."""
    push(supervisor, 1, replace(AT, map_index=None))
    assert supervisor.row(replace(AT, map_index=None)) == supervisor.row(AT) == 1


def test_a_missing_row_is_none_for_a_task_and_a_key_error_here(supervisor: RealSupervisor) -> None:
    """A task cannot tell; a test can."""
    assert pull(supervisor) is None
    with pytest.raises(KeyError):
        supervisor.row(AT)


def test_every_coordinate_of_the_contract_can_be_pushed_to(supervisor: RealSupervisor) -> None:
    """Two dags, four runs, two tasks, and a mapped one."""
    runs = ("run_1", "run_2", "run_3", "manual__2026-01-01T00:00:00+00:00")
    tasks = [("task", -1), ("other_task", -1), *(("mapped", index) for index in range(5))]
    wanted = {
        Coordinate(dag_id, run_id, *task, key="return_value"): f"{dag_id} {run_id} {task}"
        for dag_id in ("contract_dag", "other_dag")
        for run_id in runs
        for task in tasks
    }
    for at, value in wanted.items():
        push(supervisor, value, at)
    assert supervisor.rows() == wanted


def test_the_messages_about_a_mapped_task_are_answered(supervisor: RealSupervisor) -> None:
    """Count, item, slice, and what there is not."""
    for index in reversed(range(5)):
        push(supervisor, index * 10, replace(MAPPED, map_index=index))
    named = names(MAPPED, "map_index")
    assert supervisor.send(comms.GetXComCount(**named)).len == 5
    assert supervisor.send(comms.GetXComSequenceItem(**named, offset=-1)).root == 40
    assert supervisor.send(comms.GetXComSequenceSlice(**named, start=1, stop=4, step=2)).root == [10, 30]
    assert isinstance(supervisor.send(comms.GetXComSequenceItem(**named, offset=9)), comms.ErrorResponse)


def test_prior_runs_answer_in_their_order(supervisor: RealSupervisor) -> None:
    """The newest that is not later."""
    for run_id in ("run_1", "run_2"):
        push(supervisor, run_id, replace(AT, run_id=run_id))
    assert pull(supervisor, replace(AT, run_id="run_3"), include_prior_dates=True) == "run_2"
    assert pull(supervisor, replace(AT, run_id="run_1"), include_prior_dates=True) == "run_1"
    assert pull(supervisor, replace(AT, run_id="run_3")) is None


def test_a_deleted_row_is_gone(supervisor: RealSupervisor) -> None:
    """Whether a task or a test deletes it; others stay."""
    for index in range(3):
        push(supervisor, index, replace(MAPPED, map_index=index))
    supervisor.send(comms.DeleteXCom(**names(replace(MAPPED, map_index=0))))
    supervisor.delete_row(replace(MAPPED, map_index=1))
    assert supervisor.rows() == {replace(MAPPED, map_index=2): 2}


@pytest.mark.parametrize(
    ("value", "why"),
    [(math.nan, "not JSON compliant"), (math.inf, "not JSON compliant"), (2**64, r"2\*\*64"), ("\ud800", "surrogates")],
    ids=["nan", "inf", "big", "surrogate"],
)
def test_a_row_is_refused_on_the_way(supervisor: RealSupervisor, value: Any, why: str) -> None:
    """Before it reaches the database: the old row stays."""
    push(supervisor, "old")
    with pytest.raises(RowRefusedError, match=why):
        push(supervisor, value)
    assert supervisor.row(AT) == "old"


@pytest.mark.usefixtures("on_postgresql")
def test_what_the_database_refuses_is_told_with_the_status_of_the_server(supervisor: RealSupervisor) -> None:
    """NUL, in PostgreSQL; pushed by a task, and written by a test."""
    with pytest.raises(RowRefusedError, match=r"the API server .*: (422|500), "):
        push(supervisor, "\0")
    with pytest.raises(RowRefusedError, match=r"the database .*u0000"):
        supervisor.write_row(AT, "\0")
    assert supervisor.rows() == {}


def test_a_row_that_was_written_past_airflow_is_got(supervisor: RealSupervisor) -> None:
    """In place of what was there."""
    push(supervisor, "old")
    supervisor.write_row(AT, [1, {"b": None}])
    assert pull(supervisor) == [1, {"b": None}] == supervisor.row(AT)


def test_a_row_without_a_task_instance_is_not_written(supervisor: RealSupervisor) -> None:
    """It would belong to nothing."""
    with pytest.raises(LookupError, match="no task instance"):
        supervisor.write_row(replace(AT, task_id="unknown"), 1)
    with pytest.raises(RowRefusedError, match=r"the API server .*: (404|500), "):
        push(supervisor, 1, replace(AT, task_id="unknown"))


def test_a_coroutine_is_answered(supervisor: RealSupervisor) -> None:
    """The same from an event loop."""
    push(supervisor, 7)
    assert asyncio.run(supervisor.asend(comms.GetXCom(**names(AT)))).value == 7


def test_a_secret_is_noted(supervisor: RealSupervisor) -> None:
    """Until all is cleared."""
    assert supervisor.send(comms.MaskSecret(value="s3cret")) is None
    assert supervisor.masked == ["s3cret"]
    supervisor.clear()
    assert supervisor.masked == []


def test_what_is_raised_before_a_message_stops_it(supervisor: RealSupervisor) -> None:
    """Nothing is sent."""

    def stop(msg: Any) -> None:
        raise InterruptedError(type(msg).__name__)

    supervisor.on_send = stop
    with pytest.raises(InterruptedError, match="SetXCom"):
        push(supervisor, 1)
    assert supervisor.rows() == {}


def test_airflows_own_accessors_come_here_while_it_is_installed(supervisor: RealSupervisor) -> None:
    """``BaseXCom`` pushes and pulls; afterwards nothing stands there any more."""
    with supervisor.installed() as installed:
        assert installed is supervisor
        BaseXCom.set(**names(AT), value=(1, 2))
        assert BaseXCom.get_one(**names(AT)) == (1, 2)
        for index in range(5):
            BaseXCom.set(**names(replace(MAPPED, map_index=index)), value=index)
        assert BaseXCom.get_all(**names(MAPPED, "map_index")) == [0, 1, 2, 3, 4]
    assert not hasattr(task_runner, "SUPERVISOR_COMMS")


def test_a_database_in_use_is_refused(tmp_path: Path) -> None:
    """The contract would empty it."""
    with closing(sqlite3.connect(tmp_path / "other.db")) as database, database:
        database.execute("CREATE TABLE dag (dag_id TEXT)")
        database.execute("INSERT INTO dag VALUES ('payroll')")
    with pytest.raises(ValueError, match="payroll"), RealAirflow(tmp_path, f"sqlite:///{tmp_path / 'other.db'}"):
        pass


def test_a_database_with_tables_of_others_is_refused(tmp_path: Path) -> None:
    """Even if it has no dags yet."""
    with closing(sqlite3.connect(tmp_path / "other.db")) as database:
        database.execute("CREATE TABLE payroll (amount INTEGER)")
    with pytest.raises(ValueError, match="payroll"), RealAirflow(tmp_path, f"sqlite:///{tmp_path / 'other.db'}"):
        pass


@pytest.mark.parametrize(
    ("find", "missing"), [(drivers.engine, "psycopg2"), (drivers.check_what_airflow_needs, "asyncpg")]
)
def test_a_missing_driver_is_named_with_what_to_install(
    find: Callable[[str], object], missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver of the URL, and the one that only the API server takes."""
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.setattr(drivers, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=f"needs the module {missing} for postgresql: pip install {missing}"):
        find("postgresql+psycopg2://nobody@127.0.0.1/nothing")


def test_a_server_that_does_not_start_shows_what_it_printed(tmp_path: Path) -> None:
    """Here: a table of Airflow's that is none."""
    with closing(sqlite3.connect(tmp_path / "other.db")) as database:
        database.execute("CREATE TABLE dag (dag_id TEXT)")
    with pytest.raises(RuntimeError, match=r"(?s)ended while it started:.*Error"):
        RealAirflow(tmp_path, f"sqlite:///{tmp_path / 'other.db'}").__enter__()


# The contract itself, by pytest's options --------------------------------------------------------------------------

EACH = "as_good_as_a_dict or prior_runs or lazy_sequence or what_the_way_would_change or purging_twice or retry"
CHOSEN = {
    "sqlite": f"""
        not encrypted and ({EACH} or purging_ or deleting_ or leads_out or refused_leaves_the_old or upload_that_fails
        or object_is_complete or get_all_gives or by_task_instance or what_a_coroutine_pushes or ordinary_json_gives)
        or encrypted and (from_each_form or purging_twice or old_row_never)
    """,
    "postgresql": f"not encrypted and ({EACH} or from_each_form or many_keys)",
}
"""Some tests of each promise that a database could break."""


def contract(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(
        "from airflow_xcom_toolkit import ToolkitXComBackend\n"
        "from airflow_xcom_toolkit.testing import xcom_backend_contract\n"
        "TestToolkitXComBackend = xcom_backend_contract(ToolkitXComBackend)\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", "--xcom-contract-real"]
    env = {**os.environ, "AIRFLOW_HOME": str(folder / "airflow")}
    return subprocess.run([*command, *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=600)


def test_the_contract_is_kept_through_a_started_airflow(database: str | None, tmp_path: Path) -> None:
    """By a backend that keeps it through the stand-in; the run says that it starts an Airflow."""
    chosen = " ".join(CHOSEN["postgresql" if database else "sqlite"].split())
    given = ["--xcom-contract-database", database] if database else []
    ran = contract("-k", chosen, "--xcom-contract-json", "out.json", *given, folder=tmp_path)
    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-2000:]
    assert "API server is being started" in ran.stdout
    verdicts = json.loads((tmp_path / "out.json").read_text())
    assert {found["outcome"] for found in verdicts} <= {"kept", "not applicable"}
    kept = {found["promise"].partition(".")[0] for found in verdicts if found["outcome"] == "kept"}
    assert kept >= ({"1", "3", "9", "18", "19"} if database else {"1", "3", "4", "9", "10", "18", "19"})


def test_a_run_ends_at_once_where_no_airflow_can_be_started(tmp_path: Path) -> None:
    """With the reason once, not once for each test."""
    ran = contract("-k", "purging", "--xcom-contract-database", "nonsense", folder=tmp_path)
    assert ran.returncode == pytest.ExitCode.USAGE_ERROR
    assert ran.stdout.count("no Airflow could be started: Could not parse") == 1, ran.stdout


RUNS = "import os, time; os.write(1, b'runs'); time.sleep(600)"

KILLED = """
import os, signal, subprocess, sys
command = [sys.executable, sys.argv[1], sys.executable, "-c", sys.argv[2]]
started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
os.write(1, os.read(started.stdout.fileno(), 100))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_started_ends() -> None:
    """It would keep its standard error open, for which this waits."""
    command = [sys.executable, "-c", KILLED, watchdog.__file__, RUNS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout == "runs", done.stderr[-3000:]
