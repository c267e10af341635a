"""Airflow's connections, for a process that is no task and has the metadata database."""

from __future__ import annotations

import os

from . import airflow_version

_CONTEXT = "_AIRFLOW_PROCESS_CONTEXT"
_METASTORE = "airflow.secrets.metastore.MetastoreBackend"


def look_into_database() -> None:
    """From now on, connections of the metadata database are found, as those of the environment are.

    Airflow looks there where it is told that it is a server, from 3.1 on; 3.0 only where its list says so.
    """
    from airflow import secrets

    os.environ[_CONTEXT] = "server"
    if airflow_version().startswith("3.0.") and _METASTORE not in secrets.DEFAULT_SECRETS_SEARCH_PATH_WORKERS:
        secrets.DEFAULT_SECRETS_SEARCH_PATH_WORKERS.append(_METASTORE)
