"""Airflow's options for one test: set in the environment, and read anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SetOptions = Callable[..., None]


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SetOptions]:
    """Sets options by name, ``fernet_keys="…"``; what was read before is forgotten before and after."""
    monkeypatch.setenv("AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH", f"file://{tmp_path}/store")

    def set_options(**values: str) -> None:
        for name, value in values.items():
            section = "COMMON_IO" if name.startswith("xcom_objectstorage") else "XCOM_TOOLKIT"
            section = "CORE" if name.startswith("allowed") else section
            monkeypatch.setenv(f"AIRFLOW__{section}__{name.upper()}", value)
        _forget()

    _forget()
    yield set_options
    _forget()


def _forget() -> None:
    from airflow_xcom_toolkit import backends, compat

    backends.forget()
    compat.forget_options()
