"""Writes the pages of the examples: from their files, and from what a run of all of them measured.

python -m tests.examples write
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from airflow_xcom_toolkit.cli.words import count, size
from tests.contract.pages import written
from tests.docs.pages import DOCS

from .catalogue import Example, examples, sections
from .expected.model import DEFAULT, TOOLKIT
from .measuring import MEASURED

FOLDER = DOCS / "examples"
INDEX = FOLDER / "index.md"
FILES = "../../airflow_xcom_toolkit/example_dags"
COPYABLE = "../../tests/examples/copyable"
NOTHING = "–"
QUOTED = "<!-- not run: the example itself is, and its tests are -->"
LISTED = 20
"""So many XComs of a run are shown."""


def write() -> None:
    for page, text in generated().items():
        page.write_text(text, encoding="utf-8")


def generated() -> dict[Path, str]:
    """Each page, and what is to be in it."""
    pages = {_page(name): _section(name, found) for name, found in sections().items()}
    index = written(INDEX.read_text(encoding="utf-8"), {"sections": _overview(), "run": _totals()})
    return {**pages, INDEX: index}


def title(section: str) -> str:
    """Of a section, without its number."""
    return section.partition(" ")[2]


def _page(section: str) -> Path:
    return FOLDER / f"{title(section).lower().replace(' ', '-')}.md"


def _overview() -> str:
    lines = ["| section | examples |", "|---|---|"]
    for section, found in sections().items():
        page = _page(section).name
        links = ", ".join(f"[{one.title}]({page}#{_anchor(one.title)})" for one in found)
        lines.append(f"| [{title(section)}]({page}) | {links} |")
    return "\n".join(lines)


def _totals() -> str:
    lines = ["| | tasks run | XComs | bytes in the database | bytes in the stores |", "|---|---|---|---|---|"]
    for backend, name in ((DEFAULT, "Airflow's default backend"), (TOOLKIT, "`ToolkitXComBackend`")):
        dags = measured()[backend].values()
        xcoms = [xcom for dag in dags for xcom in dag["xcoms"].values()]
        tasks = sum(len(dag["tasks"]) for dag in dags)
        sums = (sum(xcom[part] for xcom in xcoms) for part in ("row", "object"))
        lines.append(f"| {name} | {tasks} | {len(xcoms)} | {' | '.join(f'{one:,}' for one in sums)} |")
    return "\n".join(lines)


def _section(name: str, found: list[Example]) -> str:
    lines = [f"# {title(name)}", "", f"{count(len(found), 'example')}. [How to run them](index.md#run-them)."]
    for example in found:
        lines += ["", f"## {example.title}", "", *_example(example)]
    if any(_copyable(example).exists() for example in found):
        lines += ["", "## `conftest.py`", "", "Beside the tests:", "", *_included(f"{COPYABLE}/conftest.py")]
    return "\n".join(lines) + "\n"


def _example(example: Example) -> Iterator[str]:
    yield f"[`{example.filename}`]({FILES}/{example.filename}) · {', '.join(example.tags)}"
    yield ""
    yield docstring(example).strip()
    if matrix := _matrix(example):
        yield from ("", *matrix)
    yield from ("", *_results(example))
    yield from ("", *_included(f"{FILES}/{example.filename}", ":start-at: from __future__"))
    if _copyable(example).exists():
        yield from ("", "The tests:", "", *_included(f"{COPYABLE}/test_{example.filename}"))


def docstring(example: Example) -> str:
    """As the file has it. Code in it is configuration, or is quoted from what runs: the file, and its tests."""
    text = ast.get_docstring(ast.parse(example.path.read_text(encoding="utf-8"))) or ""
    return re.sub(r"^(```\w+\n)", rf"{QUOTED}\n\1", text, flags=re.M)


def _copyable(example: Example) -> Path:
    return Path(__file__).with_name("copyable") / f"test_{example.filename}"


def _included(file: str, *options: str) -> Iterator[str]:
    yield from (f"```{{literalinclude}} {file}", ":language: python", *options, "```")


def _matrix(example: Example) -> list[str]:
    """The table that is in the file as data, where there is one."""
    choices = getattr(import_module(f"airflow_xcom_toolkit.example_dags.{example.name}"), "MATRIX", ())
    if not choices:
        return []
    head = ["| you have | take | because it | the simpler one |", "|---|---|---|---|"]
    return head + [f"| {one.have} | `{one.backend}` | {one.why} | {_simpler(one)} |" for one in choices]


def _simpler(choice: Any) -> str:
    return f"`{choice.simpler}` {choice.which}" if choice.simpler else str(choice.which)


def _results(example: Example) -> Iterator[str]:
    for dag_id in sorted(measured()[TOOLKIT]):
        if dag_id.startswith(example.name):
            yield from _result(dag_id)


def _result(dag_id: str) -> Iterator[str]:
    default, toolkit = (measured()[backend][dag_id] for backend in (DEFAULT, TOOLKIT))
    yield f"What a run of `{dag_id}` left: {_ended(default, toolkit)}."
    yield ""
    names = list(dict.fromkeys([*toolkit["xcoms"], *default["xcoms"]]))
    if names:
        yield "| XCom | value | row by default | row + object with the toolkit |"
        yield "|---|---|---|---|"
    for name in names[:LISTED]:
        found = [one["xcoms"].get(name) for one in (toolkit, default)]
        sizes = [_size(one) if one else NOTHING for one in reversed(found)]
        yield f"| `{name}` | {_values(*found)} | {' | '.join(sizes)} |"
    if len(names) > LISTED:
        yield ""
        yield f"And {len(names) - LISTED} more."


def _size(xcom: dict[str, Any]) -> str:
    """Of a row, and of its object if it has one."""
    return size(xcom["row"]) + (f" + {size(xcom['object'])}" if xcom["object"] else "")


def _values(toolkit: dict[str, Any] | None, default: dict[str, Any] | None) -> str:
    """Both, where they differ."""
    if not (toolkit and default) or toolkit["value"] == default["value"]:
        return _code((toolkit or default or {})["value"])
    return f"{_code(toolkit['value'])}<br>by default: {_code(default['value'])}"


def _ended(default: dict[str, Any], toolkit: dict[str, Any]) -> str:
    if default["state"] == toolkit["state"] and default["tasks"] == toolkit["tasks"]:
        return f"{_state(toolkit)}, with either backend"
    return f"by default {_state(default)}; with the toolkit {_state(toolkit)}"


def _state(run: dict[str, Any]) -> str:
    others = [f"`{task}` {state.replace('_', ' ')}" for task, state in run["tasks"].items() if state != "success"]
    ended = "succeeded" if run["state"] == "success" else run["state"]
    return f"{ended} ({', '.join(others)})" if others else ended


def _code(text: str) -> str:
    """In a cell of a table, whatever is in it; of numbers, as many digits as count."""
    text = re.sub(r"(?<![:\w])\d+\.\d{5,}", lambda found: f"{float(found[0]):.5g}", text)
    fence = "``" if "`" in text else "`"
    return f"{fence}{text.replace('|', chr(92) + '|')}{fence}"


def _anchor(text: str) -> str:
    kept = "".join(letter for letter in text.lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")


@cache
def measured() -> dict[str, Any]:
    """By backend and dag id."""
    found: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return found


def missing() -> list[str]:
    """The examples whose runs were not measured."""
    return [one.name for one in examples() if one.name not in measured()[TOOLKIT]]
