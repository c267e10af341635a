"""The mapped task of ``07_09_05_testing_xcom_with_dynamic_tasks`` with no item, one, many, and one that fails.

The functions alone first; then whole runs by ``dag.test()``, as how many instances there are, and what a pull of all of
them gives, is decided by Airflow. The database is that of `airflow_database`, in ``conftest.py``.
"""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any
from unittest.mock import call, create_autospec

import pytest
from airflow.sdk.execution_time.xcom import XCom
from airflow.sdk.types import RuntimeTaskInstanceProtocol

from airflow_xcom_toolkit.metadata import RowStore

example = import_module("airflow_xcom_toolkit.example_dags.07_09_05_testing_xcom_with_dynamic_tasks")
DAG_FILE = example.__file__


def states_of(run: Any) -> dict[str, str]:
    """The state of each instance, by ``task`` or ``task[0]``."""
    return {_name(instance): str(instance.state) for instance in run.get_task_instances()}


def xcoms_of(run: Any) -> dict[str, Any]:
    """What each instance returned, as a task would pull it."""
    rows = [row for row in RowStore.connected().scan() if row.at.run_id == run.run_id]
    return {_name(row.at): XCom.deserialize_value(SimpleNamespace(value=row.value)) for row in rows}


def _name(it: Any) -> str:
    return it.task_id if it.map_index < 0 else f"{it.task_id}[{it.map_index}]"


def run_dag(**conf: Any) -> Any:
    """A run of the dag with this configuration. A new dag each time: ``dag.test()`` leaves its configuration in it."""
    return example.testing_xcom_with_dynamic_tasks().test(run_conf=conf)


# The functions alone --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("store", "count"), [("berlin", 12), ("oslo", 5), ("rome", None)])
def test_one_instance(store: str, count: int | None) -> None:
    """A mapped task is a function of one item."""
    assert example.count_sales.function(store) == count


def test_an_item_that_no_instance_can_handle() -> None:
    with pytest.raises(ValueError, match="There is no store 'atlantis'"):
        example.count_sales.function("atlantis")


@pytest.mark.parametrize(("counts", "total"), [([], 0), ([5], 5), ([12, 7, 5], 24)])
def test_aggregation(counts: list[int], total: int) -> None:
    """With an iterator, as Airflow gives no list: a second loop over it, or `len`, would show here."""
    assert example.add_up.function(iter(counts)) == total


def test_which_map_indexes_are_pulled() -> None:
    ti = create_autospec(RuntimeTaskInstanceProtocol, instance=True)
    example.pick.function(ti=ti)
    assert ti.xcom_pull.call_args_list == [
        call(task_ids="count_sales", map_indexes=0),
        call(task_ids="count_sales", map_indexes=[0, 2]),
        call(task_ids="count_sales", map_indexes=[99], default=-1),
    ]


@pytest.mark.parametrize(("found", "answered"), [(None, 0), (7, 1), ([12, 7], 2)])
def test_the_report_knows_all_forms_of_a_pull(found: Any, answered: int) -> None:
    """The runs below show that Airflow has these three."""
    ti = create_autospec(RuntimeTaskInstanceProtocol, instance=True)
    ti.xcom_pull.side_effect = lambda task_ids: found if task_ids == "count_sales" else ["a", "b", "c"]
    assert example.report.function(ti=ti) == {"all": found, "asked": 3, "answered": answered}


# Whole runs -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("airflow_database")
def test_many_items_and_none_among_their_values() -> None:
    """Each instance has its XCom under its map index; the one that returned ``None`` has none, and leaves no gap."""
    xcoms = xcoms_of(run_dag())
    assert {name: value for name, value in xcoms.items() if name.startswith("count_sales")} == {
        "count_sales[0]": 12,
        "count_sales[1]": 7,
        "count_sales[3]": 5,
    }
    assert xcoms["add_up"] == 24
    assert xcoms["report"] == {"all": [12, 7, 5], "asked": 4, "answered": 3}


@pytest.mark.usefixtures("airflow_database")
def test_map_indexes_keep_the_place() -> None:
    xcoms = xcoms_of(run_dag(stores=["rome", "oslo", "berlin"]))
    assert xcoms["pick"] == {"first": None, "first and third": [None, 12], "not there": [-1]}


@pytest.mark.usefixtures("airflow_database")
def test_no_item() -> None:
    """Nothing to do is no failure: what needs the values is skipped, and the run succeeds."""
    run = run_dag(stores=[])
    skipped = dict.fromkeys(("count_sales", "add_up", "pick"), "skipped")
    assert states_of(run) == {"list_stores": "success", "report": "success", **skipped}
    assert run.state == "success"
    assert xcoms_of(run) == {"list_stores": [], "report": {"all": None, "asked": 0, "answered": 0}}


@pytest.mark.usefixtures("airflow_database")
def test_one_item() -> None:
    """A pull of the one instance is its value; the argument of `add_up` is still a sequence."""
    xcoms = xcoms_of(run_dag(stores=["paris"]))
    assert xcoms["add_up"] == 7
    assert xcoms["report"] == {"all": 7, "asked": 1, "answered": 1}


@pytest.mark.usefixtures("airflow_database")
def test_one_instance_fails() -> None:
    """The others have run and are there; what needs all of them has not, and `report`, which does not, has."""
    run = run_dag(stores=["berlin", "atlantis", "paris"])
    assert states_of(run) == {
        "list_stores": "success",
        "count_sales[0]": "success",
        "count_sales[1]": "failed",
        "count_sales[2]": "success",
        "add_up": "upstream_failed",
        "pick": "upstream_failed",
        "report": "success",
    }
    assert xcoms_of(run)["report"] == {"all": [12, 7], "asked": 3, "answered": 2}
