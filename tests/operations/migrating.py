"""Rows of the toolkit in a metadata database, their objects in a folder, and ``migrate`` in this process."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from cryptography.fernet import Fernet
from sqlalchemy.engine import Engine

from airflow_xcom_toolkit import backends
from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.cli import console
from airflow_xcom_toolkit.cli.console import Consoles
from airflow_xcom_toolkit.cli.definition import parser
from airflow_xcom_toolkit.cli.migrate import migrating
from airflow_xcom_toolkit.compat.database import row_tables
from airflow_xcom_toolkit.metadata import RowStore
from airflow_xcom_toolkit.testing.same import assert_same
from tests.operations.planted import Planted, plant, read
from tests.unit.conftest import SetOptions

KEY = Fernet.generate_key().decode()
PLAIN, TOOLKIT = backends.ThresholdXComBackend, backends.ToolkitXComBackend
FORMS = {
    "plain": (PLAIN, "-1"),
    "offloaded": (PLAIN, "0"),
    "compressed": (PLAIN, "100", "zstd"),
    "encrypted": (TOOLKIT, "1000", "gzip"),
    "encrypted in rows": (TOOLKIT, "-1"),
}
VALUES: dict[str, Any] = {
    "nothing": None,
    "text": "a text with ünïcode",
    "float": 1.0,
    "record": {"rows": 3, "names": ["a", "b"], "deep": {"x": [1.5, None, True]}},
    "long": "x" * 5000,
    "tuple": (1, ("a", 2.5), [3]),
    "keys": {1: "one", (2, 3): "two"},
    "numbers": [float("nan"), float("-inf"), -0.0, 2**70],
    "set": {"a", "b", "c", 1, 2, 3},
    "sets": [{b"a" * 900, b"b" * 900}, frozenset({(1, "x"), (2, "y")})],
    "bytes": b"\x00\xff" * 3000,
    "empty": b"",
    "decimal": Decimal("1.10"),
    "when": pd.Timestamp("2026-01-02 03:04", tz="Europe/Paris"),
    "array": np.arange(2400, dtype=">f4").reshape(20, 30, 4, order="F"),
    "scalar": np.float32(1.5),
    "frame": pd.DataFrame({"n": range(500), "s": [f"row {n}" for n in range(500)]}, index=range(5, 505)),
    "categories": pd.DataFrame({"c": pd.Categorical(["x", "y", None] * 300), "d": pd.array([1, None, 3] * 300)}),
    "look alike": "file:///somewhere/dag/run/task/3f1c8a5e-0000-4000-8000-000000000000",
    "many": {f"k{n}": {"at": [n, n], "tuple": (n,)} for n in range(300)},
}


def at(name: str) -> Coordinate:
    return Coordinate("sales", "run 1", "load", -1, name)


def loaded(row: Any, name: str) -> Any:
    return backends.SerdeXComBackend.load_row(row, at(name))


@dataclass(frozen=True)
class _Keeping(Consoles):
    """Keeps a report, and prints none."""

    reports: list[dict[str, Any]]

    def json(self, data: Any) -> None:
        self.reports.append(data)


class World:
    """A database, a folder for objects, and the command."""

    backend: Any = backends.ToolkitXComBackend

    def __init__(self, engine: Engine, set_options: SetOptions, store: Path) -> None:
        self.engine, self.rows, self.options, self.store = engine, RowStore(engine), set_options, store

    def configure(self, backend: Any, threshold: str, compression: str = "") -> None:
        """Both backends have the key: one reads with it, the other encrypts, too."""
        self.backend = backend
        self.options(
            xcom_objectstorage_threshold=threshold, fernet_keys=KEY, xcom_objectstorage_compression=compression
        )

    def push(self, values: dict[str, Any] = VALUES) -> None:
        rows = {name: self.backend.push(value, at(name)) for name, value in values.items()}
        plant(self.engine, [Planted(at(name), row) for name, row in rows.items()])

    def migrate(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """The exit code, and the report."""
        found: list[dict[str, Any]] = []
        args = parser().parse_args(["migrate", "--json", "--grace", "0s", *arguments])

        def work(args: Any, consoles: Any) -> int:
            return migrating.migrate(args, _Keeping(consoles.output, consoles.errors, found), self.rows)

        code = console.run(args, work)
        return code, found[0] if found else {}

    def row(self, name: str) -> Any:
        return read(self.engine, at(name))

    def overwrite(self, name: str, row: Any) -> None:
        """As a task does it: the row before is gone."""
        self._delete(name)
        plant(self.engine, [Planted(at(name), row)])

    def empty(self) -> None:
        for row in list(self.rows.scan()):
            self._delete(row.at.key)

    def _delete(self, name: str | None) -> None:
        columns = row_tables(self.engine)[0].columns
        with self.engine.begin() as connection:
            connection.execute(sa.delete(columns["value"].table).where(columns["key"] == name))

    def check(self, values: dict[str, Any] = VALUES) -> None:
        """Every row gives the value that was pushed."""
        for name, value in values.items():
            assert_same(loaded(self.row(name), name), value, name, key_order=False)

    def sealed(self) -> int:
        """How many rows are encrypted."""
        return sum("sealed" in row.text for row in self.rows.scan())

    def objects(self) -> list[Path]:
        return [path for path in self.store.rglob("*") if path.is_file()]

    def is_tidy(self) -> bool:
        """Whether every object belongs to a row, and every row has its object."""
        bodies = [row.value["__data__"]["body"] for row in self.rows.scan() if "__data__" in row.text]  # type: ignore
        keys = sorted(body["key"] for body in bodies if body and "key" in body)
        return keys == sorted(path.relative_to(self.store).as_posix() for path in self.objects())
