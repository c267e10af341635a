"""What the metadata database and the store hold after the runs."""

from __future__ import annotations

import pytest

from .airflow_env import Airflow, Row


def offloaded(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.body and "key" in row.body]


@pytest.mark.usefixtures("ended")
def test_a_row_is_small_whatever_its_value_is(airflow: Airflow) -> None:
    """No row reaches 8 KiB, though many values are larger by far; every object that a row names exists, in full."""
    rows = airflow.rows()
    objects = offloaded(rows)
    assert len(objects) >= 15
    assert max(len(row.text) for row in rows) < 8192
    for row in objects:
        assert (airflow.store / row.body["key"]).stat().st_size == row.body["size"]
    assert max(row.body["size"] for row in objects) > 100_000


@pytest.mark.usefixtures("ended")
def test_every_value_is_encrypted(airflow: Airflow) -> None:
    """With a key configured, no row shows anything but tokens; also values that are small and plain JSON."""
    rows = [row for row in airflow.rows() if row.dag_id != "target"]
    assert {"fidelity", "mapping", "small", "secrecy"} <= {row.dag_id for row in rows}
    for row in rows:
        assert set(row.value["__data__"]) == {"sealed", "codecs", "body"}, row


def test_the_second_attempt_leaves_no_object_of_the_first(airflow: Airflow, runs: dict[str, str]) -> None:
    """A retry purges what the attempt before it had pushed: every object that is left is named by a row."""
    airflow.succeed("retrying", runs["retrying"])
    named = {row.body["key"] for row in offloaded(airflow.rows("retrying"))}
    assert len(named) == 2
    assert airflow.objects("retrying") == named


def test_an_overwrite_leaves_no_object_of_the_value_before(airflow: Airflow, runs: dict[str, str]) -> None:
    """A key that was pushed twice has one object; so has every key."""
    airflow.succeed("keys", runs["keys"])
    named = {row.body["key"] for row in offloaded(airflow.rows("keys"))}
    assert len(named) == 2
    assert airflow.objects("keys") == named


def test_a_cleared_task_leaves_no_object_of_its_earlier_run(airflow: Airflow, runs: dict[str, str]) -> None:
    """After clear and rerun the old objects are gone, and the new rows name new objects."""
    airflow.succeed("rerunning", runs["rerunning"])
    before = airflow.objects("rerunning")
    assert before == {row.body["key"] for row in offloaded(airflow.rows("rerunning"))}
    assert len(before) == 2
    airflow.rerun("rerunning", runs["rerunning"])
    after = airflow.objects("rerunning")
    assert after == {row.body["key"] for row in offloaded(airflow.rows("rerunning"))}
    assert len(after) == 2
    assert not after & before
