"""The runs that the page shows: each is ``bench``, as anyone runs it, in an Airflow without a configuration."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from tests.servers import ceph

BACKEND = "airflow_xcom_toolkit.ToolkitXComBackend"


def _only(*suites: str) -> list[str]:
    return [argument for suite in suites for argument in ("--only", suite)]


RUNS = {
    "local": ["--full", *_only("speed", "memory", "small", "store", "fan-out", "growth")],
    "s3": _only("store", "memory", "fan-out"),
}
"""What each measures. Of S3, what depends on it; compression has a page of its own."""

_COLLECTING = {
    "rgw enable gc threads = false": "rgw gc obj min wait = 1\nrgw gc processor period = 1",
    "memstore device bytes = 4294967296": "memstore device bytes = 8589934592",
}


def run(name: str, to: Path, *, quick: bool) -> None:
    """Writes the results of one run as JSON; shows what it does. Raises `CalledProcessError`."""
    arguments = [argument for argument in RUNS[name] if not (quick and argument == "--full")]
    with tempfile.TemporaryDirectory(prefix="xcom-benchmark-") as folder, _STORES[name](Path(folder)) as (path, found):
        command = [sys.executable, "-m", "airflow_xcom_toolkit", "bench", "--backend", BACKEND, "--path", path]
        command += ["--json", str(to), *arguments, *(["--quick"] if quick else [])]
        subprocess.run(command, env={**_inherited(), "AIRFLOW_HOME": folder, **found}, check=True)


def _inherited() -> dict[str, str]:
    left_out = ("AIRFLOW", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(left_out)}


@contextmanager
def _local(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    yield f"file://{folder}/store", {}


@contextmanager
def _s3(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Of Ceph in memory, which gives back what is deleted: the benchmark writes more than it holds."""
    configuration = ceph.CONFIGURATION
    for old, new in _COLLECTING.items():
        assert old in configuration, old
        configuration = configuration.replace(old, new)
    with mock.patch.object(ceph, "CONFIGURATION", configuration), ceph.s3() as bucket:
        yield bucket.path, bucket.environment


_STORES = {"local": _local, "s3": _s3}
