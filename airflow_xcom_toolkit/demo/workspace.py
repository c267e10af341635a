"""The folder of the demo: an Airflow of its own, its database, its store, its logs, and its freshly made key."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet

from .. import example_dags
from . import dags

THRESHOLD = 4096


@dataclass(frozen=True)
class Run:
    """One dag run in a process of its own, since Airflow reads its configuration once a process."""

    name: str
    backend: str
    folder: str
    module: str
    dag: str


TOOLKIT = Run(
    name="toolkit",
    backend="airflow_xcom_toolkit.ToolkitXComBackend",
    folder=example_dags.__path__[0],
    module="airflow_xcom_toolkit.example_dags.flights",
    dag="flights_dag",
)
DEFAULT = Run(
    name="default",
    backend="airflow.sdk.bases.xcom.BaseXCom",
    folder=dags.__path__[0],
    module="airflow_xcom_toolkit.demo.dags.one_by_one",
    dag="one_by_one_dag",
)


@dataclass(frozen=True)
class Workspace:
    """Everything the demo writes. The key is in the environment of its processes, and nowhere else."""

    root: Path
    key: str = field(default_factory=lambda: Fernet.generate_key().decode(), repr=False)

    @classmethod
    def fresh(cls, root: Path) -> Workspace:
        """An empty one at ``root``; what an earlier demo left there is removed."""
        shutil.rmtree(root, ignore_errors=True)
        (root / "store").mkdir(parents=True)
        (root / "logs").mkdir()
        return cls(root.resolve())

    @property
    def store(self) -> Path:
        return self.root / "store"

    @property
    def database(self) -> Path:
        return self.root / "airflow" / "airflow.db"

    def log(self, name: str) -> Path:
        return self.root / "logs" / f"{name}.log"

    def environment(self, run: Run) -> dict[str, str]:
        """The environment of a process of ``run``: nothing of an Airflow that is configured around the demo."""
        around = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
        return {
            **around,
            "AIRFLOW_HOME": str(self.root / "airflow"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_FOLDER": run.folder,
            "AIRFLOW__CORE__XCOM_BACKEND": run.backend,
            "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH": self.store.as_uri(),
            "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD": str(THRESHOLD),
            "AIRFLOW__XCOM_TOOLKIT__FERNET_KEYS": self.key,
            "PYTHONWARNINGS": "ignore",
        }
