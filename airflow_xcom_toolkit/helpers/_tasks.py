"""Which instances of a task a task instance reads, by the dag that it belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from ._calls import Every, One, Several, Steps

Index = int | None | Literal["all"]
"""The map index to read; ``None`` for that of an unmapped task, ``"all"`` for a list of all in order."""


def dag_of(ti: Any) -> Any | None:
    """The dag of a task instance, where it is known."""
    try:
        return ti.task.dag
    except (AttributeError, RuntimeError):  # Airflow's task without a dag raises a RuntimeError.
        return None


def own_index(ti: Any) -> int | None:
    """The map index of a task instance; ``None`` for an unmapped one."""
    return mapped_index(getattr(ti, "map_index", None))


def mapped_index(index: int | None) -> int | None:
    """The index of a mapped task; ``None`` for -1, which is Airflow's of an unmapped one."""
    return None if index is None or index < 0 else index


def values_of(ti: Any, key: str, tasks: Iterable[tuple[str, Index]]) -> Steps[list[Any]]:
    """What each of some tasks, or instances of them, pushed; a list for ``"all"``."""
    reads = [Every(ti, name, key) if index == "all" else One(ti, name, key, index) for name, index in tasks]
    values = yield Several(reads)
    return [value or [] if type(read) is Every else value for read, value in zip(reads, values)]


def index_for(ti: Any, task_id: str) -> Index:
    """Which instances of a task Airflow resolves for ``ti``: in a mapped task group they share, that of its own index.

    Where the dag is not known, the task counts as unmapped.
    """
    dag = dag_of(ti)
    if dag is None or not dag.has_task(task_id):
        return None
    task = dag.get_task(task_id)
    group = task.get_closest_mapped_task_group()
    if task.is_mapped or group is None:
        return "all" if _is_a_sequence(ti, task) else None
    return own_index(ti) if _is_same(group, ti.task.get_closest_mapped_task_group()) else "all"


def _is_same(group: Any, other: Any) -> bool:
    return other is not None and other.group_id == group.group_id


def _is_a_sequence(ti: Any, task: Any) -> bool:
    """Whether a reference to the task resolves to all its values, as Airflow sees it: it is mapped, or in a loop."""
    from airflow.sdk import XComArg

    single = object()
    return XComArg(task).resolve({"ti": _Reader(ti, single)}) is not single


class _Reader:
    """Stands in for a task instance: gives ``single`` where one value would be pulled. Pulls nothing."""

    def __init__(self, ti: Any, single: object) -> None:
        self._ti = ti
        self._single = single

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ti, name)

    def xcom_pull(self, *args: Any, **kwargs: Any) -> object:
        return self._single
