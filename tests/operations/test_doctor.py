"""What the preflight finds in the metadata database: rows that the keys of a worker do not open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from sqlalchemy.engine import Engine

from airflow_xcom_toolkit import FernetXComBackend, backends
from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.cli.doctor import keys
from airflow_xcom_toolkit.cli.doctor.finding import Finding
from airflow_xcom_toolkit.cli.doctor.here import Here
from airflow_xcom_toolkit.encryption import KeyRing
from airflow_xcom_toolkit.metadata import RowStore
from tests.operations.planted import Planted, plant

VARIABLE = "AIRFLOW__XCOM_TOOLKIT__FERNET_KEYS"


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    backends.forget()
    yield
    backends.forget()


def encrypted(monkeypatch: pytest.MonkeyPatch, key: str, number: int) -> Planted:
    """A row that needs the key."""
    monkeypatch.setenv(VARIABLE, key)
    backends.forget()
    at = Coordinate("dag", "run", f"task{number}", -1, "return_value")
    return Planted(at, FernetXComBackend.push({"n": number}, at))


def looked_at(rows: RowStore, *, all_rows: bool = False) -> list[Finding]:
    here = Here("airflow_xcom_toolkit.FernetXComBackend", all_rows=all_rows)
    vars(here)["rows"] = rows
    return list(keys.check(here))


@pytest.mark.parametrize("all_rows", [False, True])
def test_rows_of_a_key_that_is_not_here_are_counted(
    engine: Engine, rows: RowStore, monkeypatch: pytest.MonkeyPatch, all_rows: bool
) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    plant(engine, [encrypted(monkeypatch, key, number) for number, key in enumerate([old, old, new])])
    found = looked_at(rows, all_rows=all_rows)
    (failed,) = [finding for finding in found if finding.status == "failed"]
    name = KeyRing([old]).primary_id
    assert failed.text.startswith(
        f"2 rows of 3 ({'all' if all_rows else 'some'} of those there are) need the key {name}"
    )
    assert f"Put {name} behind the newest key" in failed.remedy


def test_rows_that_all_open_are_well(engine: Engine, rows: RowStore, monkeypatch: pytest.MonkeyPatch) -> None:
    key = Fernet.generate_key().decode()
    plain = Planted(Coordinate("dag", "run", "plain", -1, "return_value"), {"plain": 1})
    plant(engine, [plain, encrypted(monkeypatch, key, 1)])
    found = looked_at(rows)
    assert [finding.status for finding in found] == ["ok", "ok", "ok"]
    assert found[-1].data["by_key"] == {KeyRing([key]).primary_id: 1}
    assert found[-1].data["plain_rows"] == 1


def test_rows_that_would_be_rejected_are_a_warning(
    engine: Engine, rows: RowStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, Fernet.generate_key().decode())
    monkeypatch.setenv("AIRFLOW__XCOM_TOOLKIT__PLAINTEXT_ROWS", "reject")
    plant(engine, [Planted(Coordinate("dag", "run", "plain", -1, "return_value"), {"plain": 1})])
    (found,) = [finding for finding in looked_at(rows) if finding.status == "warning"]
    assert found.text.startswith("1 row of 1 are not encrypted")
