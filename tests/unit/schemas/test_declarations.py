"""Schemas and steps are declared once each."""

from __future__ import annotations

import importlib
import runpy
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from airflow_xcom_toolkit import frame_schema, upcaster, xcom_schema
from airflow_xcom_toolkit.errors import ConfigurationError, SchemaError
from airflow_xcom_toolkit.schemas import Catalogue, Declarations


@pytest.fixture(autouse=True)
def declarations(monkeypatch: pytest.MonkeyPatch) -> Declarations:
    """Those of the process, empty for one test."""
    found = Declarations()
    monkeypatch.setattr("airflow_xcom_toolkit.schemas.declarations.DECLARATIONS", found)
    return found


@dataclass
class Plain:
    id: int


def test_a_decorated_class_is_unchanged() -> None:
    assert xcom_schema("a", version=1)(Plain) is Plain


def test_a_version_is_declared_once() -> None:
    xcom_schema("a", version=1)(Plain)
    with pytest.raises(SchemaError, match="'a', version 1, is declared twice"):
        frame_schema("a", version=1)


def test_a_step_is_declared_once() -> None:
    upcaster("a", from_version=1)(lambda data: data)
    with pytest.raises(SchemaError, match="two upcasters of schema 'a' from version 1"):
        upcaster("a", from_version=1)(lambda data: data)


def test_several_versions_may_live_side_by_side(declarations: Declarations) -> None:
    xcom_schema("a", version=1)(Plain)
    xcom_schema("a", version=2)(dataclass(type("Newer", (), {"__annotations__": {"id": int}})))
    newest = declarations.find("a")
    assert newest is not None
    assert newest.version == 2


def test_the_same_file_may_be_imported_again(tmp_path: Path, declarations: Declarations) -> None:
    """As a dag file is, under other names."""
    file = tmp_path / "orders.py"
    file.write_text(
        "from dataclasses import dataclass\n"
        "from airflow_xcom_toolkit import upcaster, xcom_schema\n"
        "@xcom_schema('a', version=2)\n@dataclass\nclass A:\n    id: int\n"
        "@upcaster('a', from_version=1)\ndef _(data): return data\n"
    )
    for name in ("one", "two"):
        found = runpy.run_path(str(file), run_name=name)
    newest = declarations.find("a")
    assert newest is not None
    assert newest.cls is found["A"]


def test_a_module_may_be_reloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declarations: Declarations) -> None:
    (tmp_path / "acme_reloaded.py").write_text(
        "from airflow_xcom_toolkit import frame_schema, upcaster\n"
        "frame_schema('a', version=2)\nupcaster('a', from_version=1)(lambda data: data)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    importlib.reload(importlib.import_module("acme_reloaded"))
    assert len(declarations.all()) == 1


def test_a_module_that_is_reloaded_takes_back_what_it_declared_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declarations: Declarations
) -> None:
    """A lowered version, another name, a step that is gone."""
    file = tmp_path / "acme_lowered.py"
    text = "from airflow_xcom_toolkit import frame_schema, upcaster\nframe_schema('a', version={0})\n"
    file.write_text(text.format(3) + "upcaster('a', from_version=2)(lambda data: data)\n")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("acme_lowered")
    file.write_text(text.format(2) + "# shorter\n")
    importlib.reload(module)
    newest = declarations.find("a")
    assert newest is not None
    assert newest.version == 2


def test_a_function_that_declares_for_other_modules_is_no_place_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declarations: Declarations
) -> None:
    (tmp_path / "acme_helper.py").write_text(
        "from airflow_xcom_toolkit import xcom_schema\ndef one(name): return xcom_schema(name, version=1)\n"
    )
    user = "from acme_helper import one\nfrom typing import NamedTuple\n@one('{0}')\nclass A(NamedTuple):\n    x: int\n"
    for name in ("acme_first", "acme_second"):
        (tmp_path / f"{name}.py").write_text(user.format(name))
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("acme_first", "acme_second", "acme_first"):
        importlib.reload(importlib.import_module(name))
    assert [declared.name for declared in declarations.all()] == ["acme_first", "acme_second"]


def test_a_module_may_look_up_a_schema_while_it_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acme_looking.py").write_text("import acme_shared\nacme_shared.catalogue.find('a')\n")
    (tmp_path / "acme_shared.py").write_text("catalogue = None\n")
    monkeypatch.syspath_prepend(tmp_path)
    shared = importlib.import_module("acme_shared")
    shared.catalogue = Catalogue(["acme_looking"])
    assert shared.catalogue.find("a") is None


class Base:
    pass


@dataclass
class Record:
    id: int


class Heir(Record):
    """Not a dataclass itself."""


@pytest.mark.parametrize("cls", [Base, Heir])
def test_a_class_that_is_made_a_record_after_it_is_given_a_schema_is_refused(cls: type) -> None:
    """The decorators stand in the wrong order; what a dataclass or attrs makes is another class."""
    with pytest.raises(SchemaError, match="Put @xcom_schema above @dataclass"):
        xcom_schema("a", version=1)(cls)


def test_a_version_may_be_declared_anew_at_a_prompt() -> None:
    code = "from airflow_xcom_toolkit import frame_schema\nframe_schema('a', version=1)\n"
    for _ in range(2):
        exec(compile(code, "<prompt>", "exec"), {})


@pytest.mark.parametrize("what", [int, dict, Enum("E", "a"), len], ids=["int", "dict", "enum", "function"])
def test_only_classes_with_fields_have_schemas(what: Any) -> None:
    with pytest.raises(SchemaError, match="no pydantic model, dataclass, attrs class or named tuple"):
        xcom_schema("a", version=1)(what)


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": "", "version": 1},
        {"name": "a\n", "version": 1},
        {"name": "a", "version": 0},
        {"name": "a", "version": True},
        {"name": "a", "version": "1"},
        {"name": "a", "version": 2, "readable_by": 2},
        {"name": "a", "version": 2, "readable_by": 0},
    ],
    ids=repr,
)
def test_names_and_versions_are_checked(arguments: dict[str, Any]) -> None:
    with pytest.raises(SchemaError):
        frame_schema(**arguments)


def test_modules_are_imported_when_a_schema_is_first_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acme_looked_up.py").write_text(
        "from airflow_xcom_toolkit import frame_schema\nframe_schema('acme.looked_up', version=3)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    catalogue = Catalogue(["acme_looked_up"])
    assert "acme_looked_up" not in sys.modules
    found = catalogue.find("acme.looked_up")
    assert found is None or found.version == 3
    assert "acme_looked_up" in sys.modules


def test_an_entry_point_declares_schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acme_installed.py").write_text("LOADED = True\n")
    info = tmp_path / "acme_installed-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-installed\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[airflow_xcom_toolkit.schemas]\nacme = acme_installed\n")
    monkeypatch.syspath_prepend(tmp_path)
    Catalogue().find("acme.anything")
    assert "acme_installed" in sys.modules


@pytest.mark.parametrize("source", [None, "1/0", "import acme_not_there"], ids=["missing", "failing", "importing"])
def test_a_module_that_cannot_be_imported_is_named(
    source: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if source is not None:
        (tmp_path / "acme_broken.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigurationError, match=r"schema_modules: 'acme_broken' could not be imported"):
        Catalogue(["acme_broken"]).find("a")
