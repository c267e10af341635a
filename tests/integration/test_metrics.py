"""The metrics of a real Airflow's tasks, as a receiver of statsd gets them."""

from __future__ import annotations

from tests.servers.process import until
from tests.servers.statsd import Statsd

from .airflow_env import Airflow


def test_a_push_and_a_pull_of_tasks_reach_statsd(airflow: Airflow, runs: dict[str, str], statsd: Statsd) -> None:
    """One DataFrame, encrypted, from one task to the next: counted once each way, with its bytes and its stages."""
    airflow.succeed("fidelity", runs["fidelity"])
    [row] = airflow.rows("fidelity", runs["fidelity"])
    counts, times = statsd.counts["fidelity"], statsd.times["fidelity"]
    until(lambda: counts["pull.values.offloaded"], "the metrics of the pull", seconds=10)
    for action, stages in {"push": ("dump", "encode", "store"), "pull": ("fetch", "decode", "load")}.items():
        assert counts[f"{action}.values.offloaded"] == 1
        assert counts[f"{action}.bytes.object"] == row.body["size"]
        assert times[f"{action}.time"] == 1
        assert all(times[f"{action}.stage_time.{stage}"] == 1 for stage in stages)
    assert not [name for name in counts if "failures" in name]


def test_each_value_is_a_line_in_the_log_of_its_task(airflow: Airflow, runs: dict[str, str]) -> None:
    airflow.succeed("fidelity", runs["fidelity"])
    logs = airflow.logs("fidelity")
    what = "XCom 'return_value' of fidelity.frame in run "
    assert logs.count(f"Pushed {what}") == 1
    assert logs.count(f"Pulled {what}") == 1
    assert "pandas.dataframe" not in logs
