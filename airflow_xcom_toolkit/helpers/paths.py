"""Reading inside a value: ``pull_path(ti, "extract.return_value.items[0].name")``."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from ..abc import Coordinate
from ..errors import PathError, PathSyntaxError, XComNotFoundError
from ._calls import Steps, arun, run
from ._parts import MISSING, PathPart, parse, read
from ._tasks import Index, dag_of, index_for, values_of


def pull_path(ti: Any, path: str, default: Any = MISSING, *, map_indexes: int | Iterable[int] | None = None) -> Any:
    """What ``path`` names: a task id, a key, then any number of parts inside that task's value.

    ``.name`` and ``["name"]`` are a key of a dict, a column of a DataFrame, or a declared field of a dataclass, attrs
    class, pydantic model or named tuple; ``[0]`` and ``[-1]`` are an item of a sequence or array. A mapped task gives
    the list of its values in order, or what ``map_indexes`` (one, or several) names; inside a mapped task group, a
    task of the same group gives the value of the own index.

    Raises `XComNotFoundError` where nothing was pushed and `PathError` for a part that is not there, unless ``default``
    is given; `PathSyntaxError` in any case for a path that cannot be read, or that starts with no task of the dag.
    """
    return run(_pull(ti, path, default, map_indexes))


async def apull_path(
    ti: Any, path: str, default: Any = MISSING, *, map_indexes: int | Iterable[int] | None = None
) -> Any:
    """`pull_path` from async code, on Airflow 3.3 and newer."""
    return await arun(_pull(ti, path, default, map_indexes), "apull_path")


def _pull(ti: Any, path: str, default: Any, map_indexes: int | Iterable[int] | None) -> Steps[Any]:
    task_id, key, inside = _split(path, dag_of(ti))
    index = index_for(ti, task_id) if map_indexes is None else _asked(map_indexes)
    value = yield from _values(ti, task_id, key, index)
    at = Coordinate(ti.dag_id, ti.run_id, task_id, index if isinstance(index, int) else None, key)
    if value is None:
        return _or_default(default, XComNotFoundError(str(at)))
    found = path.removesuffix("".join(part.text for part in inside))
    for part in inside:
        holder, value = value, read(value, part)
        if value is MISSING:
            return _or_default(default, PathError(path, str(at), found, part.text, _name(holder)))
        found += part.text
    return value


def _or_default(default: Any, error: XComNotFoundError) -> Any:
    if default is MISSING:
        raise error
    return default


def _name(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")


def _asked(map_indexes: int | Iterable[int]) -> int | list[int]:
    """One index, or several. Raises `TypeError` for a text, too, whose characters are none."""
    if isinstance(map_indexes, int):
        return map_indexes
    if not isinstance(map_indexes, str):
        with suppress(TypeError):
            return [operator.index(index) for index in map_indexes]
    raise TypeError("map_indexes takes a whole number, or several")


def _values(ti: Any, task_id: str, key: str, index: Index | list[int]) -> Steps[Any]:
    indexes: list[Index] = [*index] if isinstance(index, list) else [index]
    values = yield from values_of(ti, key, [(task_id, one) for one in indexes])
    return values if isinstance(index, list) else values[0]


def _split(path: str, dag: Any | None) -> tuple[str, str, list[PathPart]]:
    """Task id, key, and the parts inside the value."""
    parts = parse(path)
    length = _length_of_task_id(path, parts, dag)
    task_id = ".".join(str(part.value) for part in parts[:length])
    rest = parts[length:]
    if not rest or isinstance(rest[0].value, int):
        at = len("".join(part.text for part in parts[:length]))
        raise PathSyntaxError(path, at, f"the key of an XCom of task {task_id!r} is expected, such as .return_value")
    return task_id, str(rest[0].value), rest[1:]


def _length_of_task_id(path: str, parts: list[PathPart], dag: Any | None) -> int:
    """How many parts are the task id, which may have dots: the longest that the dag has and that leaves a key."""
    names = _leading_names(parts)
    length: int
    if not names:
        raise PathSyntaxError(path, 0, "a task id is expected")
    if dag is None:
        return 1
    for length in (*range(min(len(names), len(parts) - 1), 0, -1), len(names)):
        if dag.has_task(".".join(names[:length])):
            return length
    raise PathSyntaxError(path, 0, f"it starts with no task of dag {dag.dag_id!r}")


def _leading_names(parts: list[PathPart]) -> list[str]:
    """The names that the task id may consist of; one in quotes is a task id as it is."""
    if parts and parts[0].is_quoted:
        return [str(parts[0].value)]
    names = []
    for part in parts:
        if part.is_quoted or isinstance(part.value, int):
            break
        names.append(part.value)
    return names
