"""What imports what, and what importing costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import airflow_xcom_toolkit

PACKAGE = Path(airflow_xcom_toolkit.__file__).parent
LAYERS = [
    {"errors", "abc"},
    {"streams", "comparison", "envelope", "observe", "handlers", "schemas", "compression", "encryption", "placement"},
    {"registry"},
    {"bodies", "sealing", "description", "rotation"},
    {"pipeline", "rewriting", "masking", "overwrites", "hooks", "rendering", "ahead"},
    {"compat", "get_provider_info", "foreign"},
    {"allow_list", "serde"},
    {"settings"},
    {"backends"},
    {"helpers", "metadata"},
    {"rollback", "plugin", "cli", "demo", "example_dags", "testing", "__init__", "__main__"},
]
MAY_IMPORT_AIRFLOW = {
    "compat",
    "foreign",
    "settings",
    "backends",
    "helpers",
    "metadata",
    "plugin",
    "cli",
    "demo",
    "example_dags",
    "testing",
    "__init__",
}
ALLOWED_UPWARD = {("handlers", "registry")}
"""The walk through a value finds the handler of each part."""

LAYER_OF = {name: number for number, names in enumerate(LAYERS) for name in names}
FILES = sorted(PACKAGE.rglob("*.py"))


def _part(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> list[str]:
    """Absolute names of what a file imports, lazily or not; type-checking imports left out."""
    found = []
    package = ["airflow_xcom_toolkit", *path.relative_to(PACKAGE).parts[:-1]]
    for node in _run(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = [*base, *([node.module] if node.module else [])]
            names = [alias.name for alias in node.names]
            found += [".".join([*stem, name]) for name in names]
    return found


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but those that only a type checker sees."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from _run(child)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_its_own_layer_and_those_below(path: Path) -> None:
    part = _part(path)
    for name in _imports(path):
        root, _, rest = name.partition(".")
        if root != "airflow_xcom_toolkit" or not rest or part in ("__init__", "demo", "example_dags"):
            continue
        other = rest.split(".")[0]
        if other == part or other not in LAYER_OF or (part, other) in ALLOWED_UPWARD:
            continue
        assert LAYER_OF[other] <= LAYER_OF[part], f"{part} imports {other}, which is above it"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_stages_do_not_import_each_other(path: Path) -> None:
    stages = {"handlers", "schemas", "compression", "encryption", "placement"}
    if (part := _part(path)) in stages:
        others = {name.split(".")[1] for name in _imports(path) if name.startswith("airflow_xcom_toolkit.")}
        assert not others & (stages - {part})


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_core_imports_no_airflow(path: Path) -> None:
    if _part(path) not in MAY_IMPORT_AIRFLOW:
        assert not [name for name in _imports(path) if name == "airflow" or name.startswith("airflow.")]


def test_every_part_has_its_layer() -> None:
    parts = {_part(path) for path in FILES}
    assert parts == set(LAYER_OF) & parts


def _loaded(code: str) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sorted(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in run.stdout.split()}


def test_importing_the_package_loads_no_airflow_and_no_library_of_a_value() -> None:
    loaded = _loaded("import airflow_xcom_toolkit")
    assert loaded.isdisjoint({"airflow", "numpy", "pandas", "pyarrow", "polars", "cryptography", "fsspec", "yaml"})


def test_nothing_of_the_tests_is_imported_at_run_time() -> None:
    """By no module of the package, at no time."""
    for path in FILES:
        if _part(path) != "testing":
            assert not [name for name in _imports(path) if name.startswith("airflow_xcom_toolkit.testing")], path
            assert not [name for name in _imports(path) if name.split(".")[0] in ("pytest", "hypothesis")], path


def test_a_backend_with_small_json_loads_no_library_of_a_value() -> None:
    code = """
from types import SimpleNamespace
import airflow.providers.common.io.xcom.backend
before = set(sys.modules)
import airflow_xcom_toolkit
backend = airflow_xcom_toolkit.ToolkitXComBackend
row = backend.serialize_value({"a": (1, 2)}, key="k", task_id="t", dag_id="d", run_id="r", map_index=-1)
assert backend.deserialize_value(SimpleNamespace(value=row)) == {"a": (1, 2)}
sys.modules = {name: None for name in set(sys.modules) - before}
"""
    assert _loaded(code).isdisjoint({"numpy", "pandas", "pyarrow", "polars", "cryptography", "pendulum", "pydantic"})


MAKE_PICKLES = (
    PACKAGE / "testing" / "checks" / "forging.py",
    PACKAGE / "example_dags" / "07_06_02_xcom_serialization_errors.py",
)
"""Those that a backend under test is not to load, and those that an example shows to be no way out."""


@pytest.mark.parametrize(
    "path", [path for path in FILES if path not in MAKE_PICKLES], ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_nothing_unpickles_or_evaluates(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"eval", "exec", "__import__"}
    assert not [name for name in _imports(path) if name.split(".")[0] in ("pickle", "cloudpickle", "dill", "marshal")]
