"""Where a probe writes: a database and logs of its own, and a prefix of its own in the store."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from ...compat import conf

PREFIX = "xcom_toolkit_probe"
NO_ARGUMENTS: dict[str, Any] = {}
"""For the driver of the probe's own database."""


@dataclass(frozen=True)
class Workspace:
    """``root`` is a new folder; ``store`` the base path for objects, if values may go there."""

    root: Path
    dag_file: Path
    folder: Path
    store: str | None

    @classmethod
    def at(cls, root: Path, dag_file: Path, folder: Path, store: str) -> Workspace:
        """``folder`` is where the dag's imports start; ``store`` the base path that is configured, or was given."""
        below = f"{store.rstrip('/')}/{PREFIX}/{uuid4().hex[:12]}" if store else None
        return cls(root, dag_file, folder, below)

    def log(self, name: str) -> Path:
        return self.root / f"{name}.log"

    def database(self, number: int) -> Path:
        """That of a backend, by its number. The first is made; each is a copy of it, made before a run."""
        return self.root / f"airflow-{number}.db"

    def copy_database(self, number: int) -> None:
        shutil.copyfile(self.root / "airflow-empty.db", self.database(number))

    def empty(self) -> Mapping[str, str]:
        """The environment of the process that makes the database."""
        return {**self.environment(0, "airflow.sdk.bases.xcom.BaseXCom"), **_database(self.root / "airflow-empty.db")}

    def environment(self, number: int, backend: str) -> dict[str, str]:
        """That of this process, with another database, backend, place for objects, logs and dags folder; no more."""
        options = {
            "CORE__XCOM_BACKEND": backend,
            "CORE__DAGS_FOLDER": str(self.dag_file.parent),
            "CORE__LOAD_EXAMPLES": "False",
            "DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": _bundle(self.dag_file.parent),
            "LOGGING__BASE_LOG_FOLDER": str(self.root / "logs"),
            "LOGGING__REMOTE_LOGGING": "False",
            **({"COMMON_IO__XCOM_OBJECTSTORAGE_PATH": self.store} if self.store else {}),
        }
        path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH", ""), str(self.folder)]))
        found = {f"AIRFLOW__{name}": value for name, value in options.items()}
        return {**os.environ, **found, **_database(self.database(number)), "PYTHONPATH": path}


def _bundle(folder: Path) -> str:
    """The dag's folder alone: to run a dag, Airflow reads all of the bundle that it is in."""
    local = "airflow.dag_processing.bundles.local.LocalDagBundle"
    return json.dumps([{"name": "dags-folder", "classpath": local, "kwargs": {"path": str(folder)}}])


def _database(file: Path) -> dict[str, str]:
    """What is configured for the driver of the deployment's own database is not for this one."""
    found = {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{file}",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": f"sqlite+aiosqlite:///{file}",
    }
    for option in ("sql_alchemy_connect_args", "sql_alchemy_connect_args_async"):
        if conf.has_option("database", option):
            found[f"AIRFLOW__DATABASE__{option.upper()}"] = f"{__name__}.NO_ARGUMENTS"
    if conf.has_option("database", "sql_alchemy_engine_args"):
        found["AIRFLOW__DATABASE__SQL_ALCHEMY_ENGINE_ARGS"] = "{}"
    return found
