"""One started Airflow that encrypts, compresses and offloads to local files; all dags are triggered at once."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from airflow_xcom_toolkit.compat import airflow_version
from tests.integration.airflow_env import Airflow
from tests.matrix.features import features_of

DAGS = Path(__file__).resolve().parents[1] / "dags"
NAMES = [feature.name for feature in features_of(airflow_version())]

collect_ignore = [] if "loops" in NAMES else ["test_loops.py"]


def pytest_configure() -> None:
    """Asked to end, pytest ends as it does at Ctrl-C: with the Airflow that it has started."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    """It has the dags that an Airflow of its version can run. Prints the end of its log when a test failed.

    Its tasks wait long for the API server: on a busy machine the five seconds of Airflow are too few.
    """
    home = tmp_path_factory.mktemp("airflow")
    started = Airflow(
        home,
        core__dags_folder=str(_dags(home / "dags")),
        common_io__xcom_objectstorage_threshold="2000",
        common_io__xcom_objectstorage_compression="zstd",
        workers__execution_api_timeout="60",
        xcom_toolkit__fernet_keys=Fernet.generate_key().decode(),
    )
    try:
        started.start()
        yield started
    finally:
        print(started.tail())
        started.stop()


def _dags(folder: Path) -> Path:
    folder.mkdir()
    for name in NAMES:
        shutil.copy(DAGS / f"{name}.py", folder)
    return folder


@pytest.fixture(scope="session")
def runs(airflow: Airflow) -> dict[str, str]:
    """The ids of the runs, which have begun."""
    return {name: airflow.trigger(name) for name in sorted(NAMES, key="clearing".__ne__)}


@pytest.fixture(scope="session")
def ended(airflow: Airflow, runs: dict[str, str]) -> dict[str, str]:
    """The same, once all have ended, however they did; ``clearing`` has then been cleared, and has run again."""
    if airflow.wait("clearing", runs["clearing"]) == "success":
        airflow.rerun("clearing", runs["clearing"])
    for name, run_id in runs.items():
        airflow.wait(name, run_id)
    return runs
