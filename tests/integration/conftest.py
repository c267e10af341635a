"""One real Airflow for all tests of this folder: every dag is triggered at once, then each test looks at its own."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.servers.statsd import Statsd, receiving

from .airflow_env import Airflow

DAGS = (
    *("fidelity", "nesting", "arguments", "mapping", "keys", "retrying", "rerunning", "small"),
    *("secrecy", "secrecy_control", "refusal", "look_alike", "asynchronous", "deferring", "schemas"),
)
"""Those that start by themselves. The others are triggered by a test, with what they shall read."""


@pytest.fixture(scope="session")
def statsd() -> Iterator[Statsd]:
    """Gets the metrics of `airflow`."""
    with receiving() as statsd:
        yield statsd


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory, statsd: Statsd) -> Iterator[Airflow]:
    """Encrypting, with a local store, and a threshold of 2000 bytes. Prints the end of its log when a test failed."""
    home = tmp_path_factory.mktemp("airflow")
    started = Airflow(
        home,
        common_io__xcom_objectstorage_threshold="2000",
        metrics__statsd_on="True",
        metrics__statsd_port=str(statsd.port),
        metrics__statsd_influxdb_enabled="True",
        xcom_toolkit__fernet_keys=Fernet.generate_key().decode(),
        xcom_toolkit__api_conn_id="airflow_api",
        xcom_toolkit__schema_modules="tests.integration.declared",
        xcom_toolkit__schema_rules='[{"dag": "schemas", "task": "rul*", "schema": "tests.ruled", "version": 1}]',
    )
    started.env["XCOM_TEST_TOKEN"] = secrets.token_hex(8)
    fan_out = {"COMMON_IO__XCOM_OBJECTSTORAGE_PATH": "s3://far@xcom/xcom", "XCOM_TOOLKIT__CACHE_DIR": f"{home}/cache"}
    metadata = {"conn_type": "sqlite", "host": str(started.database)}
    started.env["AIRFLOW_CONN_AIRFLOW_METADATA"] = json.dumps(metadata)
    started.env["XCOM_TEST_FAN_OUT"] = json.dumps({f"AIRFLOW__{name}": value for name, value in fan_out.items()})
    try:
        started.start()
        yield started
    finally:
        print(started.tail())
        started.stop()


@pytest.fixture(scope="session")
def runs(airflow: Airflow) -> dict[str, str]:
    """The run ids of `DAGS`."""
    return {dag_id: airflow.trigger(dag_id) for dag_id in DAGS}


@pytest.fixture(scope="session")
def ended(airflow: Airflow, runs: dict[str, str]) -> dict[str, str]:
    """The same, once all have ended, however they did."""
    for dag_id, run_id in runs.items():
        airflow.wait(dag_id, run_id)
    return runs


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where an Airflow without a server may live."""
    (tmp_path / "store").mkdir()
    return tmp_path
