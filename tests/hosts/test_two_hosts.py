"""Hosts that have the wheel, its extra and environment variables pass values to each other."""

from __future__ import annotations

import pytest

from tests.hosts.hosts import DAGS, Hosts

RAN_ON = {
    "there_and_back": [("arrays", "left"), ("compared", "right"), ("returned", "left"), ("table", "left")],
    "mapped": [
        ("parts", "left"),
        ("together", "right"),
        *[("unwrapped", "left")] * 2,
        *[("wrapped", "right")] * 2,
    ],
}
"""Each task of a dag, with the host that runs it."""


@pytest.mark.parametrize("dag_id", [dag_id for dag_id in DAGS if dag_id != "wrong_key"])
def test_values_go_from_host_to_host(hosts: Hosts, dag_id: str) -> None:
    """Frames, arrays, several outputs, mapped tasks, a second try, a trigger: each task that pulls compares."""
    hosts.central.succeed(dag_id, hosts.runs[dag_id])


@pytest.mark.parametrize("dag_id", RAN_ON)
def test_the_tasks_ran_on_both_hosts(hosts: Hosts, dag_id: str) -> None:
    """That is, no value stayed where it was made."""
    hosts.wait(dag_id)
    assert hosts.tasks(dag_id) == RAN_ON[dag_id]


def test_a_second_try_replaces_what_the_first_left(hosts: Hosts) -> None:
    """The row is the second one's, and the object of the first is gone."""
    hosts.wait("retried")
    rows = {row.key: row.body["key"] for row in hosts.central.rows("retried")}
    assert set(rows) == {"side", "return_value"}
    assert {key for key in hosts.objects() if key.startswith("retried/")} == set(rows.values())


def test_a_task_that_is_cleared_pushes_anew(hosts: Hosts) -> None:
    """The next host pulls the new value; the old object is gone."""
    hosts.wait("again")
    [before] = hosts.central.rows("again")
    hosts.central.rerun("again", hosts.runs["again"])
    [after] = hosts.central.rows("again")
    assert after.body["key"] != before.body["key"]
    assert {key for key in hosts.objects() if key.startswith("again/")} == {after.body["key"]}


def test_a_host_with_another_key_fails_loudly(hosts: Hosts) -> None:
    """The task fails before its code runs, and its log, which the central side has, says which key is missing."""
    assert hosts.wait("wrong_key") == "failed"
    logs = hosts.central.logs("wrong_key")
    assert "DecryptionError" in logs
    assert "none of the 1 keys here" in logs
    assert "it was read" not in logs


def test_no_object_is_left_over(hosts: Hosts) -> None:
    """The bucket has what rows refer to, no more: what was overwritten is gone."""
    for dag_id in DAGS:
        hosts.wait(dag_id)
    assert set(hosts.objects()) == {row.body["key"] for row in hosts.central.rows()}
