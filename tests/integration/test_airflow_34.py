"""The next Airflow: dags with loops, on the interpreter that ``XCOM_TOOLKIT_AIRFLOW_34_PYTHON`` names."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from .airflow_env import HERE, ROOT, environment, run_script

VARIABLE = "XCOM_TOOLKIT_AIRFLOW_34_PYTHON"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The dags of ``loop_dags`` have run with every value offloaded, once plain and once encrypted, side by side."""
    python = next_python()
    homes = {name: tmp_path_factory.mktemp(f"airflow34-{name}") for name in ("plain", "encrypted")}
    with ThreadPoolExecutor() as pool:
        answers = {name: pool.submit(run, python, home, name == "encrypted") for name, home in homes.items()}
    return {name: answer.result() for name, answer in answers.items()}


def next_python() -> str:
    """The interpreter of the next Airflow. Without one the tests here fail."""
    python = os.environ.get(VARIABLE)
    assert python, f"{VARIABLE} is not set. Give a Python that has Airflow 3.4 and this project; `make test` does."
    return python


def run(python: str, home: Path, encrypted: bool) -> dict[str, Any]:
    """What the rows of one Airflow give, and where its store is."""
    options = {"core__dags_folder": str(HERE / "loop_dags"), "common_io__xcom_objectstorage_threshold": "0"}
    if encrypted:
        options["xcom_toolkit__fernet_keys"] = Fernet.generate_key().decode()
    env = environment(home, **options)
    env["PATH"] = os.pathsep.join([str(Path(python).parent), env["PATH"]])
    answer = run_script("run_dags", str(home), "looping", "handing", "helping", env=env, python=python)
    return {**answer, "store": home / "store", "encrypted": encrypted}


@pytest.fixture(params=["plain", "encrypted"])
def ran(request: pytest.FixtureRequest, both: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return both[request.param]


def test_each_iteration_of_a_loop_keeps_its_own_object(ran: dict[str, Any]) -> None:
    """As many objects as values pushed; each row still gives the value of its iteration, after all have run."""
    assert ran["looping"]["state"] == "success"
    for task in ("improve", "checked"):
        rows = [
            row for row in ran["looping"]["rows"] if (row["task"], row["key"]) == (f"refine.{task}", "return_value")
        ]
        assert [row["index"] for row in rows] == [0, 1, 2]
        assert len({row["row"]["__data__"]["body"]["key"] for row in rows}) == 3
    side = [row["value"] for row in ran["looping"]["rows"] if row["key"] == "side"]
    assert side == [f"({n}, b'side')" for n in range(3)]


def test_every_object_is_named_by_one_row(ran: dict[str, Any]) -> None:
    """No iteration wrote over another's object, and none left one behind."""
    named = [
        row["row"]["__data__"]["body"]["key"] for name in ("looping", "handing", "helping") for row in ran[name]["rows"]
    ]
    kept = [file.relative_to(ran["store"]).as_posix() for file in ran["store"].rglob("*") if file.is_file()]
    assert sorted(named) == sorted(kept)


def test_a_frame_goes_from_task_to_task(ran: dict[str, Any]) -> None:
    """A DataFrame, and a dict of nearly everything, come back equal; the tasks that pull compare."""
    assert ran["handing"]["state"] == "success"
    assert {row["key"] for row in ran["handing"]["rows"]} == {"return_value", "nested"}


def test_the_helpers_read_queue_and_delete(ran: dict[str, Any]) -> None:
    """Also inside and outside of the loop; the tasks compare."""
    assert ran["helping"]["state"] == "success"
    keys = {row["key"] for row in ran["helping"]["rows"] if row["task"] == "fill"}
    assert keys == {"return_value", "queue.0", "queue.1", "queue.2", "queue.length"}


def test_rows_are_sealed_when_there_are_keys(ran: dict[str, Any]) -> None:
    """And only then."""
    rows = [row["row"]["__data__"] for row in ran["looping"]["rows"]]
    assert all(("sealed" in row) == ran["encrypted"] for row in rows)


def test_the_backends_keep_their_promises_on_it(tmp_path: Path) -> None:
    """The unit tests of all that touches Airflow, and the golden rows, pass on it too."""
    files = [
        f"tests/unit/test_{name}.py" for name in ("backends", "compat", "hooks", "masking", "own_backends", "plugin")
    ]
    stand_in = [f"tests/unit/testing/test_{name}.py" for name in ("supervisor", "databases")]
    passes(*files, *stand_in, "tests/unit/helpers", "tests/unit/schemas", "tests/wire", home=tmp_path)


def test_the_backend_keeps_the_contract_on_it(tmp_path: Path) -> None:
    """Every promise that users are told the suite checks."""
    passes("tests/contract/on_local_files.py::TestToolkitXComBackend", home=tmp_path)


def passes(*tests: str, home: Path) -> None:
    """Fails with pytest's output unless all ``tests`` pass on the next Airflow."""
    command = [next_python(), "-m", "pytest", "-q", "-p", "no:cacheprovider", "--maxfail=10", *tests]
    ended = subprocess.run(command, cwd=ROOT, env=environment(home), capture_output=True, text=True, timeout=600)
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-2000:]
    assert "passed" in ended.stdout
