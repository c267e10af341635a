"""Two versions of one module side by side, each in a process of its own, as while a deployment rolls on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
OLD, NEW = HERE / "rolling/version_2", HERE / "rolling/version_3"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH": f"file://{tmp_path}/store",
        "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD": "0",
        "AIRFLOW__XCOM_TOOLKIT__SCHEMA_MODULES": "acme_schemas",
    }


def run(code: Path, what: str, file: Path, environment: dict[str, str]) -> str:
    path = os.pathsep.join([str(code), str(HERE.parent.parent)])
    command = [sys.executable, str(HERE / "scripts/rolling.py"), what, str(file)]
    done = subprocess.run(command, env={**environment, "PYTHONPATH": path}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def between(writer: Path, reader: Path, file: Path, environment: dict[str, str]) -> dict[str, str]:
    run(writer, "write", file, environment)
    found: dict[str, str] = json.loads(run(reader, "read", file, environment).splitlines()[-1])
    return found


def test_new_readers_read_what_old_writers_wrote(tmp_path: Path, environment: dict[str, str]) -> None:
    """Brought up to date: a dataclass of then is an attrs class of now."""
    found = between(OLD, NEW, tmp_path / "rows.json", environment)
    orders = "Orders(day='2026-01-31', lines=[Line(name='nut', quantity=3, unit='piece')], prices=   price\n0    1.5, "
    orders += "currency='EUR', delivered=None)"
    assert found == {"orders": orders, "nested": f"{{'all': [{orders}]}}", "trips": "id,fare,tip\n1,9.5,0.0\n"}


def test_old_readers_read_what_new_writers_wrote(tmp_path: Path, environment: dict[str, str]) -> None:
    """Without the fields and columns that they do not know: the writer declared that they can do without."""
    found = between(NEW, OLD, tmp_path / "rows.json", environment)
    orders = "Orders(day='2026-01-31', lines=[Line(name='nut', quantity=3)], prices=   price\n0    1.5)"
    assert found == {"orders": orders, "nested": f"{{'all': [{orders}]}}", "trips": "id,fare\n1,9.5\n"}


def test_without_the_declaration_old_readers_refuse_it_and_name_both_versions(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    closed = tmp_path / "version_3"
    closed.mkdir()
    (closed / "acme_schemas.py").write_text((NEW / "acme_schemas.py").read_text().replace(", readable_by=2", ""))
    found = between(closed, OLD, tmp_path / "rows.json", environment)
    for text in found.values():
        assert text.startswith("SchemaTooNewError: A row has version 3 of schema 'acme.")
        assert "up to version 2" in text


def test_each_version_reads_its_own_rows_as_they_were(tmp_path: Path, environment: dict[str, str]) -> None:
    for code, line in ((OLD, "quantity=3)]"), (NEW, "unit='piece')]")):
        assert line in between(code, code, tmp_path / "rows.json", environment)["orders"]
