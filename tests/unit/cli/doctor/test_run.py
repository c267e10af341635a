"""A run: all checks, whatever one of them meets; exit codes; and nothing but the report on standard output."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from airflow_xcom_toolkit.cli.definition import parser
from airflow_xcom_toolkit.cli.doctor import run, store
from airflow_xcom_toolkit.cli.doctor.command import CHECKS
from tests.unit.cli.doctor.conftest import Report
from tests.unit.conftest import SetOptions

Call = Callable[..., Report]
MINE = "tests.unit.cli.doctor.backends"


def test_each_check_is_told_of_in_the_help() -> None:
    from airflow_xcom_toolkit.cli.doctor.command import DOCTOR

    for name in CHECKS:
        assert f"\n  {name} " in DOCTOR.description


def test_a_check_that_breaks_is_a_failure_and_ends_no_other(
    report: Call, options: SetOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the error only the type is told: what it says may quote anything."""

    def broken(here: Any) -> Any:
        raise RuntimeError("planted-secret")

    options(xcom_objectstorage_threshold="0")
    monkeypatch.setattr(store, "check", broken)
    found = report("store", "rollback")
    assert found.code == 1
    assert "RuntimeError" in found.the("failed")
    assert [check["check"] for check in found.data["checks"]] == ["store", "rollback"]
    assert "planted-secret" not in found.text


def test_a_backend_whose_stages_break_is_a_failure(report: Call, options: SetOptions) -> None:
    options(xcom_objectstorage_threshold="0")
    found = report("options", backend=f"{MINE}.Breaking")
    assert found.code == 1
    assert "planted-secret" not in found.text


def test_warnings_fail_where_they_are_to(doctor: Callable[..., int], options: SetOptions) -> None:
    options()
    assert doctor("options") == 0
    assert doctor("options", arguments=("--strict",)) == 1


def test_a_check_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(["doctor", "--only", "everything"])
    assert ended.value.code == 2


def test_a_backend_that_cannot_be_imported_is_a_failure_and_the_rest_is_looked_at(
    report: Call, options: SetOptions
) -> None:
    options(xcom_objectstorage_threshold="0")
    found = report("backend", "store", backend="acme.nowhere.Backend")
    assert found.code == 1
    assert "acme.nowhere.Backend cannot be imported: ModuleNotFoundError" in found.the("failed")
    assert found.findings("ok")


def test_for_people_each_problem_has_its_remedy(doctor: Callable[..., int], options: SetOptions, capfd: Any) -> None:
    options(storage_attempts="many")
    assert doctor("options") == 1
    shown = " ".join(capfd.readouterr().out.split())
    assert "✗ failed [xcom_toolkit] storage_attempts: 'many' is not a whole number" in shown
    assert "→ Correct it where it is set: AIRFLOW__XCOM_TOOLKIT__STORAGE_ATTEMPTS" in shown
    assert "1 failed" in shown


def test_a_connection_is_looked_up_and_its_password_is_not_shown(
    report: Call, options: SetOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = {"conn_type": "http", "login": "me", "password": "planted-secret", "extra": {"token": "planted-two"}}
    monkeypatch.setenv("AIRFLOW_CONN_STORE", json.dumps(connection))
    options(xcom_objectstorage_threshold="0", xcom_objectstorage_path="s3://store@bucket/xcom")
    found = report("connection")
    assert "is of type http, not aws" in found.the("warning")
    assert "planted" not in found.text


def test_a_connection_that_is_not_there_fails_with_its_variable(report: Call, options: SetOptions) -> None:
    """The provider of S3 would go on without it, as somebody else."""
    options(xcom_objectstorage_threshold="0", xcom_objectstorage_path="s3://aws_nowhere@bucket/xcom")
    assert "Set AIRFLOW_CONN_AWS_NOWHERE" in report("connection").the("failed")


def test_no_database_is_fine(report: Call, options: SetOptions) -> None:
    """As on a remote agent."""
    options()
    found = report("database")
    assert found.code == 0
    assert len(found.data["checks"][0]["findings"]) == 1


@pytest.mark.parametrize(("allowed", "ready"), [("airflow.*", False), ("airflow.* airflow_xcom_toolkit.*", True)])
def test_it_is_told_whether_a_roll_back_could_read_the_rows(
    allowed: str, ready: bool, report: Call, options: SetOptions
) -> None:
    options(allowed_deserialization_classes=allowed)
    found = report("rollback")
    assert found.code == 0
    assert found.data["checks"][0]["findings"][0]["ready"] is ready


def test_a_schema_module_that_cannot_be_imported_fails(report: Call, options: SetOptions) -> None:
    options(schema_modules="acme.nowhere")
    found = report("schemas")
    assert found.code == 1
    assert "'acme.nowhere' could not be imported" in found.the("failed")


def test_versions_and_extras_are_told(report: Call, options: SetOptions) -> None:
    options()
    found = report("versions")
    assert found.code == 0
    assert found.findings("ok")[0]["versions"]["apache-airflow-core"]
    assert "pandas" in found.findings("ok")[-1]["present"]


def test_main_is_what_the_command_names() -> None:
    assert parser().parse_args(["doctor"]).func.function == f"{run.main.__module__}:{run.main.__name__}"
