"""Promise 18, of the import: each task process does it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import Any, cast

from ...abc import Coordinate, Json
from ..base import Contract, Deploy, not_applicable
from ..database.stand_in import Supervisor
from ..same import assert_same, is_same
from ..setup import Setup
from ..values.samples import JSON, SAMPLES
from ..xcoms import AT, XComs

HEAVY = ("numpy", "pandas", "pyarrow", "polars")
VALUES = {**SAMPLES, **{f"JSON, {name}": make for name, make in JSON.items()}}
"""What one process pushes, and another pulls."""


class Importing(Contract):
    """Airflow finds the backend by its name, in every process; that loads no library which few processes use."""

    promise = "18. Called by every Airflow"

    def test_it_can_be_imported_by_its_name(self) -> None:
        """``AIRFLOW__CORE__XCOM_BACKEND`` is the name of a class in a module; all of Airflow's processes import it."""
        backend = self.backend
        _refuse_local(backend)
        assert getattr(import_module(backend.__module__), backend.__qualname__, None) is backend, (
            f"{_name(backend)} is not to be found by that name, which is all that Airflow has of it"
        )

    def test_a_fresh_process_can_import_it(self) -> None:
        """As the scheduler and the triggerer do, which have imported nothing that a test has."""
        found = _fresh_import(*_names(self.backend))
        assert found["error"] is None, f"{_name(self.backend)} cannot be imported by itself:\n{found['error']}"

    def test_importing_it_loads_no_heavy_library(self) -> None:
        """Each task process imports the backend, and few push a frame: numpy and the like are loaded when needed."""
        loaded = _fresh_import(*_names(self.backend))["loaded"]
        assert not loaded, f"importing {_name(self.backend)} loads {', '.join(loaded)}"

    def test_another_process_pulls_what_this_one_pushed(self, form: Mapping[str, Any], deploy: Deploy) -> None:
        """Each task is a process of its own, often on another machine: what a row needs is in it, or in the store."""
        names = _names(self.backend)
        if self.store.startswith("memory") and form.get("threshold") == 0:
            not_applicable("no other process sees the objects in the memory of this one")
        xcoms = deploy(**form)
        rows = {name: xcoms.row(_at(name)) for name in VALUES if _comes_back(xcoms, name)}
        wrong = _in_a_process(_PULLING, *names, given=json.dumps(rows))
        assert wrong == {}, "\n".join(f"{name}, pulled elsewhere: {told}" for name, told in wrong.items())


def _at(name: str) -> Coordinate:
    return replace(AT, key=f"key_{list(VALUES).index(name)}")


def _comes_back(xcoms: XComs, name: str) -> bool:
    """Pushes a value; whether a pull in this process gives it, which is another promise."""
    try:
        xcoms.push(VALUES[name](), _at(name))
        return is_same(xcoms.pull(_at(name)), VALUES[name]())
    except Exception:
        return False


def not_the_same(backend: Any, rows: Mapping[str, Json]) -> dict[str, str]:
    """For the other process: the names of those `VALUES` that ``rows`` do not give here; each with what is wrong."""
    xcoms = XComs(backend, Supervisor(), cast(Any, None), Setup(store=""))
    found = {}
    with cast(Any, xcoms.rows).installed():
        for name, row in rows.items():
            try:
                assert_same(xcoms.load(row, _at(name)), VALUES[name]())
            except Exception as e:
                found[name] = f"{type(e).__name__}: {str(e)[:500]}"
    return found


def _name(backend: type) -> str:
    return f"{backend.__module__}.{backend.__qualname__}"


def _names(backend: type) -> tuple[str, str]:
    _refuse_local(backend)
    return backend.__module__, backend.__qualname__


def _refuse_local(backend: type) -> None:
    if "<locals>" in backend.__qualname__ or backend.__module__ == "__main__":
        not_applicable(f"{backend.__qualname__} is made inside of a function, where Airflow cannot find any backend")


_SCRIPT = """
import json, sys, traceback
from importlib import import_module
import airflow
import airflow.sdk.bases.xcom
import airflow.sdk.execution_time.xcom
before = set(sys.modules)
error = None
try:
    getattr(import_module(sys.argv[1]), sys.argv[2])
except Exception:
    error = traceback.format_exc()
loaded = sorted(name for name in sys.argv[3:] if name in sys.modules and name not in before)
print("\\n" + json.dumps({"error": error, "loaded": loaded}))
"""

_PULLING = """
import json, sys
from importlib import import_module
import airflow
from airflow_xcom_toolkit.testing.promises.importing import not_the_same
backend = getattr(import_module(sys.argv[1]), sys.argv[2])
print("\\n" + json.dumps(not_the_same(backend, json.load(sys.stdin))))
"""


@cache
def _fresh_import(module: str, qualname: str) -> dict[str, Any]:
    """What importing the backend does in a process of its own, which has Airflow's own backend loaded and no more."""
    try:
        return _in_a_process(_SCRIPT, module, qualname, *HEAVY)
    except ChildProcessError as e:
        return {"error": str(e), "loaded": []}


def _in_a_process(script: str, *arguments: str, given: str = "") -> dict[str, Any]:
    """What a script prints last, which is JSON, in a process of its own, as the test has set the environment up.

    Raises `ChildProcessError` where the script fails.
    """
    environment = {
        **os.environ,
        "AIRFLOW__CORE__XCOM_BACKEND": "airflow.sdk.bases.xcom.BaseXCom",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    command = [sys.executable, "-c", script, *arguments]
    options: Any = {"capture_output": True, "text": True, "timeout": 120, "check": False}
    done = subprocess.run(command, env=environment, input=given, **options)
    if done.returncode:
        raise ChildProcessError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]
