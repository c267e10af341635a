"""Airflow, started in this process; also where the configured backend does not let it start."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from ..starting import without_the_database_of_a_task
from .finding import named

BACKEND = "AIRFLOW__CORE__XCOM_BACKEND"
_HARMLESS = "airflow.sdk.bases.xcom.BaseXCom"


def start() -> str | None:
    """Imports Airflow, which up to 3.1 imports the backend on the way. What went wrong, if something did.

    It is then here with Airflow's own backend, so that all else can be looked at. Raises if not even that can be.
    """
    without_the_database_of_a_task()
    try:
        import_module("airflow")
        return None
    except Exception as e:
        problem = named(e)
    with _another_backend(), _half_imported_forgotten():
        import_module("airflow")
    return problem


@contextmanager
def _half_imported_forgotten() -> Iterator[None]:
    """An import that broke off leaves modules behind, and log handlers that work no more, and say so at each line."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "airflow"]:
        del sys.modules[name]
    logging.root.handlers.clear()
    before, logging.raiseExceptions = logging.raiseExceptions, False
    try:
        yield
    finally:
        logging.raiseExceptions = before


@contextmanager
def _another_backend() -> Iterator[None]:
    before = os.environ.get(BACKEND)
    os.environ[BACKEND] = _HARMLESS
    try:
        yield
    finally:
        del os.environ[BACKEND]
        if before is not None:
            os.environ[BACKEND] = before
