"""The wheel alone, without extras, in an environment that has nothing else."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from airflow_xcom_toolkit import SerdeXComBackend
from airflow_xcom_toolkit.get_provider_info import option_defaults
from tests.servers.wheel import environment_of

OPTIONAL = ("numpy", "pandas", "pyarrow", "polars", "zstandard", "s3fs", "pytest", "hypothesis")

ROUND_TRIP = """
from types import SimpleNamespace
from airflow_xcom_toolkit import ToolkitXComBackend

value = {"a": [1, 2.5, None], (1, 2): b"bytes"}
row = ToolkitXComBackend.serialize_value(value, key="return_value")
print(ToolkitXComBackend.deserialize_value(SimpleNamespace(value=row)) == value)
"""

FOREIGN_FRAME = """
import json, sys
from types import SimpleNamespace
from airflow_xcom_toolkit import ToolkitXComBackend
from airflow_xcom_toolkit.errors import MissingExtraError

try:
    ToolkitXComBackend.deserialize_value(SimpleNamespace(value=json.load(sys.stdin)))
except MissingExtraError as e:
    print("extra", e.extra, e)
"""


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its Python."""
    return environment_of(wheel, "", tmp_path_factory.mktemp("empty") / "venv")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty one, so that nothing of the checkout is found."""
    return tmp_path


def run(command: Sequence[str | Path], folder: Path, *, given: str = "") -> str:
    """What a command prints in an empty folder, with a new home for Airflow."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "PYTHON", "XCOM_"))}
    env |= {"AIRFLOW_HOME": str(folder / "airflow"), "HOME": str(folder)}
    done = subprocess.run(command, cwd=folder, env=env, input=given, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def test_it_is_imported_from_there(python: Path, folder: Path) -> None:
    """And brings none of the optional libraries with it."""
    found = f"import importlib.util as u; print([name for name in {OPTIONAL!r} if u.find_spec(name)])"
    code = f"import airflow_xcom_toolkit; print(airflow_xcom_toolkit.__file__); {found}"
    where, optional = run([python, "-c", code], folder).splitlines()
    assert Path(where).is_relative_to(python.parents[1])
    assert optional == "[]"


def test_airflow_knows_the_provider(python: Path, folder: Path) -> None:
    """By its entry point, with its options."""
    command = [python.with_name("airflow"), "providers", "get", "airflow-xcom-toolkit", "--full", "--output", "json"]
    (found,) = json.loads(run(command, folder).splitlines()[-1])
    options = {section: set(each["options"]) for section, each in found["config"].items()}
    assert options == {"xcom_toolkit": set(option_defaults())}


def test_what_python_itself_has_is_pushed_and_pulled(python: Path, folder: Path) -> None:
    """JSON and more, with nothing configured."""
    assert run([python, "-c", ROUND_TRIP], folder).splitlines()[-1] == "True"


def test_a_frame_from_elsewhere_is_an_error_that_names_the_extra(python: Path, folder: Path) -> None:
    """Its row is pulled where pandas is not installed."""
    row = SerdeXComBackend.serialize_value(pd.DataFrame({"a": [1]}), key="return_value")
    printed = run([python, "-c", FOREIGN_FRAME], folder, given=json.dumps(row)).splitlines()[-1]
    assert printed.startswith("extra pandas ")
    assert 'pip install "airflow-xcom-toolkit[pandas]"' in printed
