"""The values of all direct upstream tasks at once."""

from __future__ import annotations

from typing import Any

from ..errors import XComToolkitError
from ._calls import Steps, arun, run
from ._tasks import dag_of, index_for, values_of


def pull_upstream(ti: Any, key: str = "return_value") -> dict[str, Any]:
    """What each direct upstream task pushed under ``key``, by task id, in the order of the ids.

    A task that pushed nothing gives ``None``; a mapped one the list of its values in the order of its indexes; a task
    of the mapped task group that this one is in too, the value of the own index.
    """
    return run(_pull(ti, key))


async def apull_upstream(ti: Any, key: str = "return_value") -> dict[str, Any]:
    """`pull_upstream` from async code, on Airflow 3.3 and newer."""
    return await arun(_pull(ti, key), "apull_upstream")


def _pull(ti: Any, key: str) -> Steps[dict[str, Any]]:
    if dag_of(ti) is None:
        raise XComToolkitError("pull_upstream needs the ti of a running task, which knows its dag; this one does not.")
    task_ids = sorted(ti.task.upstream_task_ids)
    values = yield from values_of(ti, key, [(task_id, index_for(ti, task_id)) for task_id in task_ids])
    return dict(zip(task_ids, values))
