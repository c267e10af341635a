"""What an in-house developer sees: the report of a run, from pytest itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

MODULE = '''
import pytest
from dataclasses import replace
from airflow_xcom_toolkit import SerdeXComBackend
from airflow_xcom_toolkit.testing import XComBackendContract, no


class Forgetful(SerdeXComBackend):
    """Gives lists for tuples."""

    @classmethod
    def pull(cls, row, at, part=None):
        pulled = super().pull(row, at, part)
        return replace(pulled, value=list(pulled.value)) if type(pulled.value) is tuple else pulled


class TestForgetful(XComBackendContract):
    backend = Forgetful

    @pytest.mark.xfail(reason="our store keeps what is deleted")
    def test_deleting_an_xcom_deletes_its_object(self, offloaded):
        super().test_deleting_an_xcom_deletes_its_object(offloaded)
'''
CHOSEN = (
    "test_a_value_comes_back_as_it_was_pushed and (tuple or list) or test_purging_needs_no_key"
    " or test_deleting_an_xcom_deletes_its_object or guard or dropped"
)


class Ran(NamedTuple):
    output: str
    verdicts: list[dict[str, str]]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run of a few tests of the contract, one of which a backend breaks."""
    folder = tmp_path_factory.mktemp("acme")
    (folder / "test_acme.py").write_text(MODULE)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--xcom-contract-json",
        "out.json",
        "-k",
        CHOSEN,
    ]
    env = {**os.environ, "AIRFLOW_HOME": str(folder / "airflow"), "COLUMNS": "200"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1, done.stdout + done.stderr
    return Ran(done.stdout, json.loads((folder / "out.json").read_text()))


def test_a_failure_says_which_promise_was_broken_with_which_value_and_what_the_row_was(ran: Ran) -> None:
    assert "What was promised, and what was stored" in ran.output
    assert "Backend: test_acme.Forgetful" in ran.output
    assert "Promise: 1. Fidelity" in ran.output
    assert "push XCom 'return_value' of contract_dag.task in run 'run_1'" in ran.output
    assert "value: builtins.tuple (" in ran.output
    assert "row: {" in ran.output
    assert '"__classname__": "airflow_xcom_toolkit.Envelope"' in ran.output


def test_the_end_of_a_run_names_what_is_not_applicable_and_why(ran: Ran) -> None:
    [line] = [line for line in ran.output.splitlines() if "keeps every value in the row" in line and "not appl" in line]
    assert line.endswith("test_deleting_an_xcom_deletes_its_object")


def test_the_end_of_a_run_counts_what_was_kept_and_names_what_was_broken(ran: Ran) -> None:
    assert "XCom contract of test_acme.Forgetful (test_acme.TestForgetful): " in ran.output
    assert "  broken: 1. Fidelity — test_a_value_comes_back_as_it_was_pushed[" in ran.output


def test_machines_get_a_verdict_for_each_test(ran: Ran) -> None:
    outcomes = {verdict["outcome"] for verdict in ran.verdicts}
    assert {"kept", "broken", "not applicable"} <= outcomes
    guard = next(verdict for verdict in ran.verdicts if verdict["test"] == "test_no_promise_is_dropped_or_overridden")
    assert guard["outcome"] == "kept"
    assert {verdict["contract"] for verdict in ran.verdicts} == {"TestForgetful"}
    broken = next(verdict for verdict in ran.verdicts if verdict["outcome"] == "broken")
    assert broken["reason"].startswith("AssertionError: value: ")


def test_a_run_without_a_contract_has_no_report(tmp_path: Path) -> None:
    """And loads nothing of Airflow."""
    (tmp_path / "test_plain.py").write_text("import sys\ndef test_it(): assert 'airflow' not in sys.modules\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
    assert "contract" not in done.stdout.partition("test_plain")[2]


@pytest.mark.parametrize(("options", "why"), [([], "--xcom-contract-real"), (["--xcom-contract-real", "-n1"], "xdist")])
def test_a_database_that_cannot_be_taken_ends_the_run(options: list[str], why: str, tmp_path: Path) -> None:
    """It is for a started Airflow, and for one process."""
    if "-n1" in options:
        pytest.importorskip("xdist")
    command = [sys.executable, "-m", "pytest", "--xcom-contract-database", "sqlite:///a.db", *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    [line] = [line for line in done.stderr.splitlines() if "--xcom-contract-database" in line]
    assert why in line


def test_the_options_are_explained(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "pytest", "--help"], cwd=tmp_path, capture_output=True, text=True)
    assert all(
        option in done.stdout for option in ("--xcom-contract-real", "--xcom-contract-database", "--xcom-contract-json")
    )
