"""What a probe is asked, checked before anything runs; and what it says in the end."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from airflow_xcom_toolkit.cli.definition import main
from airflow_xcom_toolkit.cli.probe import processes, show
from airflow_xcom_toolkit.cli.probe.workspace import Workspace

BASE = "airflow.sdk.bases.xcom.BaseXCom"
DAGS = "from airflow.sdk import DAG\none = DAG('one', schedule=None)\ntwo = DAG('two', schedule=None)\n"


def push(**changes: Any) -> dict[str, Any]:
    found = {"task": "t", "map_index": -1, "key": "return_value", "what": "int", "push_seconds": 0.1}
    return {**found, "pull_seconds": 0.1, "refused": None, "changed": None, **changes}


def result(*pushes: dict[str, Any], state: str = "success", **changes: Any) -> dict[str, Any]:
    return {"state": state, "pushes": list(pushes), "tasks": [], "left": [], **changes}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--backend", "acme.Nowhere"), "--backend: acme.Nowhere cannot be imported"),
        (("--backend", "pathlib.Path"), "--backend: pathlib.Path is no XCom backend"),
        (("--conf", "{"), "--conf: it is not JSON"),
        (("--conf", "[1]"), "--conf: it is to be a JSON object"),
        (("--mark-success", "("), "--mark-success: '(' is no regular expression"),
        ((), "has several dags; name one of them with --dag-id: one, two"),
        (("--dag-id", "three"), "has no dag 'three'; it has one, two"),
    ],
)
def test_mistakes_end_it_with_2_before_anything_runs(
    tmp_path: Path, capfd: Any, arguments: tuple[str, ...], problem: str
) -> None:
    (tmp_path / "dags.py").write_text(DAGS)
    with pytest.raises(SystemExit) as ended:
        main(["probe", str(tmp_path / "dags.py"), "--backend", BASE, *arguments])
    errors = capfd.readouterr().err
    assert ended.value.code == 2
    assert problem in errors
    assert "run now" not in errors


@pytest.mark.parametrize(
    ("found", "is_well"),
    [
        (result(push()), True),
        (result(push(changed="value: list instead of tuple")), False),
        (result(push(refused="at pull: ImportError: no")), False),
        (result(push(), state="failed"), False),
        (result(push(), left=["an object"]), False),
    ],
)
def test_all_is_well_only_if_everything_is(found: dict[str, Any], is_well: bool) -> None:
    assert show.is_well(found) is is_well


def test_backends_are_side_by_side(capsys: Any) -> None:
    found = {"a.Ours": result(push()), "a.Theirs": result(push(changed="value[0]: another value"))}
    Console(width=140).print(*show.results(found), sep="\n")
    lines = capsys.readouterr().out.splitlines()
    (ours,) = [line for line in lines if "│ Ours" in line]
    (theirs,) = [line for line in lines if "│ Theirs" in line]
    assert "the same" in ours
    assert "changed: value[0]: another value" in theirs
    assert "a.Theirs: 0 of 1 value came back the same; the run ended as success." in lines


def test_the_options_of_the_deployment_stay_but_those_of_its_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its driver may need arguments that SQLite's does not take."""
    monkeypatch.setenv("AIRFLOW__XCOM_TOOLKIT__DATAFRAME_FORMAT", "parquet")
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql://nowhere/airflow")
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS", "acme.ARGUMENTS")
    workspace = Workspace.at(tmp_path, tmp_path / "dag.py", tmp_path, "s3://bucket/xcom/")
    found = workspace.environment(0, BASE)
    assert found["AIRFLOW__XCOM_TOOLKIT__DATAFRAME_FORMAT"] == "parquet"
    assert found["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].startswith("sqlite:///")
    assert found["AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS"].endswith("NO_ARGUMENTS")
    assert found["AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH"].startswith("s3://bucket/xcom/xcom_toolkit_probe/")


def test_a_process_does_not_outlive_who_waits_for_it(tmp_path: Path) -> None:
    """Nor do those that it started."""
    code = "import json, os, time; print(json.dumps({'doing': str(os.getpid())}), flush=True); time.sleep(60)"
    seen: list[int] = []

    def say(doing: str) -> None:
        seen.append(int(doing))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        processes.run("it", [sys.executable, "-c", code], os.environ, tmp_path / "log", say)
    with pytest.raises(ProcessLookupError):
        os.kill(seen[0], 0)


def test_a_process_that_fails_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('the end')"]
    with pytest.raises(processes.FailedError, match=r"it ended with exit code 1.*\nthe end") as raised:
        processes.run("it", command, os.environ, tmp_path / "log", lambda doing: None)
    assert raised.value.log == tmp_path / "log"
