"""The benchmark in this process, on a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from airflow_xcom_toolkit.cli.bench import run
from airflow_xcom_toolkit.cli.definition import parser
from tests.unit.conftest import SetOptions

BACKEND = "airflow_xcom_toolkit.ToolkitXComBackend"
Call = Callable[..., int]


@pytest.fixture
def store(options: SetOptions, tmp_path: Path) -> Path:
    """Where the benchmark writes to."""
    options(xcom_objectstorage_threshold="1000")
    return tmp_path / "store"


@pytest.fixture
def bench(store: Path) -> Call:
    """``bench --quick`` with further arguments; gives the exit code."""

    def call(*arguments: str) -> int:
        return run.main(parser().parse_args(["bench", "--quick", "--backend", BACKEND, *arguments]))

    return call
