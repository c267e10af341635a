"""The dags on the page of the helpers run in Airflow, each to its end."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_xcom_toolkit import helpers
from tests.docs.pages import DOCS, blocks
from tests.docs.test_pages import environment
from tests.unit.helpers.test_keys import PASSWORD, Api

PAGE = DOCS / "reference" / "helpers.md"
FILES = {block.note.removeprefix("file: "): block for block in blocks(PAGE) if block.note.startswith("file: ")}
RUN = """
import json, runpy, sys
from airflow.sdk import DAG
for file in sys.argv[1:]:
    for dag in [found for found in runpy.run_path(file).values() if isinstance(found, DAG)] or [None]:
        print("STATE", json.dumps([file, str(dag.test().state.value)]))
"""


@pytest.fixture
def rest_api() -> Iterator[Api]:
    """Airflow's REST API, which lists one key."""
    api = Api()
    api.keys = ["rows"]
    yield api
    api.server.shutdown()
    api.server.server_close()


def test_every_dag_of_the_page_succeeds(tmp_path: Path, rest_api: Api) -> None:
    """With the backend that offloads and keeps types."""
    for name, block in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(block.text.replace("\n\n\n" + file.stem + "()\n", f"\n\n\nmade = {file.stem}()\n"))
    connection = {"conn_type": "http", "host": f"http://{rest_api.host}", "login": "user", "password": PASSWORD}
    env = environment(
        tmp_path,
        AIRFLOW_HOME=str(tmp_path / "airflow"),
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW__CORE__DAGS_FOLDER=str(tmp_path / "dags"),
        AIRFLOW__CORE__XCOM_BACKEND="airflow_xcom_toolkit.ToolkitXComBackend",
        AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH=f"file://{tmp_path}/store",
        AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD="0",
        AIRFLOW__XCOM_TOOLKIT__API_CONN_ID="airflow_api",
        AIRFLOW_CONN_AIRFLOW_API=json.dumps(connection),
    )
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], env=env, check=True, capture_output=True)
    command = [sys.executable, "-c", RUN, *FILES]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300)
    states = dict(json.loads(line[6:]) for line in done.stdout.splitlines() if line.startswith("STATE "))
    assert states == dict.fromkeys(FILES, "success"), done.stdout[-4000:] + done.stderr[-8000:]


def test_every_helper_is_on_the_page() -> None:
    """With its async twin."""
    import airflow_xcom_toolkit

    modules = airflow_xcom_toolkit._MODULES
    public = {name for name, module in modules.items() if module.startswith(f".{helpers.__name__.rpartition('.')[2]}.")}
    assert public
    text = PAGE.read_text()
    assert not {name for name in public if name not in text}
