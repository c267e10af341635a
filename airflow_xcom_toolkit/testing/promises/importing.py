"""Promise 18, of the import: each task process does it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from importlib import import_module
from typing import Any

from ..base import Contract, not_applicable

HEAVY = ("numpy", "pandas", "pyarrow", "polars")


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


@cache
def _fresh_import(module: str, qualname: str) -> dict[str, Any]:
    """What importing the backend does in a process of its own, which has Airflow's own backend loaded and no more."""
    environment = {
        **os.environ,
        "AIRFLOW__CORE__XCOM_BACKEND": "airflow.sdk.bases.xcom.BaseXCom",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    command = [sys.executable, "-c", _SCRIPT, module, qualname, *HEAVY]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        return {"error": done.stderr, "loaded": []}
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]
