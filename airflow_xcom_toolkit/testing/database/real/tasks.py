"""The task instances that the contract's XComs belong to: the runs of `dags`, made through the public REST API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any
from uuid import UUID

from .server import ApiServer

DAGS = ("contract_dag", "other_dag")

RUNS = {
    "manual__2026-01-01T00:00:00+00:00": datetime(2026, 1, 1, tzinfo=timezone.utc),
    "run_1": datetime(2026, 1, 2, tzinfo=timezone.utc),
    "run_2": datetime(2026, 1, 3, tzinfo=timezone.utc),
    "run_3": datetime(2026, 1, 4, tzinfo=timezone.utc),
}
"""Their logical dates: what ``include_prior_dates`` goes by."""

Place = tuple[str, str, str, int]
"""Dag, run, task and map index."""

Tasks = Mapping[Place, UUID]
"""The id of each task instance."""


def make_tasks(server: ApiServer) -> Tasks:
    """Makes the runs that are not there yet. No scheduler is there to run them."""
    found: dict[Place, UUID] = {}
    for dag_id in DAGS:
        there = {run["dag_run_id"] for run in server.request("GET", f"/dags/{dag_id}/dagRuns")["dag_runs"]}
        for run_id in RUNS.keys() - there:
            body = {"dag_run_id": run_id, "logical_date": RUNS[run_id].isoformat()}
            server.request("POST", f"/dags/{dag_id}/dagRuns", body)
        found.update(_instances(server, dag_id))
    return found


def _instances(server: ApiServer, dag_id: str) -> Iterator[tuple[Place, UUID]]:
    answer = server.request("GET", f"/dags/{dag_id}/dagRuns/~/taskInstances?limit=100")
    for task in answer["task_instances"]:
        yield _place(task), UUID(task["id"])


def _place(task: Mapping[str, Any]) -> Place:
    return task["dag_id"], task["dag_run_id"], task["task_id"], task["map_index"]
