"""Listing and deleting the XComs of a task."""

from __future__ import annotations

import asyncio
from typing import Any

from ..compat import delete_mapped_row
from ._calls import require_async, xcom
from ._rest import keys_of
from ._tasks import own_index


def list_keys(ti: Any, task_id: str | None = None, *, map_index: int | None = None) -> list[str]:
    """The keys of the XComs of a task in this run, sorted: of the own one, or of ``task_id``.

    ``map_index`` names the instance of a mapped task. Airflow's task API cannot list keys, so this asks its public
    REST API as ``[xcom_toolkit] api_conn_id`` says. Raises `ConfigurationError` without it, and `ApiError`.
    """
    owner, index = _instance(ti, task_id, map_index)
    return keys_of(ti.dag_id, ti.run_id, owner, index)


async def alist_keys(ti: Any, task_id: str | None = None, *, map_index: int | None = None) -> list[str]:
    """`list_keys` from async code, on Airflow 3.3 and newer."""
    require_async("alist_keys")
    return await asyncio.to_thread(list_keys, ti, task_id, map_index=map_index)


def delete(ti: Any, key: str | None = None, *, task_id: str | None = None, map_index: int | None = None) -> None:
    """Deletes one XCom of a task in this run, or all, with the objects they refer to; one that is not there is fine.

    All means: those that `list_keys` lists. Where they cannot be listed, it raises before anything is deleted.
    """
    owner, index = _instance(ti, task_id, map_index)
    for one in [key] if key is not None else keys_of(ti.dag_id, ti.run_id, owner, index):
        _delete(ti, owner, one, index)


async def adelete(ti: Any, key: str | None = None, *, task_id: str | None = None, map_index: int | None = None) -> None:
    """`delete` from async code, on Airflow 3.3 and newer."""
    require_async("adelete")
    await asyncio.to_thread(delete, ti, key, task_id=task_id, map_index=map_index)


def _delete(ti: Any, task_id: str, key: str, map_index: int) -> None:
    at = {"dag_id": ti.dag_id, "run_id": ti.run_id, "task_id": task_id, "key": key, "map_index": map_index}
    xcom().delete(**at)
    if map_index >= 0:
        delete_mapped_row(**at)


def _instance(ti: Any, task_id: str | None, map_index: int | None) -> tuple[str, int]:
    """Task id and map index, -1 for an unmapped task. Those of ``ti``, unless another is named."""
    if map_index is None and task_id in (None, ti.task_id):
        map_index = own_index(ti)
    return task_id or ti.task_id, -1 if map_index is None else map_index
