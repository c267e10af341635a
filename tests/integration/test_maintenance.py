"""The example dag deletes what no row refers to, though its task may not use the database."""

from __future__ import annotations

import os
import time

import pytest

from .airflow_env import Airflow

ORPHAN = "gone/run/load/write/return_value.0123456789ab.arrow"
DAG = "xcom_maintenance"


@pytest.mark.usefixtures("ended")
def test_the_dag_deletes_orphans_and_shows_them_in_its_log(airflow: Airflow) -> None:
    orphan = airflow.store / ORPHAN
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"bytes")
    os.utime(orphan, (time.time() - 3 * 86400,) * 2)
    others = airflow.objects() - {ORPHAN}
    airflow.request("PATCH", f"/dags/{DAG}", {"is_paused": False})
    airflow.succeed(DAG, airflow.trigger(DAG))
    assert not orphan.exists()
    assert airflow.objects() >= others
    assert "gone: 1 orphans, 5 bytes" in airflow.logs(DAG)
