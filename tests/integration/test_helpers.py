"""The helpers in real tasks, through the task API; what they keep and delete is looked at in database and store."""

from __future__ import annotations

import pytest

from .airflow_env import Airflow

DAGS = ("helping", "gathering", "deleting", "queueing", "queueing_deferred")
PASSWORD = "canary-of-the-api"


@pytest.fixture(scope="module")
def helped(airflow: Airflow) -> dict[str, str]:
    """The run ids of `DAGS`, all triggered at once."""
    connection = {"connection_id": "airflow_api", "conn_type": "http", "host": f"http://127.0.0.1:{airflow.port}"}
    airflow.request("POST", "/connections", {**connection, "login": "admin", "password": PASSWORD})
    return {dag_id: airflow.trigger(dag_id) for dag_id in DAGS}


def test_values_are_read_inside_and_from_all_upstream_tasks(airflow: Airflow, helped: dict[str, str]) -> None:
    """From plain, mapped, grouped and asynchronous tasks; the tasks compare."""
    airflow.succeed("helping", helped["helping"])


def test_the_values_of_a_mapped_task_are_gathered_in_every_way(airflow: Airflow, helped: dict[str, str]) -> None:
    """As a list, one at a time, and as the argument that Airflow passes."""
    airflow.succeed("gathering", helped["gathering"])
    assert len(airflow.objects("gathering")) == 12


def test_a_macro_of_the_plugin_reads_in_a_template(airflow: Airflow, helped: dict[str, str]) -> None:
    """Airflow renders it in the process of the task."""
    airflow.succeed("helping", helped["helping"])
    path = f"/dags/helping/dagRuns/{helped['helping']}/taskInstances/templated"
    rendered = airflow.request("GET", path)["rendered_fields"]
    assert rendered["column"] == "none"
    assert rendered["name"] in ("first", "***")  # It was decrypted, so it is masked.


def test_keys_are_listed_and_deleted_with_their_objects(airflow: Airflow, helped: dict[str, str]) -> None:
    """One, or all; and nothing of another task or map index."""
    airflow.succeed("deleting", helped["deleting"])
    kept = [(row.task_id, row.map_index, row.key) for row in airflow.rows("deleting")]
    assert kept == [("mapped", 0, "a")]
    [row] = airflow.rows("deleting")
    assert airflow.objects("deleting") == {row.body["key"]}
    assert PASSWORD not in airflow.logs("deleting")


def test_a_queue_starts_anew_with_a_retry_of_either_task(airflow: Airflow, helped: dict[str, str]) -> None:
    """A retried producer has an empty queue, and a retried consumer sees every item again; mapped tasks too."""
    airflow.succeed("queueing", helped["queueing"])
    keys = {row.key for row in airflow.rows("queueing") if row.task_id == "produce"}
    assert keys == {"numbers.0", "numbers.1", "numbers.2", "numbers.length"}
    assert {row.key for row in airflow.rows("queueing") if row.task_id == "consume"} == {"numbers.popped[produce]"}
    popped = {"numbers.popped[collect]", "numbers.popped[produce_mapped,0]", "numbers.popped[produce_mapped,1]"}
    assert popped <= {row.key for row in airflow.rows("queueing") if row.task_id == "collect"}


def test_a_producer_that_was_deferred_goes_on_with_its_queue(airflow: Airflow, helped: dict[str, str]) -> None:
    """What it pushed before is still there."""
    airflow.succeed("queueing_deferred", helped["queueing_deferred"])
