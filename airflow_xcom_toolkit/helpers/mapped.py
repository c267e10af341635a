"""The values of a mapped task, one at a time, each fetched before its turn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import closing
from functools import partial
from itertools import count
from typing import Any, TypeVar

from ..abc import Coordinate, Json
from ..ahead import AT_ONCE, Ahead
from ..backends import configured, off_the_loop
from ..compat import is_lazy_sequence
from ._calls import require_async
from ._parts import MISSING

T = TypeVar("T")

ROWS = 100
"""Rows of a lazy sequence that are asked for at once."""


def iter_mapped(
    ti: Any,
    task_ids: str,
    key: str = "return_value",
    dag_id: str | None = None,
    run_id: str | None = None,
    *,
    ahead: int = AT_ONCE,
) -> Iterator[Any]:
    """The values that the instances of a mapped task pushed, in the order of their indexes.

    ``ahead`` objects are fetched or waiting at a time, fewer where they are large; all rows are one request. The dag
    and the run are by default those of ``ti``. Raises `ConfigurationError` where the backend is not one of the
    toolkit's.
    """
    backend, at, at_once = configured(), _coordinate(ti, task_ids, key, dag_id, run_id), _checked(ahead)
    return _each(backend.load_rows(_rows_at(backend, at), at_once))


async def aiter_mapped(
    ti: Any,
    task_ids: str,
    key: str = "return_value",
    dag_id: str | None = None,
    run_id: str | None = None,
    *,
    ahead: int = AT_ONCE,
) -> AsyncIterator[Any]:
    """`iter_mapped` for ``async for``, on Airflow 3.3 and newer."""
    require_async("aiter_mapped")
    backend, at, at_once = configured(), _coordinate(ti, task_ids, key, dag_id, run_id), _checked(ahead)
    rows = await backend.aget_rows(**_asked(at)) or ()
    async for value in _aeach(backend.load_rows(((row, at) for row in rows), at_once)):
        yield value


def fetch_ahead(values: Iterable[T], *, ahead: int = AT_ONCE) -> Iterator[T]:
    """The values of a mapped task that Airflow passed as an argument, in their order, as `iter_mapped` gives them.

    One request for each 100 rows. Anything else that has values, such as a list, gives them as it is.
    """
    found = _begun(values, ahead)
    return _each(found) if isinstance(found, Ahead) else found


async def afetch_ahead(values: Iterable[T], *, ahead: int = AT_ONCE) -> AsyncIterator[T]:
    """`fetch_ahead` for ``async for``, on Airflow 3.3 and newer."""
    require_async("afetch_ahead")
    async for value in _aeach(_begun(values, ahead)):
        yield value


def _begun(values: Iterable[T], ahead: int) -> Iterator[T]:
    """Nothing is asked yet. A backend with a load hook of its own has each value loaded by Airflow, in its turn."""
    at_once = _checked(ahead)
    if not is_lazy_sequence(values) or configured().has_own_load_hook():
        return iter(values)
    backend = configured()
    found: Ahead[T] = backend.load_rows(_rows_of(backend, values), at_once)
    return found


def _each(values: Ahead[T]) -> Iterator[T]:
    """All of them; nothing goes on once nobody wants the next one."""
    with closing(values):
        yield from values


async def _aeach(values: Iterator[T]) -> AsyncIterator[T]:
    try:
        while (value := await off_the_loop(partial(next, values, MISSING))) is not MISSING:
            yield value
    finally:
        if isinstance(values, Ahead):
            values.close(wait=False)


def _rows_at(backend: Any, at: Coordinate) -> Iterator[tuple[Json, Coordinate]]:
    """One request, for all rows."""
    yield from ((row, at) for row in backend.get_rows(**_asked(at)) or ())


def _rows_of(backend: Any, values: Any) -> Iterator[tuple[Json, None]]:
    """A request for each slice, the last of which is not full."""
    for start in count(0, ROWS):
        rows = backend.rows_of(values, slice(start, start + ROWS))
        yield from ((row, None) for row in rows)
        if len(rows) < ROWS:
            return


def _checked(ahead: int) -> int:
    if type(ahead) is not int or ahead < 1:
        raise ValueError("ahead takes how many objects are fetched at a time: a whole number, at least 1")
    return ahead


def _coordinate(ti: Any, task_id: str, key: str, dag_id: str | None, run_id: str | None) -> Coordinate:
    if not isinstance(task_id, str):
        raise TypeError("task_ids takes one task id")
    return Coordinate(dag_id or ti.dag_id, run_id or ti.run_id, task_id, None, key)


def _asked(at: Coordinate) -> dict[str, Any]:
    return {name: getattr(at, name) for name in ("dag_id", "run_id", "task_id", "key")}
