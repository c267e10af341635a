"""What every file of the catalogue keeps to, whatever it shows; that each does what it says is `tests/examples`."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

import pytest

from airflow_xcom_toolkit.compat import dags
from tests.examples.catalogue import EXAMPLE_DAGS, Example, examples

OF_AIRFLOW = ("airflow.sdk", "airflow.providers.standard", "airflow.providers.common.io.xcom.backend")
"""What is for authors of dags, and the stock backend, which an example compares with the toolkit's."""

ALWAYS_THERE = {"airflow", "airflow_xcom_toolkit", "cryptography"}
"""What may be imported wherever the toolkit is installed."""

QUOTING = ("07_09_01_unit_testing_xcom_push", "07_09_02_unit_testing_xcom_pull")
"""Examples whose docstring quotes a whole test."""

each = pytest.mark.parametrize("example", examples(), ids=lambda one: one.name)


@cache
def loaded() -> Any:
    """All dag files of the package, as Airflow loads them."""
    return dags.load_dags(EXAMPLE_DAGS)


def dags_of(example: Example) -> list[Any]:
    return [dag for dag in loaded().dags if dag.fileloc == str(example.path)]


@cache
def parsed(example_name: str) -> ast.Module:
    return ast.parse((EXAMPLE_DAGS / f"{example_name}.py").read_text())


def docstring(example: Example) -> str:
    return ast.get_docstring(parsed(example.name), clean=False) or ""


def test_there_is_no_example_that_the_catalogue_does_not_have() -> None:
    assert {path.name for path in EXAMPLE_DAGS.glob("07_*.py")} <= {example.filename for example in examples()}


@each
def test_it_is_there_and_gives_its_dags(example: Example) -> None:
    """The main one has the file's name, and further ones begin with it."""
    assert example.path.is_file()
    assert loaded().errors.get(str(example.path)) is None
    ids = [dag.dag_id for dag in dags_of(example)]
    assert example.name in ids
    assert [dag_id for dag_id in ids if not dag_id.startswith(example.name)] == []


@each
def test_the_dag_has_the_tags_of_the_catalogue_and_shows_the_docstring(example: Example) -> None:
    [dag] = [dag for dag in dags_of(example) if dag.dag_id == example.name]
    assert sorted(dag.tags) == sorted(example.tags)
    assert (dag.doc_md or "").strip() == docstring(example).strip()


@each
def test_the_docstring_begins_with_one_sentence_and_says_what_to_look_for(example: Example) -> None:
    first, _, rest = docstring(example).partition("\n")
    assert re.fullmatch(r"\S.*[.?]", first)
    assert not re.search(r"[.?!] [A-Z]", first)
    assert rest.startswith("\n")
    assert "**Look for**" in rest


@each
def test_of_airflow_it_imports_what_is_for_authors_of_dags(example: Example) -> None:
    names = [name for node in ast.walk(parsed(example.name)) for name in imported(node)]
    of_airflow = [name for name in names if name.partition(".")[0] == "airflow"]
    assert [name for name in of_airflow if not f"{name}.".startswith(tuple(f"{one}." for one in OF_AIRFLOW))] == []


@each
def test_it_is_imported_without_any_library_that_is_optional(example: Example) -> None:
    """Types alone, and what a task imports as it runs, may be of others."""
    roots = {name.partition(".")[0] for node in at_import(parsed(example.name)) for name in imported(node)}
    assert roots - sys.stdlib_module_names == roots & ALWAYS_THERE


@each
def test_it_knows_no_execution_date(example: Example) -> None:
    """Neither as a name nor in a template; a docstring may say that it is gone."""
    tree = parsed(example.name)
    assert [line for line, text in words(tree) if re.search(r"\bexecution_date\b|\bnext_execution_date\b", text)] == []


@pytest.mark.parametrize("name", QUOTING)
def test_what_a_docstring_quotes_of_its_tests_holds(name: str) -> None:
    example = import_module(f"airflow_xcom_toolkit.example_dags.{name}")
    tests = import_module(f"tests.examples.copyable.test_{name}")
    [quoted] = re.findall(r"```python\n(.*?)```", example.__doc__ or "", re.S)
    exec(quoted, {**vars(example), **vars(tests)})


def imported(node: ast.AST) -> Iterator[str]:
    """The modules that an import statement names; of ``from a import b`` also ``a`` alone."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and not node.level:
        yield node.module or ""


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """All that is run when the file is imported."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(child, ast.If) and ast.unparse(child.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            continue
        yield child
        yield from at_import(child)


def words(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Names and texts of the code, with their lines; docstrings left out."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.lineno, node.value
        for field in ("id", "attr", "arg"):
            if isinstance(text := getattr(node, field, None), str):
                yield getattr(node, "lineno", 0), text
