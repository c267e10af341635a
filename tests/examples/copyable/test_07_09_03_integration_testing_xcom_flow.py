"""The whole chain of ``07_09_03_integration_testing_xcom_flow``, by ``dag.test()``: real tasks, a real database.

``dag.test()`` is Airflow's own way to run a dag in the process of a test, with neither scheduler nor API server, after
about five seconds for the first run. The database is that of `airflow_database`, in ``conftest.py``. What it does not
cover is the way of a value over the network: the toolkit's contract has a stand-in for that, and
``--xcom-contract-real`` a started API server.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timezone
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.models import DagBag
from airflow.sdk.execution_time.xcom import XCom

from airflow_xcom_toolkit.metadata import RowStore, StoredRow
from airflow_xcom_toolkit.testing import assert_same

example = import_module("airflow_xcom_toolkit.example_dags.07_09_03_integration_testing_xcom_flow")
DAG_FILE = example.__file__

KEPT = {"id": "B-1", "day": "2026-05-04", "country": "IT", "cents": 1000}
CANCELED = {"id": "B-2", "day": "2026-05-05", "country": "IT", "cents": 70, "canceled": True}
BROKEN = {"id": "B-3", "day": "tomorrow", "country": "IT", "cents": 5}
TASKS = ("extract", "clean", "summarize", "publish", "reconcile")

pytestmark = pytest.mark.usefixtures("airflow_database")


def run_dag(logical_date: datetime | None = None, **conf: Any) -> Any:
    """A run of the dag with this configuration. A new dag each time: ``dag.test()`` leaves its configuration in it."""
    return example.integration_testing_xcom_flow().test(
        logical_date=logical_date or datetime.now(timezone.utc), run_conf=conf
    )


def rows_of(run: Any) -> list[StoredRow]:
    """What the run has left in the table of XComs, and nothing of other runs."""
    return [row for row in RowStore.connected().scan() if row.at.run_id == run.run_id]


def xcoms_of(run: Any) -> dict[str, Any]:
    """The same as a task would pull it: by task, and for a key of its own ``task#key``."""
    return {_name(row.at): XCom.deserialize_value(SimpleNamespace(value=row.value)) for row in rows_of(run)}


def _name(at: Any) -> str:
    return at.task_id if at.key == "return_value" else f"{at.task_id}#{at.key}"


def states_of(run: Any) -> dict[str, str]:
    return {instance.task_id: str(instance.state) for instance in run.get_task_instances()}


def test_the_file_gives_its_dag() -> None:
    """The cheapest integration test of all: Airflow can load the file, and the tasks are in the order that is meant."""
    bag = DagBag(DAG_FILE)
    assert bag.import_errors == {}
    [dag] = bag.dags.values()
    assert dag.dag_id == "07_09_03_integration_testing_xcom_flow"
    assert {task.task_id: task.upstream_task_ids for task in dag.tasks} == {
        "extract": set(),
        "clean": {"extract"},
        "summarize": {"clean"},
        "publish": {"summarize"},
        "reconcile": {"extract", "summarize"},
    }


def test_each_step_of_the_chain_gets_what_the_one_before_made() -> None:
    """End to end: what goes in is given, and what comes out, and each value between, is compared, type and all."""
    run = run_dag(orders=[KEPT, CANCELED])
    assert states_of(run) == dict.fromkeys(TASKS, "success")
    expected = {
        "extract": [KEPT, CANCELED],
        "clean": [{**KEPT, "day": date(2026, 5, 4)}],
        "clean#canceled": 1,
        "summarize": {"IT": 1000},
        "publish": "2026-05-04 to 2026-05-04: IT 10.00; 1 canceled",
        "reconcile": 1000,
    }
    assert_same(xcoms_of(run), expected, key_order=False)


def test_the_database_has_these_rows_and_no_other() -> None:
    """Of a run of the dag as it is. A row is JSON; a date is one that names its type."""
    run = run_dag()
    rows = {(row.at.task_id, row.at.map_index, row.at.key): row.text for row in rows_of(run)}
    assert set(rows) == {(task, -1, "return_value") for task in TASKS} | {("clean", -1, "canceled")}
    assert json.loads(rows["reconcile", -1, "return_value"]) == 7795
    assert "datetime.date" in rows["clean", -1, "return_value"]


def test_a_second_run_of_a_date_replaces_the_rows_of_the_first() -> None:
    """And a run of another date adds its own."""
    first, other = (datetime(2026, 6, day, tzinfo=timezone.utc) for day in (1, 2))
    before = RowStore.connected().count()
    assert xcoms_of(run_dag(first, orders=[KEPT, CANCELED]))["clean#canceled"] == 1
    assert RowStore.connected().count() == before + 6
    assert xcoms_of(run_dag(first, orders=[KEPT]))["clean#canceled"] == 0
    assert RowStore.connected().count() == before + 6
    run_dag(other, orders=[KEPT])
    assert RowStore.connected().count() == before + 12


def test_a_failure_leaves_nothing_half_done() -> None:
    """One of three orders cannot be read: neither the two before it nor their number is in the database."""
    run = run_dag(orders=[KEPT, CANCELED, BROKEN])
    assert run.state == "failed"
    assert states_of(run) == {"extract": "success", "clean": "failed"} | dict.fromkeys(TASKS[2:], "upstream_failed")
    assert xcoms_of(run) == {"extract": [KEPT, CANCELED, BROKEN]}


def test_the_transformation_alone_needs_no_airflow() -> None:
    """What one task does with odd values is quicker to test so."""
    assert example.summarize.function([]) == {}
    assert example.summarize.function([KEPT, {**KEPT, "cents": 5}]) == {"IT": 1005}
    with pytest.raises(ValueError, match="1000 cents were ordered, but 999"):
        example.reconcile.function([KEPT, CANCELED], {"IT": 999})
