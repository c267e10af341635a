"""What each task of a dag declares to push."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_origin, get_type_hints

from ...compat import dags
from ...schemas.structure import is_typed_dict, unwrapped
from .hints import UnresolvedError, returned, text_of

RETURNED = "return_value"


@dataclass(frozen=True)
class Declaration:
    """One XCom of a task: its type as written and as a type; or why that is not known, or that nothing is pushed."""

    dag: str
    task: str
    key: str
    text: str = ""
    hint: Any = None
    unknown: str = ""
    nothing: str = ""


def declarations(dag: Any) -> Iterator[Declaration]:
    """Those of all tasks, in the order of their ids."""
    for task in sorted(dag.tasks, key=lambda task: str(task.task_id)):
        yield from _of_task(dag.dag_id, task)


def _of_task(dag: str, task: Any) -> Iterator[Declaration]:
    at = {"dag": dag, "task": task.task_id, "key": RETURNED}
    if not dags.pushes(task):
        yield Declaration(**at, nothing="do_xcom_push is off")
        return
    function = dags.function_of(task)
    try:
        is_result = function is not None and not dags.is_sensor(task)
        found = returned(function if is_result else dags.operator_class(task).execute)  # type: ignore[arg-type]
    except UnresolvedError as e:
        yield Declaration(**at, unknown=f"annotation {e}")
        return
    if found is None or _says_nothing(found[1]):
        yield Declaration(**at, text=found[0] if found else "", unknown=_undeclared(task, function))
    elif found[1] in (None, type(None)):
        yield Declaration(**at, text="None", nothing="it returns None")
    else:
        yield Declaration(**at, text=found[0], hint=found[1])
        if dags.pushes_entries(task):
            yield from _entries(at, found[1])


_NO_TEXT = (
    "a dict makes Airflow push each entry under its key, and a key that is no text fails the task; say "
    "@task(multiple_outputs=False)"
)


def _says_nothing(hint: Any) -> bool:
    return unwrapped(hint) in (Any, object)


def _undeclared(task: Any, function: Any) -> str:
    what = "the function" if function is not None else dags.operator_class(task).__name__
    return f"not declared: {what} says nothing of what it returns"


def _entries(at: Mapping[str, str], hint: Any) -> Iterator[Declaration]:
    """With ``multiple_outputs``, each entry is an XCom of its own."""
    hint = unwrapped(hint)
    if is_typed_dict(hint):
        entries = get_type_hints(hint)
    elif get_origin(hint) is not None and len(get_args(hint)) == 2:
        entries = {"*": get_args(hint)[1]}
        if unwrapped(get_args(hint)[0]) not in (str, Any):
            yield Declaration(at["dag"], at["task"], "*", text_of(entries["*"]), unknown=_NO_TEXT)
            return
    else:
        entries = {}
    for key, entry in entries.items():
        known = {"unknown": "not declared"} if _says_nothing(entry) else {"hint": entry}
        yield Declaration(at["dag"], at["task"], key, text_of(entry), **known)
