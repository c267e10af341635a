"""Back to Airflow's own backends: old rows stay readable with one line, and without it Airflow says which."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from .airflow_env import BASE_XCOM, STOCK, Airflow, run_script

ALLOWED = "airflow.* airflow_xcom_toolkit.*"


@pytest.fixture(scope="module")
def rows_file(airflow: Airflow, ended: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every row that the toolkit wrote, in a file. Not the text that the stock backend follows; see the next test."""
    rows = [{**asdict(row), "value": row.value} for row in airflow.rows() if row.dag_id in ended]
    assert len(rows) > 40
    file = tmp_path_factory.mktemp("rollback") / "rows.json"
    file.write_text(json.dumps(rows))
    return file


def restored(airflow: Airflow, rows_file: Path, backend: str, **options: str) -> Any:
    plain = {"AIRFLOW__CORE__XCOM_BACKEND": backend, "AIRFLOW__XCOM_TOOLKIT__MASK_DECRYPTED": "False"}
    schemas = "tests.integration.declared, tests.integration.dags.schemas"
    env = {**airflow.env, **plain, "AIRFLOW__XCOM_TOOLKIT__SCHEMA_MODULES": schemas, **options}
    return run_script("restore", str(rows_file), env=env)


@pytest.mark.parametrize("backend", [BASE_XCOM, STOCK])
def test_every_old_row_restores_under(airflow: Airflow, rows_file: Path, backend: str) -> None:
    """With the allow-list line, each row gives the value that was pushed, under ``BaseXCom`` and the stock backend."""
    answer = restored(airflow, rows_file, backend, AIRFLOW__CORE__ALLOWED_DESERIALIZATION_CLASSES=ALLOWED)
    assert "error" not in answer, answer
    assert answer["backend"] == backend.rpartition(".")[2]
    assert answer["restored"] == len(json.loads(rows_file.read_text()))
    assert answer["known"] == answer["of"]


def test_without_the_line_airflow_names_the_class(airflow: Airflow, rows_file: Path) -> None:
    """Airflow's own error says ``airflow_xcom_toolkit.Envelope``, which is what the line is to allow."""
    answer = restored(airflow, rows_file, BASE_XCOM)
    assert "airflow_xcom_toolkit.Envelope" in answer["error"]
    assert "allowed_deserialization_classes" in answer["error"]
