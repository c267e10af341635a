"""A metadata database for tests that call ``dag.test()``: copy it beside your tests.

Airflow reads where its database is when it is imported. Where your tests have the process to themselves, it is enough
that a ``conftest.py`` at the top of them sets ``AIRFLOW_HOME`` before anything imports Airflow, and that somebody has
run ``airflow db migrate`` there. The fixture needs neither: each module that asks for it gets an empty SQLite database
of its own, whoever imported Airflow before, so tests run in any order and side by side.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def airflow_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file of an empty metadata database. Its Airflow has one dag file, the ``DAG_FILE`` of the test module.

    ``dag.test()`` runs the dags of the dags folder alone, and loads all of them at each call. It leaves a handler of
    SIGTERM behind, which is no business of the tests that come after.
    """
    from airflow import settings
    from airflow.utils.db import initdb

    on_term = signal.getsignal(signal.SIGTERM)
    home = tmp_path_factory.mktemp("airflow")
    dags = home / "dags"
    dags.mkdir()
    shutil.copy(request.module.DAG_FILE, dags)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", f"sqlite:///{home}/airflow.db")
        environment.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(dags))
        environment.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        _connect(settings)
        initdb()
        yield home / "airflow.db"
        settings.dispose_orm()
    _connect(settings)
    signal.signal(signal.SIGTERM, on_term)


def _connect(settings: Any) -> None:
    """To the database, and the dags folder, that the environment names now."""
    settings.configure_vars()
    settings.configure_orm()
