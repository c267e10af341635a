"""The runbook, rehearsed: switched on and rolled back with runs in flight, and no task fails for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet

from .airflow_env import BACKEND, BASE_XCOM
from .rehearsal import Rehearsal

DAG = "runbook"
TOOLKIT = {
    "AIRFLOW__CORE__XCOM_BACKEND": BACKEND,
    "AIRFLOW__CORE__ALLOWED_DESERIALIZATION_CLASSES": "airflow.* airflow_xcom_toolkit.*",
    "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD": "1000",
    "AIRFLOW__XCOM_TOOLKIT__FERNET_KEYS": Fernet.generate_key().decode(),
}
BACK = {**TOOLKIT, "AIRFLOW__CORE__XCOM_BACKEND": BASE_XCOM}


@pytest.fixture
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    started = Rehearsal(tmp_path_factory.mktemp("rehearsal"))
    try:
        started.start()
        yield started
    finally:
        print(started.tail())
        started.stop()


def begun(airflow: Rehearsal) -> str:
    """A run whose first task has pushed, and whose others wait."""
    for pool in ("used", "read"):
        airflow.open_pool(pool, 0)
    airflow.enough.unlink(missing_ok=True)
    run_id = airflow.trigger(DAG)
    airflow.reach(DAG, run_id, "make", "success")
    return run_id


def migrated_while_read(airflow: Rehearsal, run_id: str, *arguments: str) -> int:
    """How many rows were migrated, while one task pulls without a pause; another pulls afterwards; the run succeeds."""
    airflow.open_pool("read", 4)
    airflow.reach(DAG, run_id, "read_on", "running")
    report = airflow.toolkit("migrate", "--grace", "2s", *arguments)
    airflow.enough.touch()
    airflow.open_pool("used", 4)
    airflow.succeed(DAG, run_id)
    return sum(found["rows"] for found in report["changed"].values())


def test_switched_on_and_rolled_back_with_runs_in_flight_no_task_fails(airflow: Rehearsal) -> None:
    for pool in ("used", "read"):
        airflow.make_pool(pool)
    before = begun(airflow)
    assert "airflow_xcom_toolkit" not in "".join(row.text for row in airflow.rows())

    airflow.configure(TOOLKIT)
    assert migrated_while_read(airflow, before) >= 1
    assert all("sealed" in row.text for row in airflow.rows(run_id=before) if row.task_id == "make")

    during = begun(airflow)
    assert airflow.objects()
    assert all("sealed" in row.text for row in airflow.rows(run_id=during))

    airflow.configure(BACK)
    assert migrated_while_read(airflow, during, "--to", "base", "--decrypt") >= 2

    assert "changed" in airflow.toolkit("migrate", "--to", "base", "--decrypt", "--strict", "--grace", "0s")
    assert "airflow_xcom_toolkit" not in "".join(row.text for row in airflow.rows())
    assert airflow.objects() == set()
