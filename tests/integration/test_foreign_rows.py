"""Rows that the toolkit did not write, and strings that only look as if another backend had."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from .airflow_env import BASE_XCOM, STOCK, Airflow, environment, run_script
from .foreign import FOREIGN, REST, VICTIM


def written_by(backend: str, home: Path) -> dict[str, Any]:
    """The rows of `FOREIGN`; the stock backend offloads above 100 bytes."""
    env = environment(home, backend=backend, common_io__xcom_objectstorage_threshold="100")
    rows: dict[str, Any] = run_script("foreign_rows", env=env)
    return rows


def insert(airflow: Airflow, run_id: str, rows: Mapping[str, Any]) -> None:
    """As Airflow's server would, had a task pushed them."""
    with closing(airflow.connect()) as database, database:
        (dag_run_id,) = database.execute("SELECT id FROM dag_run WHERE run_id = ?", (run_id,)).fetchone()
        database.executemany(
            "INSERT INTO xcom (dag_run_id, task_id, map_index, key, dag_id, run_id, value, timestamp)"
            " VALUES (?, 'nothing', -1, ?, 'target', ?, ?, '2026-01-01 00:00:00.000000')",
            [(dag_run_id, key, run_id, json.dumps(row)) for key, row in rows.items()],
        )


def test_rows_of_other_writers_are_pulled(airflow: Airflow, ended: dict[str, str]) -> None:
    """By ``BaseXCom``, by the stock backend (offloaded too) and by REST clients: each as its writer would read it."""
    run_id = airflow.trigger("target")
    base, stock = written_by(BASE_XCOM, airflow.home), written_by(STOCK, airflow.home)
    assert isinstance(stock["long"], str)
    assert stock["long"].startswith(f"file://{airflow.store}/d/r/t/")
    airflow.succeed("target", run_id)
    insert(airflow, run_id, {f"base {key}": row for key, row in base.items()})
    insert(airflow, run_id, {f"stock {key}": row for key, row in stock.items()})
    entries = f"/dags/target/dagRuns/{quote(run_id)}/taskInstances/nothing/xcomEntries"
    for key, value in REST.items():
        airflow.request("POST", entries, {"key": f"rest {key}", "value": value, "map_index": -1})
    airflow.succeed("reader", airflow.trigger("reader", {"run_id": run_id}))
    airflow.request("DELETE", f"/dags/target/dagRuns/{quote(run_id)}")


@pytest.mark.parametrize("writer", [BASE_XCOM, STOCK])
def test_switching_on_keeps_old_rows_readable(home: Path, writer: str) -> None:
    """Without encryption too: rows from before the switch are read equal by ``ToolkitXComBackend``."""
    rows = written_by(writer, home)
    (home / "rows.json").write_text(json.dumps(rows))
    answer = run_script("read_foreign", str(home / "rows.json"), env=environment(home))
    assert answer == {"backend": "ToolkitXComBackend", "read": sorted(FOREIGN)}


def test_a_string_that_looks_like_a_reference_stays_a_string(airflow: Airflow, ended: dict[str, str]) -> None:
    """A task that returns another's path gets its text, not the data there; deleting the XCom deletes nothing."""
    airflow.succeed("look_alike", ended["look_alike"])
    assert (airflow.store / VICTIM).exists()
    assert not airflow.rows("look_alike")


def test_also_where_nothing_is_encrypted_and_all_is_small(home: Path) -> None:
    """The same without keys, where plain JSON is kept as it is: this text is not."""
    answer = run_script("look_alike", env=environment(home, common_io__xcom_objectstorage_threshold="2000"))
    assert answer["same"]
    assert answer["victim"]
    assert answer["row"]["__classname__"] == "airflow_xcom_toolkit.Envelope"


def test_the_api_server_shows_envelopes(airflow: Airflow, ended: dict[str, str]) -> None:
    """The public REST API lists and shows rows of the toolkit, as they are kept and as Airflow prints them."""
    run = f"/dags/fidelity/dagRuns/{quote(ended['fidelity'])}/taskInstances/frame/xcomEntries"
    assert airflow.request("GET", run)["total_entries"] == 1
    for query in ("", "?stringify=true", "?deserialize=false"):
        shown = airflow.request("GET", f"{run}/return_value{query}")["value"]
        assert "airflow_xcom_toolkit.Envelope" in json.dumps(shown), query
