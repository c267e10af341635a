"""A deployment in this process: a metadata database, a store, keys, and the commands over them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.execution_time import xcom
from cryptography.fernet import Fernet
from sqlalchemy.engine import Engine

import airflow_xcom_toolkit
from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.cli.definition import parser
from airflow_xcom_toolkit.metadata import RowStore
from tests.operations.databases import connected, database
from tests.operations.planted import LONG_AGO, Planted, plant
from tests.unit.conftest import SetOptions

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))


@dataclass(frozen=True)
class Done:
    """What a command left."""

    code: int
    output: str
    errors: str

    @property
    def json(self) -> Any:
        return json.loads(self.output)


@dataclass
class Deployed:
    """``call`` runs a command as its name and arguments say."""

    engine: Engine
    folder: Path
    options: SetOptions
    capture: Any
    backend: Any = airflow_xcom_toolkit.ToolkitXComBackend

    def push(self, value: Any, task: str = "load", *, key: str = "return_value", index: int = -1) -> Any:
        """The row of a value that a task of the dag ``sales`` pushed in ``run 1``."""
        at = Coordinate("sales", "run 1", task, index, key)
        row = self.backend.push(value, at)
        self.plant(row, at)
        return row

    def plant(self, row: Any, at: Coordinate) -> None:
        plant(self.engine, [Planted(at, row, LONG_AGO)])

    def call(self, *arguments: str) -> Done:
        self.capture.readouterr()
        args = parser().parse_args(arguments)
        module, _, name = args.func.function.partition(":")
        code = getattr(__import__(module, fromlist=[name]), name)(args)
        return Done(code, *self.capture.readouterr())

    def objects(self) -> list[Path]:
        return sorted(path for path in (self.folder / "store").rglob("*") if path.is_file())


@pytest.fixture(scope="session")
def sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with database("sqlite", tmp_path_factory.mktemp("metadata")) as url:
        yield url


@pytest.fixture
def deployed(
    sqlite_url: str,
    tmp_path: Path,
    options: SetOptions,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Deployed]:
    """With an empty database, and a threshold of 1,000 bytes."""
    engine = connected(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM xcom")
    monkeypatch.setattr(RowStore, "connected", classmethod(lambda cls: cls(engine)))
    monkeypatch.setattr(xcom, "XCom", airflow_xcom_toolkit.ToolkitXComBackend)
    options(xcom_objectstorage_threshold="1000")
    yield Deployed(engine, tmp_path, options, capfd)
    engine.dispose()
