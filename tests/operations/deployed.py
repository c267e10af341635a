"""A deployment with a local store, whose objects can be made as old as a test needs them; and ``gc`` over it."""

from __future__ import annotations

import io
import json
import os
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

from fsspec.implementations.local import LocalFileSystem
from rich.console import Console
from sqlalchemy.engine import Engine

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.cli.console import Consoles
from airflow_xcom_toolkit.cli.definition import parser
from airflow_xcom_toolkit.cli.gc.options import Options
from airflow_xcom_toolkit.cli.gc.run import collect
from airflow_xcom_toolkit.cli.gc.stores import Store, Stores
from airflow_xcom_toolkit.metadata import RowStore
from airflow_xcom_toolkit.placement import ObjectPlacement
from tests.operations.planted import Planted, plant
from tests.pipelines import objects, open_path, pipeline

DAY = 86400.0


@dataclass(frozen=True)
class Ran:
    """What ``gc`` gave: its exit code, its JSON, and what else it said."""

    code: int
    answer: dict[str, Any]
    said: str


class Deployment:
    """Pushes by the real pipeline; rows are planted. ``stores`` are names of further stores beside ``default``."""

    def __init__(self, engine: Engine, folder: Path, *stores: str) -> None:
        self.engine = engine
        self.folders = {name: folder / name for name in ("default", *stores)}
        self.urls = {name: f"file://{path}" for name, path in self.folders.items()}
        self.store = self.folders["default"]

    def push(self, at: Coordinate | str, *, age: float = 2 * DAY, planted: bool = True, store: str = "default") -> str:
        """The key of an object so old, with its row unless it is to be an orphan. ``at`` may be the name of a dag."""
        at = Coordinate(at, "run", "task", -1, f"key-{uuid4().hex[:8]}") if isinstance(at, str) else at
        row = self.row(at, store)
        key: str = row["__data__"]["body"]["key"]
        self.make_old(self.folders[store] / key, age)
        if planted:
            plant(self.engine, [Planted(at, row)])
        return key

    def row(self, at: Coordinate, store: str = "default") -> Any:
        """That of a value whose object is written now."""

        class Placing(ObjectPlacement):
            def store_name(self, at: Coordinate) -> str:
                return store

        placement = Placing(self.urls, open_path, threshold=0)
        return pipeline(self.store, placement=placement).push(["a value"] * 10, at)

    def put(self, key: str, age: float = 2 * DAY) -> str:
        """A file that no push makes."""
        path = self.store / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("bytes")
        self.make_old(path, age)
        return key

    @staticmethod
    def make_old(path: Path, age: float) -> None:
        os.utime(path, (time.time() - age,) * 2)

    @property
    def keys(self) -> set[str]:
        """Of the objects in the default store."""
        return {path.relative_to(self.store).as_posix() for path in objects(self.store)}

    def gc(self, *arguments: str) -> Ran:
        """``gc`` with these arguments and ``--json``."""
        output, errors = io.StringIO(), io.StringIO()
        consoles = Consoles(Console(file=output), Console(file=errors, width=1000))
        options = Options.of(parser().parse_args(["gc", "--json", *arguments]))
        code = collect(options, self.stores(), self.rows, consoles)
        return Ran(code, json.loads(output.getvalue()), errors.getvalue())

    def stores(self) -> Stores:
        return Stores(Store(name, url, LocalFileSystem(), str(self.folders[name])) for name, url in self.urls.items())

    def rows(self) -> RowStore:
        return RowStore(self.engine)


def now() -> datetime:
    return datetime.now(timezone.utc)
