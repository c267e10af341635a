"""What a probe prints: a table of the values, side by side where there are several backends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from .. import words

Result = Mapping[str, Any]


def results(found: Mapping[str, Result]) -> Iterator[RenderableType]:
    """Everything, from top to bottom."""
    yield _table(found)
    for backend, result in found.items():
        kept = sum(_is_kept(push) for push in result["pushes"])
        text = f"{backend}: {kept} of {words.count(len(result['pushes']), 'value')} came back the same"
        yield Text(f"{text}; the run ended as {result['state']}.")


def is_well(result: Result) -> bool:
    """Whether each value came back the same, no task failed, and nothing was left."""
    return result["state"] == "success" and not result["left"] and all(map(_is_kept, result["pushes"]))


def failed(result: Result) -> list[str]:
    """The tasks that failed."""
    found = [one for one in result["tasks"] if one["state"] == "failed"]
    return [_name(one) for one in found] or ([] if result["state"] == "success" else ["the run"])


def _table(found: Mapping[str, Result]) -> Table:
    several = len(found) > 1
    table = Table(box=box.ROUNDED, border_style="dim", header_style="bold")
    for name in ("Task", "Value", *(["Backend"] if several else [])):
        table.add_column(name, overflow="fold")
    for name in ("Row", "Object", "Push", "Pull"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("Came back", overflow="fold")
    for (_, _, _), pushes in _by_xcom(found).items():
        if several:
            table.add_section()
        for number, (backend, push) in enumerate(pushes):
            what = [Text(_title(push)), Text(push["what"])] if number == 0 else ["", ""]
            table.add_row(*what, *([backend.rpartition(".")[2]] if several else []), *_cells(push))
    return table


def _by_xcom(found: Mapping[str, Result]) -> dict[tuple[str, int, str], list[tuple[str, Result]]]:
    by_xcom: dict[tuple[str, int, str], list[tuple[str, Result]]] = {}
    for backend, result in found.items():
        for push in result["pushes"]:
            by_xcom.setdefault((push["task"], push["map_index"], push["key"]), []).append((backend, push))
    return by_xcom


def _cells(push: Result) -> Iterator[str | Text]:
    yield _size(push.get("row_bytes"))
    yield _size(push.get("object_bytes"))
    yield words.seconds(push["push_seconds"])
    yield "–" if push["pull_seconds"] is None else words.seconds(push["pull_seconds"])
    if push["refused"]:
        yield Text(f"refused {push['refused']}", style="red")
    elif push["changed"]:
        yield Text(f"changed: {push['changed']}", style="yellow")
    else:
        yield Text("the same", style="green")


def _size(nbytes: int | None) -> str:
    return "–" if nbytes is None else words.size(nbytes)


def _is_kept(push: Result) -> bool:
    return not (push["refused"] or push["changed"])


def _title(push: Result) -> str:
    name = _name(push)
    return name if push["key"] == "return_value" else f"{name} ({push['key']})"


def _name(one: Result) -> str:
    return f"{one['task']}[{one['map_index']}]" if one["map_index"] >= 0 else str(one["task"])
