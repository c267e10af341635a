"""What no Airflow purges: the objects of a run that is deleted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.integration.airflow_env import Airflow

LONG_AGO = 3 * 86400


def gc(airflow: Airflow) -> Any:
    """What ``gc --delete`` says of the deployment, whose other tasks may run."""
    command = [sys.executable, "-m", "airflow_xcom_toolkit", "gc", "--delete", "--json"]
    done = subprocess.run(command, env=airflow.env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


def keys_of_rows(airflow: Airflow, run_id: str = "%") -> set[str]:
    """Of all tries that Airflow keeps."""
    rows = airflow.rows(run_id=run_id)
    return {row.body["key"] for row in rows if isinstance(row.body, dict) and "key" in row.body}


@pytest.mark.usefixtures("ended")
def test_the_objects_of_a_deleted_run_are_deleted_and_no_other(airflow: Airflow) -> None:
    """Its tasks tried twice: in Airflow 3.4, what their first tries pushed is there until then."""
    run_id = airflow.trigger("retrying")
    airflow.succeed("retrying", run_id)
    of_run, named, before = keys_of_rows(airflow, run_id), keys_of_rows(airflow), airflow.objects()
    airflow.request("DELETE", f"/dags/retrying/dagRuns/{run_id}")
    for key in named:
        os.utime(airflow.store / key, (time.time() - LONG_AGO,) * 2)
    answer = gc(airflow)
    assert of_run
    assert airflow.objects() == before - of_run
    assert (answer["found"], answer["deleted"]) == (len(of_run), len(of_run))
