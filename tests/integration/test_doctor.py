"""The preflight as a process, as somebody runs it in a worker."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from tests.docs.pages import DOCS, noted
from tests.docs.run_page import check_output

from .airflow_env import environment

PAGE = DOCS / "how-to" / "preflight.md"


def doctor(env: Mapping[str, str], folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Its exit code, and what it prints on standard output and standard error."""
    command = [sys.executable, "-m", "airflow_xcom_toolkit", "doctor", *arguments]
    done = subprocess.run(command, env=dict(env), cwd=folder, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


def findings(printed: str, status: str) -> list[dict[str, Any]]:
    return [
        finding
        for check in json.loads(printed)["checks"]
        for finding in check["findings"]
        if finding["status"] == status
    ]


def test_all_is_well_where_all_is_set(tmp_path: Path) -> None:
    """Without a metadata database, as where a task starts it. Nothing is left in the store, no key on any output."""
    key = Fernet.generate_key().decode()
    env = environment(
        tmp_path,
        xcom_toolkit__fernet_keys=key,
        common_io__xcom_objectstorage_threshold="1000",
        database__sql_alchemy_conn="airflow-db-not-allowed:///",
    )
    code, out, err = doctor(env, tmp_path, "--json", "--strict")
    assert code == 0, out + err
    assert findings(out, "failed") == findings(out, "warning") == []
    assert len(json.loads(out)["checks"]) == 11
    assert not (tmp_path / "store").exists()
    assert not (tmp_path / "airflow.db").exists()
    assert key not in out + err


def test_what_is_wrong_is_named_on_any_airflow(tmp_path: Path) -> None:
    """A backend that is in the current folder alone is none for ``airflow``."""
    (tmp_path / "only_here.py").write_text("from airflow_xcom_toolkit import ToolkitXComBackend as Backend\n")
    env = environment(
        tmp_path,
        backend="only_here.Backend",
        xcom_toolkit__fernet_key="planted-secret",
        common_io__xcom_objectstorage_threshold="0",
    )
    only = [part for name in ("options", "backend", "store") for part in ("--only", name)]
    code, out, err = doctor(env, tmp_path, "--json", *only)
    assert code == 1, out + err
    texts = [finding["text"] for finding in findings(out, "failed")]
    assert texts[0] == "The environment variable AIRFLOW__XCOM_TOOLKIT__FERNET_KEY has no effect."
    assert "In a new process, as the dag processor is one, only_here.Backend cannot be imported" in texts[1]
    assert len(findings(out, "ok")) >= 5
    assert "planted-secret" not in out + err


def test_the_page_shows_what_it_prints(tmp_path: Path) -> None:
    """For people."""
    env = {name: value for name, value in environment(tmp_path).items() if not name.startswith("AIRFLOW__")}
    command = ["bash", "-euo", "pipefail", "-c", noted(PAGE, "doctor").text]
    done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    check_output(noted(PAGE, "doctor prints"), done.stdout)
