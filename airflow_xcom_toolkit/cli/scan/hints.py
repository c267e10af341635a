"""What a function declares to return, also where its annotation names what only type checkers import."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_type_hints

from ...compat.dags import without_dag_file

_USUAL = {"pd": "pandas", "np": "numpy", "pa": "pyarrow", "pl": "polars"}
_MOST_NAMES = 50


class UnresolvedError(Exception):
    """An annotation that cannot be resolved; why."""


def returned(function: Callable[..., Any]) -> tuple[str, Any] | None:
    """The return annotation, as it is written and as a type; ``None`` where there is none. Raises `UnresolvedError`."""
    function = _innermost(function)
    try:
        annotation = getattr(function, "__annotations__", {}).get("return", inspect.Signature.empty)
    except NameError as e:  # Python 3.14 looks names up now.
        raise UnresolvedError(f"{e.name} cannot be resolved") from e
    if annotation is inspect.Signature.empty:
        return None
    return text_of(annotation), _resolved(annotation, function)


def _innermost(function: Any) -> Any:
    while isinstance(function, partial):
        function = function.func
    return inspect.unwrap(function)


def text_of(annotation: Any) -> str:
    """As people write it."""
    if isinstance(annotation, str):
        return annotation
    if isinstance(annotation, type) and not hasattr(annotation, "__origin__"):
        module = annotation.__module__.partition(".")[0]
        return without_dag_file(f"{module}.{annotation.__qualname__}").removeprefix("builtins.")
    return without_dag_file(repr(annotation).replace("typing.", "").replace("NoneType", "None"))


def _resolved(annotation: Any, function: Any) -> Any:
    found: dict[str, Any] = {}
    names = getattr(function, "__globals__", {})
    for _ in range(_MOST_NAMES):
        try:
            return get_type_hints(_annotated(annotation), names, found, include_extras=True)["return"]
        except NameError as e:
            found[str(e.name)] = _named(str(e.name), _file(function))
        except Exception as e:
            raise UnresolvedError(f"it cannot be resolved ({type(e).__name__}: {e})") from e
    raise UnresolvedError("it cannot be resolved: it has too many names")


def _annotated(annotation: Any) -> Any:
    return SimpleNamespace(__annotations__={"return": annotation})


def _file(function: Any) -> str:
    return str(getattr(getattr(function, "__code__", None), "co_filename", ""))


def _named(name: str, file: str) -> Any:
    """What an import somewhere in the file binds to ``name``: for type checkers, or in a function; or what is usual."""
    module, attribute = _imports(file).get(name) or (_USUAL.get(name, ""), "")
    if not module:
        raise UnresolvedError(f"{name} cannot be resolved: the file does not import it")
    try:
        found = import_module(module)
        return getattr(found, attribute) if attribute else found
    except (ImportError, AttributeError) as e:
        raise UnresolvedError(f"{name} cannot be resolved: {e}") from e


@cache
def _imports(file: str) -> Mapping[str, tuple[str, str]]:
    """By the name that each binds: the module, and the attribute of it."""
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return {}
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.update({alias.asname or alias.name: (node.module, alias.name) for alias in node.names})
        elif isinstance(node, ast.Import):
            found.update({_bound(alias): (_module(alias), "") for alias in node.names})
    return found


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _module(alias: ast.alias) -> str:
    return alias.name if alias.asname else alias.name.partition(".")[0]
